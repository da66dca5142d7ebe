use proptest::prelude::*;
use switchyard_vocab::layer::{PictureSize, SpatialLayer, TemporalLayer};

use super::*;
use crate::bytes::split_leb128;

/// Main profile, level 3.1, one operating point; 10 and 9 bits for 640 × 360.
const SEQUENCE_HEADER: [u8; 8] = [0x08, 0x00, 0x00, 0x00, 0x2c, 0xc4, 0xff, 0x67];

/// W = 2 and N: a sequence header with its length in front, then a frame.
fn keyframe() -> Vec<u8> {
    [&[0x28, SEQUENCE_HEADER.len() as u8], &SEQUENCE_HEADER[..], &[0x34, 0x28, 0xaa]].concat()
}

fn bytes_of(payload: &[u8]) -> Vec<&[u8]> {
    elements(payload).unwrap().map(|element| element.bytes).collect()
}

#[test]
fn the_first_packet_of_a_keyframe_tells_all() {
    let payload = keyframe();

    let facts = facts(&payload).unwrap();

    assert!(facts.new_sequence && facts.has_sequence_header && facts.frame_start);
    assert!(!facts.continues && !facts.is_continued);
    assert_eq!(facts.layers, Some((SpatialLayer(1), TemporalLayer(1))));
    assert!(is_keyframe_start(&payload));
    assert_eq!(picture_size(&payload), Some(PictureSize { width: 640, height: 360 }));
}

#[test]
fn a_sequence_header_starts_a_keyframe_without_the_bit_and_the_bit_without_a_header() {
    let mut without_bit = keyframe();
    without_bit[0] &= !0x08;
    let without_header = [0x18, 0x30, 0xaa];

    assert!(is_keyframe_start(&without_bit) && is_keyframe_start(&without_header));
    assert!(!is_keyframe_start(&[0x10, 0x30, 0xaa]));
    assert_eq!(picture_size(&without_header), None);
}

#[test]
fn the_rest_of_a_sequence_header_starts_nothing() {
    let rest = [&[0x90], &SEQUENCE_HEADER[..]].concat();

    assert!(!is_keyframe_start(&rest));
    assert_eq!(elements(&rest).unwrap().next().unwrap().kind(), None);
    assert_eq!(picture_size(&rest), None);
    assert_eq!(facts(&[0x98, 0x30]), Err(Av1Error::ContinuedSequence));
}

#[test]
fn without_a_count_every_element_has_a_length() {
    let payload = [0xc0, 2, 0x11, 0x12, 0, 0x81, 0x00, 0x13];

    assert_eq!(bytes_of(&payload), [&[0x11, 0x12][..], &[0x13]]);
    let all: Vec<_> = elements(&payload).unwrap().collect();
    assert!(all[0].continues && !all[0].is_continued);
    assert!(!all[1].continues && all[1].is_continued);
}

#[test]
fn with_a_count_the_last_element_has_no_length() {
    assert_eq!(bytes_of(&[0x10, 0x11, 0x12]), [[0x11, 0x12]]);
    assert_eq!(bytes_of(&[0x30, 1, 0x11, 1, 0x12, 0x13]), [[0x11], [0x12], [0x13]]);
}

#[test]
fn elements_that_contradict_the_packet_are_refused() {
    assert_eq!(facts(&[]), Err(Av1Error::TooShort(0)));
    assert_eq!(facts(&[0x10]), Err(Av1Error::TooShort(1)));
    for malformed in [&[0x00, 2, 0x11][..], &[0x20, 2, 0x11], &[0x00, 0x80], &[0x00, 1, 0x11, 0x80]] {
        assert_eq!(facts(malformed), Err(Av1Error::MalformedElement), "{malformed:02x?}");
    }
    assert!(facts(&[&[0], &[0; MAX_ELEMENTS][..]].concat()).is_ok());
    assert_eq!(facts(&[&[0], &[0; MAX_ELEMENTS + 1][..]].concat()), Err(Av1Error::TooManyElements));
}

#[test]
fn a_length_has_at_most_eight_bytes() {
    assert_eq!(split_leb128(&[0xe5, 0x8e, 0x26, 0xff]), Some((624_485, &[0xff][..])));
    assert_eq!(
        split_leb128(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        Some(((1 << 56) - 1, &[][..]))
    );
    assert_eq!(split_leb128(&[0x80; 9]), None);
    assert_eq!(split_leb128(&[0x80]), None);
}

#[test]
fn a_sequence_header_tells_size_profile_and_level() {
    let header = SequenceHeader::parse(&SEQUENCE_HEADER[1..]).unwrap();

    assert_eq!((header.profile, header.level), (0, 5));
    for len in 1..8 {
        assert_eq!(SequenceHeader::parse(&SEQUENCE_HEADER[1..len]), None, "{len}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = (facts(&bytes), picture_size(&bytes), SequenceHeader::parse(&bytes));
        if let Ok(elements) = elements(&bytes) {
            prop_assert!(elements.count() <= MAX_ELEMENTS);
            prop_assert!(elements.map(|element| element.bytes.len()).sum::<usize>() < bytes.len());
        }
    }

    #[test]
    fn elements_are_read_as_they_were_written(
        all in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 1..6),
    ) {
        let mut payload = vec![0];
        for element in &all {
            payload.extend([0x80 | (element.len() & 0x7f) as u8, (element.len() >> 7) as u8]);
            payload.extend(element);
        }

        prop_assert_eq!(bytes_of(&payload), all);
    }
}
