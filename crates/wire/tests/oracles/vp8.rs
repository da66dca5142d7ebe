use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use rtc_rtp::codec::vp8::Vp8Packet;
use rtc_rtp::packetizer::Depacketizer;
use switchyard_wire::payload::vp8::Descriptor;

proptest! {
    #[test]
    fn a_descriptor_says_to_us_what_it_says_to_the_oracle(bytes in vec(any::<u8>(), 8..20)) {
        let mut theirs = Vp8Packet::default();
        let data = theirs.depacketize(&Bytes::from(bytes.clone())).unwrap();

        let ours = Descriptor::parse(&bytes).unwrap();

        prop_assert_eq!(ours.len, bytes.len() - data.len());
        prop_assert_eq!(ours.non_reference, theirs.n == 1);
        prop_assert_eq!(ours.partition_start, theirs.s == 1);
        prop_assert_eq!(ours.partition, theirs.pid);
        prop_assert_eq!(ours.picture_id.map(|id| id.value()), (theirs.i == 1).then_some(theirs.picture_id));
        prop_assert_eq!(ours.tl0_picture_index, (theirs.l == 1).then_some(theirs.tl0_pic_idx));
        prop_assert_eq!(ours.temporal.map(|layer| layer.0), (theirs.t == 1).then_some(theirs.tid));
        prop_assert_eq!(ours.layer_sync, theirs.y == 1);
        prop_assert_eq!(ours.key_index, (theirs.k == 1).then_some(theirs.key_idx));
    }
}
