use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use rtc_rtp::codec::h265::{H265Packet, H265Payload};
use rtc_rtp::packetizer::Depacketizer;
use switchyard_wire::payload::h265::{Part, facts, units};

fn aggregate(units: &[Vec<u8>]) -> Vec<u8> {
    let sized = units.iter().flat_map(|unit| [&(unit.len() as u16).to_be_bytes(), &unit[..]].concat());
    [0x60, 0x01].into_iter().chain(sized).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_packet_of_one_unit_says_to_us_what_it_says_to_the_oracle(mut bytes in vec(any::<u8>(), 4..40)) {
        bytes[0] &= 0x7f;
        prop_assume!(bytes[0] >> 1 < 48 || bytes[0] >> 1 == 49);
        // Temporal id 0 plus one; the oracle does not look.
        bytes[1] |= 0x01;
        let mut theirs = H265Packet::default();
        theirs.depacketize(&Bytes::from(bytes.clone())).unwrap();

        let unit = units(&bytes).unwrap().next().unwrap();

        match theirs.payload() {
            H265Payload::H265SingleNALUnitPacket(single) => {
                prop_assert_eq!(unit.part, Part::Whole);
                prop_assert_eq!(unit.kind, single.payload_header().nalu_type());
                prop_assert_eq!(unit.layer.0, single.payload_header().layer_id());
                prop_assert_eq!(unit.temporal.0 + 1, single.payload_header().tid());
                prop_assert_eq!(unit.body(), single.payload());
            }
            H265Payload::H265FragmentationUnitPacket(fragment) => {
                let header = fragment.fu_header();
                prop_assert_eq!(unit.part.starts(), header.s());
                prop_assert_eq!(unit.part.ends(), header.e() && !header.s());
                prop_assert_eq!(unit.kind, header.fu_type());
                prop_assert_eq!(unit.temporal.0 + 1, fragment.payload_header().tid());
                prop_assert_eq!(unit.body(), fragment.payload());
                prop_assert_eq!(facts(&bytes).unwrap().fragment, Some(unit.part));
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn an_aggregate_holds_for_us_what_it_holds_for_the_oracle(all in vec(vec(any::<u8>(), 2..30), 2..6)) {
        let bytes = aggregate(&all);
        let mut theirs = H265Packet::default();
        theirs.depacketize(&Bytes::from(bytes.clone())).unwrap();
        let H265Payload::H265AggregationPacket(packet) = theirs.payload() else { panic!("{theirs:?}") };

        let ours: Vec<_> = units(&bytes).unwrap().map(|unit| unit.bytes.to_vec()).collect();

        let first = packet.first_unit().map(|unit| unit.nal_unit().to_vec());
        let others = packet.other_units().iter().map(|unit| unit.nal_unit().to_vec());
        prop_assert_eq!(ours, first.into_iter().chain(others).collect::<Vec<_>>());
    }
}
