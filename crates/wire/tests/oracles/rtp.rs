use std::time::Duration;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use rtc_rtp::extension::playout_delay_extension::PlayoutDelayExtension;
use rtc_rtp::header::Header;
use rtc_rtp::packet::Packet;
use rtc_shared::marshal::{Marshal, Unmarshal};
use switchyard_vocab::rtp::{PayloadType, RtpTimestamp, SeqNo, Ssrc};
use switchyard_wire::rtp::extension::PlayoutDelay;
use switchyard_wire::rtp::{MAX_HEADER_LEN, RtpHeader, RtpPacket, header_len};

prop_compose! {
    fn any_header()(
        marker: bool, payload_type in 0_u8..128, seq: u16, timestamp: u32, ssrc: u32,
    ) -> RtpHeader {
        RtpHeader {
            marker,
            padding: false,
            payload_type: PayloadType(payload_type),
            seq: SeqNo(seq),
            timestamp: RtpTimestamp(timestamp),
            ssrc: Ssrc(ssrc),
        }
    }
}

/// Extensions of which each id appears once, small ones more often than not.
fn any_extensions() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    let small = vec((1_u8..=14, vec(any::<u8>(), 1..=16)), 0..5);
    let large = vec((1_u8..=255, vec(any::<u8>(), 0..40)), 0..5);
    prop_oneof![small, large].prop_map(|mut all| {
        all.sort_by_key(|(id, _)| *id);
        all.dedup_by_key(|(id, _)| *id);
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_we_write_the_oracle_reads(
        header in any_header(),
        extensions in any_extensions(),
        payload in vec(any::<u8>(), 0..50),
    ) {
        let borrowed: Vec<(u8, &[u8])> = extensions.iter().map(|(id, data)| (*id, &data[..])).collect();
        let mut bytes = vec![0; MAX_HEADER_LEN];
        let len = header.write(&borrowed, &mut bytes).unwrap();
        bytes.truncate(len);
        bytes.extend(&payload);

        let read = Packet::unmarshal(&mut Bytes::from(bytes)).unwrap();

        prop_assert_eq!(read.header.marker, header.marker);
        prop_assert_eq!(read.header.payload_type, header.payload_type.0);
        prop_assert_eq!(read.header.sequence_number, header.seq.0);
        prop_assert_eq!(read.header.timestamp, header.timestamp.0);
        prop_assert_eq!(read.header.ssrc, header.ssrc.0);
        prop_assert_eq!(&read.payload[..], &payload[..]);
        let found: Vec<_> = read.header.extensions.iter().map(|e| (e.id, e.payload.to_vec())).collect();
        prop_assert_eq!(found, extensions);
    }

    #[test]
    fn what_the_oracle_writes_we_read(
        header in any_header(),
        extensions in any_extensions(),
        csrc in vec(any::<u32>(), 0..=15),
        padding: bool,
        payload in vec(any::<u8>(), 0..50),
    ) {
        let mut theirs = Header {
            version: 2,
            padding,
            marker: header.marker,
            payload_type: header.payload_type.0,
            sequence_number: header.seq.0,
            timestamp: header.timestamp.0,
            ssrc: header.ssrc.0,
            csrc,
            ..Header::default()
        };
        // The oracle takes the form from the first extension: offer it only what fits one form.
        let one_byte = |(id, data): &&(u8, Vec<u8>)| *id <= 14 && matches!(data.len(), 1..=16);
        let extensions: Vec<_> = extensions.iter().filter(one_byte).collect();
        for (id, data) in &extensions {
            theirs.set_extension(*id, Bytes::from(data.clone())).unwrap();
        }
        let written = Packet { header: theirs, payload: Bytes::from(payload.clone()) };
        let bytes = written.marshal().unwrap();

        let read = RtpPacket::parse(&bytes).unwrap();

        prop_assert_eq!(read.header(), RtpHeader { padding, ..header });
        prop_assert_eq!(read.payload(), &payload[..]);
        prop_assert_eq!(read.header_len() + read.payload().len() + read.padding_len(), bytes.len());
        prop_assert_eq!(header_len(&bytes), Ok(read.header_len()));
        let found: Vec<_> = read.extensions().map(|(id, data)| (id, data.to_vec())).collect();
        prop_assert_eq!(found, extensions.into_iter().cloned().collect::<Vec<_>>());
    }
}

proptest! {
    #[test]
    fn a_playout_delay_says_to_us_what_it_says_to_the_oracle(bytes: [u8; 3]) {
        let theirs = PlayoutDelayExtension::unmarshal(&mut &bytes[..]).unwrap();

        let ours = PlayoutDelay::parse(&bytes);

        let units = |delay: Duration| (delay.as_millis() / 10) as u16;
        let said = ours.map(|delay| (units(delay.min()), units(delay.max())));
        let meant = (theirs.min_delay, theirs.max_delay);
        prop_assert_eq!(said, Some(meant).filter(|(min, max)| min <= max));
        if let Some(ours) = ours {
            prop_assert_eq!(&ours.bytes()[..], &theirs.marshal().unwrap()[..]);
        }
    }
}
