use proptest::prelude::*;
use switchyard_vocab::layer::{PictureSize, SpatialLayer, TemporalLayer};

use super::*;
use crate::NoRoom;

const NUMBERS: Numbers = Numbers { picture_id: 0x9234, tl0_picture_index: 0x56 };

/// I, L, B, V, Z; long id; base layer; two layers of 320 × 180 and 640 × 360, a group of two
/// pictures; then data.
const KEYFRAME: [u8; 21] = [
    0xab,
    0x80 | 0x01,
    0x02,
    0x00,
    0x33, // Numbers and layers.
    0x38,
    0x01,
    0x40,
    0x00,
    0xb4,
    0x02,
    0x80,
    0x01,
    0x68, // Sizes.
    0x02,
    0x14,
    0x01,
    0x34,
    0x02, // Group.
    0xaa,
    0xbb,
];

/// 640 × 360 in profile 0: marker, shown keyframe, sync code, colours, sizes less one.
const CLEAR_KEYFRAME: [u8; 9] = [0x82, 0x49, 0x83, 0x42, 0x00, 0x27, 0xf0, 0x16, 0x70];

#[test]
fn all_fields_are_read() {
    let descriptor = Descriptor::parse(&KEYFRAME).unwrap();

    assert_eq!(descriptor.len, 19);
    assert_eq!(descriptor.picture_id, Some(PictureId::Long(0x0102)));
    assert_eq!(descriptor.tl0_picture_index, Some(0x33));
    let (temporal, spatial) = (TemporalLayer(0), SpatialLayer(0));
    let layer = LayerIndices { temporal, spatial, switching_up: false, inter_layer: false };
    assert_eq!(descriptor.layer, Some(layer));
    assert!(descriptor.frame_start && !descriptor.frame_end && descriptor.no_upper_reference);
    assert!(!descriptor.flexible && !descriptor.inter_predicted);
    assert!(descriptor.is_keyframe_start() && descriptor.is_picture_start());
}

#[test]
fn a_structure_tells_sizes_and_how_pictures_refer_to_each_other() {
    let structure = Descriptor::parse(&KEYFRAME).unwrap().structure(&KEYFRAME).unwrap();

    assert_eq!(structure.spatial_layers(), 2);
    assert_eq!(structure.size(SpatialLayer(0)), Some(PictureSize { width: 320, height: 180 }));
    assert_eq!(structure.size(SpatialLayer(1)), Some(PictureSize { width: 640, height: 360 }));
    assert_eq!(structure.size(SpatialLayer(2)), None);
    let pictures: Vec<_> = structure.group().unwrap().collect();
    let picture = |temporal, references| GroupPicture {
        temporal: TemporalLayer(temporal),
        switching_up: true,
        references,
    };
    assert_eq!(pictures, [picture(0, &[1]), picture(1, &[2])]);
    assert_eq!(picture_size(&KEYFRAME), structure.size(SpatialLayer(0)));
}

#[test]
fn only_the_base_layer_of_an_unpredicted_picture_starts_a_keyframe() {
    let (mut predicted, mut later, mut upper) = (KEYFRAME, KEYFRAME, KEYFRAME);
    predicted[0] |= 0x40;
    later[0] &= !0x08;
    upper[3] |= 0x03;

    assert!(is_keyframe_start(&KEYFRAME));
    for other in [predicted, later, upper] {
        assert!(!is_keyframe_start(&other));
    }
    let upper = Descriptor::parse(&upper).unwrap();
    assert!(upper.is_spatial_switch() && !upper.is_picture_start());
    assert!(upper.layer.unwrap().inter_layer);
    assert_eq!(upper.spatial(), SpatialLayer(1));
    assert!(!Descriptor::parse(&predicted).unwrap().is_spatial_switch());
}

#[test]
fn an_upper_layer_tells_its_own_size() {
    let mut upper = KEYFRAME;
    upper[3] |= 0x03;

    assert_eq!(picture_size(&upper), Some(PictureSize { width: 640, height: 360 }));
}

#[test]
fn a_keyframe_in_the_clear_tells_its_size_without_a_structure() {
    let mut payload = vec![0x08];
    payload.extend(CLEAR_KEYFRAME);
    assert_eq!(picture_size(&payload), Some(PictureSize { width: 640, height: 360 }));

    for broken in [1, 3] {
        let mut payload = payload.clone();
        payload[broken] ^= 0x04;
        assert_eq!(picture_size(&payload), None, "byte {broken}");
    }
    payload.truncate(9);
    assert_eq!(picture_size(&payload), None);
}

#[test]
fn flexible_mode_lists_references_and_has_no_base_layer_index() {
    let payload = [0xfc, 0x7f, 0x92, 0x03, 0x05, 0x04, 0xaa];

    let descriptor = Descriptor::parse(&payload).unwrap();

    assert_eq!(descriptor.len, 6);
    assert_eq!(descriptor.picture_id, Some(PictureId::Short(0x7f)));
    assert_eq!(descriptor.tl0_picture_index, None);
    assert_eq!(descriptor.references.as_slice(), [1, 2, 2]);
    assert_eq!(descriptor.layer.unwrap().temporal, TemporalLayer(4));
    assert!(descriptor.layer.unwrap().switching_up);
    assert!(descriptor.frame_start && descriptor.frame_end);
}

#[test]
fn a_fourth_reference_is_refused() {
    assert_eq!(Descriptor::parse(&[0x50, 3, 3, 3, 2, 0]), Err(Vp9Error::TooManyReferences));
}

#[test]
fn numbers_change_in_place_and_keep_their_width() {
    let mut long = KEYFRAME;
    Descriptor::parse(&KEYFRAME).unwrap().renumber(&NUMBERS, &mut long).unwrap();
    assert_eq!(long[..5], [0xab, 0x92, 0x34, 0x00, 0x56]);
    assert_eq!(long[5..], KEYFRAME[5..]);

    let mut short = [0xa0, 0x01, 0x20, 0x07, 0xaa];
    Descriptor::parse(&short).unwrap().renumber(&NUMBERS, &mut short).unwrap();
    assert_eq!(short, [0xa0, 0x34, 0x20, 0x56, 0xaa]);
}

#[test]
fn a_payload_without_numbers_stays_as_it_is() {
    let mut payload = [0x0c, 0xaa];

    Descriptor::parse(&payload).unwrap().renumber(&NUMBERS, &mut payload).unwrap();

    assert_eq!(payload, [0x0c, 0xaa]);
}

#[test]
fn a_descriptor_without_data_behind_it_is_no_payload() {
    for len in 0..=19 {
        assert_eq!(Descriptor::parse(&KEYFRAME[..len]), Err(Vp9Error::TooShort(len)));
    }
    assert!(Descriptor::parse(&KEYFRAME[..20]).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = (is_keyframe_start(&bytes), picture_size(&bytes));
        if let Ok(read) = Descriptor::parse(&bytes) {
            prop_assert!(read.len < bytes.len());
            let pictures = read.structure(&bytes).and_then(|structure| structure.group());
            prop_assert!(pictures.is_none_or(|pictures| pictures.count() <= 255));
        }
    }

    #[test]
    fn renumbering_changes_nothing_but_the_numbers(
        bytes in prop::collection::vec(any::<u8>(), 1..64),
        picture_id: u16,
        tl0_picture_index: u8,
    ) {
        let Ok(source) = Descriptor::parse(&bytes) else { return Ok(()) };
        let mut changed = bytes.clone();

        let numbers = Numbers { picture_id, tl0_picture_index };
        prop_assert_eq!(source.renumber(&numbers, &mut changed[..source.len]), Ok(()));

        prop_assert_eq!(Descriptor::parse(&changed), Ok(Descriptor {
            picture_id: source.picture_id.map(|id| match id {
                PictureId::Short(_) => PictureId::Short(picture_id as u8 & 0x7f),
                PictureId::Long(_) => PictureId::Long(picture_id & 0x7fff),
            }),
            tl0_picture_index: source.tl0_picture_index.map(|_| tl0_picture_index),
            ..source
        }));
        prop_assert_eq!(source.renumber(&numbers, &mut changed[..source.len - 1]), Err(NoRoom));
    }
}
