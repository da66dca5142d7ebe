use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use rtc_rtp::codec::h264::{H264Packet, H264Payloader};
use rtc_rtp::packetizer::{Depacketizer, Payloader};
use switchyard_wire::payload::h264::{Part, Unit, facts, kind, units};

/// Units with their length in front, as the oracle hands them out.
fn sized<'a>(units: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    units.into_iter().flat_map(|unit| [&(unit.len() as u32).to_be_bytes(), unit].concat()).collect()
}

prop_compose! {
    fn any_unit()(kind in 1_u8..=12, importance in 1_u8..=3, body in vec(1_u8.., 2..300)) -> Vec<u8> {
        [&[(importance << 5) | kind], &body[..]].concat()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_packet_holds_for_us_what_it_holds_for_the_oracle(
        mut bytes in vec(any::<u8>(), 3..80),
        is_aggregate: bool,
        sizes in vec(1_usize..20, 1..4),
    ) {
        bytes[0] = if is_aggregate { 24 } else { 1 + bytes[0] % 23 };
        if is_aggregate {
            bytes.truncate(1);
            for &size in &sizes {
                bytes.extend((size as u16).to_be_bytes());
                bytes.extend((0..size).map(|at| at as u8 ^ 0x65));
            }
        }
        let mut theirs = H264Packet::default();
        theirs.is_avc = true;
        let data = theirs.depacketize(&Bytes::from(bytes.clone())).unwrap();

        let ours = units(&bytes).unwrap();

        prop_assert_eq!(sized(ours.map(|unit| unit.bytes)), data);
    }

    #[test]
    fn what_the_oracle_packetizes_we_put_together_again(
        all in vec(any_unit(), 1..5),
        mtu in 60_usize..200,
    ) {
        let stream: Vec<u8> = all.iter().flat_map(|unit| [&[0, 0, 0, 1], &unit[..]].concat()).collect();
        let packets = H264Payloader::default().payload(mtu, &Bytes::from(stream)).unwrap();

        let mut found: Vec<Vec<u8>> = Vec::new();
        for packet in &packets {
            prop_assert_eq!(facts(packet).unwrap().fragment.is_some(), packet[0] & 0x1f == 28);
            for Unit { kind, importance, part, bytes } in units(packet).unwrap() {
                match part {
                    Part::Whole => found.push(bytes.to_vec()),
                    Part::Start => found.push([&[(importance << 5) | kind], bytes].concat()),
                    Part::Middle | Part::End => found.last_mut().unwrap().extend(bytes),
                }
            }
        }

        // The oracle leaves out delimiters and fillers, and sends parameter sets when both are there.
        let is_kept = |unit: &&Vec<u8>| !matches!(unit[0] & 0x1f, kind::SPS | kind::PPS | kind::AUD | 12);
        let kept: Vec<_> = all.iter().filter(is_kept).cloned().collect();
        found.retain(|unit| is_kept(&unit));
        prop_assert_eq!(found, kept);
    }
}
