use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use rtc_rtp::codec::vp9::Vp9Packet;
use rtc_rtp::packetizer::Depacketizer;
use switchyard_vocab::layer::SpatialLayer;
use switchyard_wire::payload::vp9::Descriptor;

const STRUCTURE: u8 = 0x02;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_descriptor_says_to_us_what_it_says_to_the_oracle(mut bytes in vec(any::<u8>(), 12..24)) {
        bytes[0] &= !STRUCTURE;
        let Ok(ours) = Descriptor::parse(&bytes) else { return Ok(()) };
        // The oracle takes at most two references and five spatial layers.
        prop_assume!(ours.references.as_slice().len() < 3 && ours.spatial() < SpatialLayer(5));

        let mut theirs = Vp9Packet::default();
        let data = theirs.depacketize(&Bytes::from(bytes.clone())).unwrap();

        prop_assert_eq!(ours.len, bytes.len() - data.len());
        prop_assert_eq!(ours.picture_id.map(|id| id.value()), theirs.i.then_some(theirs.picture_id));
        prop_assert_eq!(ours.inter_predicted, theirs.p);
        prop_assert_eq!(ours.flexible, theirs.f);
        prop_assert_eq!((ours.frame_start, ours.frame_end), (theirs.b, theirs.e));
        prop_assert_eq!(ours.no_upper_reference, theirs.z);
        prop_assert_eq!(
            ours.layer.map(|layer| (layer.temporal.0, layer.switching_up, layer.spatial.0, layer.inter_layer)),
            theirs.l.then_some((theirs.tid, theirs.u, theirs.sid, theirs.d))
        );
        prop_assert_eq!(ours.tl0_picture_index, (theirs.l && !theirs.f).then_some(theirs.tl0picidx));
        prop_assert_eq!(ours.references.as_slice(), &theirs.pdiff[..]);
    }

    #[test]
    fn a_structure_says_to_us_what_it_says_to_the_oracle(mut bytes in vec(any::<u8>(), 2..300)) {
        bytes[0] = STRUCTURE;
        // The oracle takes reserved bits for the one that announces a group.
        bytes[1] &= 0xf8;
        let mut theirs = Vp9Packet::default();
        let data = theirs.depacketize(&Bytes::from(bytes.clone()));

        let Ok(ours) = Descriptor::parse(&bytes) else {
            prop_assert!(data.is_err() || data.is_ok_and(|data| data.is_empty()));
            return Ok(());
        };

        prop_assert_eq!(ours.len, bytes.len() - data.unwrap().len());
        let structure = ours.structure(&bytes).unwrap();
        prop_assert_eq!(structure.spatial_layers(), theirs.ns + 1);
        let sizes = (0..structure.spatial_layers()).filter_map(|layer| structure.size(SpatialLayer(layer)));
        let (width, height): (Vec<_>, Vec<_>) = sizes.map(|size| (size.width, size.height)).unzip();
        prop_assert_eq!((width, height), (theirs.width, theirs.height));
        let pictures: Vec<_> = structure.group().into_iter().flatten().collect();
        let temporal: Vec<_> = pictures.iter().map(|picture| picture.temporal.0).collect();
        let switching: Vec<_> = pictures.iter().map(|picture| picture.switching_up).collect();
        let references: Vec<_> = pictures.iter().map(|picture| picture.references.to_vec()).collect();
        prop_assert_eq!((temporal, switching, references), (theirs.pgtid, theirs.pgu, theirs.pgpdiff));
    }
}
