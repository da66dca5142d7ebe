use proptest::prelude::*;
use switchyard_vocab::layer::{PictureSize, TemporalLayer};

use super::*;
use crate::NoRoom;

const NUMBERS: Numbers = Numbers { picture_id: 0x1234, tl0_picture_index: 0x56, key_index: 0x17 };

/// What libwebrtc sends: S, all fields, long id; then a keyframe of 640 × 360.
const KEYFRAME: [u8; 17] = [
    0x90,
    0xf0,
    0x80 | 0x01,
    0x02,
    0x33,
    0x25,
    0x10,
    0x02,
    0x00,
    0x9d,
    0x01,
    0x2a,
    0x80,
    0x02,
    0x68,
    0x41,
    0xff,
];

#[test]
fn all_fields_are_read() {
    let descriptor = Descriptor::parse(&KEYFRAME).unwrap();

    assert_eq!(
        descriptor,
        Descriptor {
            len: 6,
            non_reference: false,
            partition_start: true,
            partition: 0,
            picture_id: Some(PictureId::Long(0x0102)),
            tl0_picture_index: Some(0x33),
            temporal: Some(TemporalLayer(0)),
            layer_sync: true,
            key_index: Some(5),
        }
    );
    assert!(descriptor.is_keyframe_start(&KEYFRAME));
}

#[test]
fn a_keyframe_tells_its_size_without_the_scale() {
    assert_eq!(picture_size(&KEYFRAME), Some(PictureSize { width: 640, height: 360 }));
}

#[test]
fn only_the_first_packet_of_a_keyframe_starts_one() {
    let mut later_packet = KEYFRAME;
    later_packet[0] &= !0x10;
    let mut later_partition = KEYFRAME;
    later_partition[0] |= 1;
    let mut delta_frame = KEYFRAME;
    delta_frame[6] |= 1;

    assert!(is_keyframe_start(&KEYFRAME));
    for other in [later_packet, later_partition, delta_frame] {
        assert!(!is_keyframe_start(&other));
        assert_eq!(picture_size(&other), None);
    }
}

#[test]
fn a_keyframe_without_its_start_code_has_no_size() {
    let mut payload = KEYFRAME;
    payload[9] = 0;

    assert_eq!(picture_size(&payload), None);
    assert_eq!(picture_size(&KEYFRAME[..15]), None);
}

#[test]
fn the_shortest_descriptor_is_one_byte() {
    let descriptor = Descriptor::parse(&[0x10, 0x00]).unwrap();
    let mut out = [0xff; 8];

    assert_eq!(descriptor.len, 1);
    assert_eq!(descriptor.picture_id, None);
    assert_eq!(descriptor.write(&NUMBERS, &mut out), Ok(1));
    assert_eq!(out[0], 0x10);
}

#[test]
fn a_short_picture_id_is_written_long() {
    let payload = [0x90, 0xe0, 0x7f, 0x11, 0x80, 0xaa];
    let descriptor = Descriptor::parse(&payload).unwrap();
    let mut out = [0; 8];

    let len = descriptor.write(&NUMBERS, &mut out).unwrap();

    assert_eq!(descriptor.picture_id, Some(PictureId::Short(0x7f)));
    assert_eq!(len, descriptor.len + MAX_GROWTH);
    assert_eq!(out[..len], [0x90, 0xe0, 0x92, 0x34, 0x56, 0x80]);
}

#[test]
fn a_base_layer_index_without_a_temporal_layer_is_tolerated() {
    let payload = [0x90, 0xc0, 0x01, 0x11, 0xaa];
    let descriptor = Descriptor::parse(&payload).unwrap();
    let mut out = [0; 8];

    assert_eq!(descriptor.tl0_picture_index, Some(0x11));
    assert_eq!(descriptor.temporal, None);
    assert_eq!(descriptor.len, 4);
    let len = descriptor.write(&NUMBERS, &mut out).unwrap();
    assert_eq!(out[..len], [0x90, 0xc0, 0x92, 0x34, 0x56]);
}

#[test]
fn a_key_index_alone_leaves_the_layer_bits_empty() {
    let payload = [0x90, 0x10, 0xff, 0xaa];
    let descriptor = Descriptor::parse(&payload).unwrap();
    let mut out = [0; 8];

    assert_eq!((descriptor.temporal, descriptor.layer_sync), (None, false));
    let len = descriptor.write(&NUMBERS, &mut out).unwrap();
    assert_eq!(out[..len], [0x90, 0x10, 0x17]);
}

#[test]
fn numbers_wider_than_their_field_are_cut() {
    let wide = Numbers { picture_id: 0xffff, tl0_picture_index: 0xff, key_index: 0xff };
    let mut out = [0; 8];

    Descriptor::parse(&KEYFRAME).unwrap().write(&wide, &mut out).unwrap();

    let read = Descriptor::parse(&out).unwrap();
    assert_eq!(read.picture_id, Some(PictureId::Long(0x7fff)));
    assert_eq!(read.key_index, Some(0x1f));
    assert_eq!(read.temporal, Some(TemporalLayer(0)));
}

#[test]
fn a_descriptor_without_data_behind_it_is_no_payload() {
    for len in 0..=6 {
        assert_eq!(Descriptor::parse(&KEYFRAME[..len]), Err(Vp8Error(len)));
    }
    assert!(Descriptor::parse(&KEYFRAME[..7]).is_ok());
}

#[test]
fn picture_ids_are_compared_at_their_own_width() {
    assert_eq!(PictureId::Short(1).since(127), 2);
    assert_eq!(PictureId::Short(127).since(1), -2);
    assert_eq!(PictureId::Long(1).since(0x7fff), 2);
    assert_eq!(PictureId::Long(0x7fff).since(1), -2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
        let _ = (is_keyframe_start(&bytes), picture_size(&bytes));
        if let Ok(read) = Descriptor::parse(&bytes) {
            prop_assert!(read.len < bytes.len());
        }
    }

    #[test]
    fn what_is_written_again_says_the_same_but_for_the_numbers(
        bytes in prop::collection::vec(any::<u8>(), 8..24),
        room in 0_usize..8,
    ) {
        let source = Descriptor::parse(&bytes).unwrap();
        let mut out = [0; 8];
        let len = source.write(&NUMBERS, &mut out).unwrap();

        let read = Descriptor::parse(&out).unwrap();

        prop_assert!(len <= source.len + MAX_GROWTH);
        prop_assert_eq!(read, Descriptor {
            len,
            picture_id: source.picture_id.map(|_| PictureId::Long(NUMBERS.picture_id)),
            tl0_picture_index: source.tl0_picture_index.map(|_| NUMBERS.tl0_picture_index),
            key_index: source.key_index.map(|_| NUMBERS.key_index),
            ..source
        });
        let fits = source.write(&NUMBERS, &mut out[..room]);
        prop_assert_eq!(fits, if room < len { Err(NoRoom) } else { Ok(len) });
    }
}
