use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use rtc_rtp::codec::av1::{Av1Depacketizer, Av1Payloader};
use rtc_rtp::packetizer::{Depacketizer, Payloader};
use switchyard_wire::payload::av1::{Element, elements, facts, kind};

prop_compose! {
    /// An OBU of a type that is sent, without a size of its own, and whether it names its layers.
    fn any_obu()(kind in 3_u8..=6, has_layers: bool, body in vec(any::<u8>(), 2..200)) -> Vec<u8> {
        [&[(kind << 3) | (u8::from(has_layers) << 2)], &body[..]].concat()
    }
}

/// The form in which the oracle takes and hands out OBUs: with a size behind the header.
fn with_sizes<'a>(obus: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for obu in obus {
        let (header, data) = obu.split_at(if obu[0] & 0x04 != 0 { 2 } else { 1 });
        out.push(header[0] | 0x02);
        out.extend(&header[1..]);
        if data.len() > 0x7f {
            out.push(0x80 | (data.len() & 0x7f) as u8);
            out.push((data.len() >> 7) as u8);
        } else {
            out.push(data.len() as u8);
        }
        out.extend(data);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_packet_holds_for_us_what_it_holds_for_the_oracle(obus in vec(any_obu(), 1..4), counted: bool) {
        let mut payload = vec![if counted { (obus.len() as u8) << 4 } else { 0 }];
        for (at, obu) in obus.iter().enumerate() {
            if !counted || at + 1 < obus.len() {
                payload.extend([0x80 | (obu.len() & 0x7f) as u8, (obu.len() >> 7) as u8]);
            }
            payload.extend(obu);
        }
        let theirs = Av1Depacketizer::new().depacketize(&Bytes::from(payload.clone())).unwrap();

        let ours = elements(&payload).unwrap();

        prop_assert_eq!(with_sizes(ours.map(|element| element.bytes)), theirs);
    }

    #[test]
    fn what_the_oracle_packetizes_we_put_together_again(
        obus in vec(any_obu(), 1..4),
        starts_sequence: bool,
        mtu in 40_usize..200,
    ) {
        let header = [kind::SEQUENCE_HEADER << 3, 0, 0, 0, 0x2c, 0xc4, 0xff, 0x67].to_vec();
        let all: Vec<_> = starts_sequence.then_some(header).into_iter().chain(obus).collect();
        let stream = with_sizes(all.iter().map(Vec::as_slice));
        let packets = Av1Payloader::default().payload(mtu, &Bytes::from(stream)).unwrap();

        prop_assert_eq!(facts(&packets[0]).unwrap().keyframe_start(), starts_sequence);
        let mut found: Vec<Vec<u8>> = Vec::new();
        for packet in &packets {
            for Element { continues, bytes, .. } in elements(packet).unwrap() {
                if continues {
                    found.last_mut().unwrap().extend(bytes);
                } else {
                    found.push(bytes.to_vec());
                }
            }
        }

        prop_assert_eq!(found, all);
    }
}
