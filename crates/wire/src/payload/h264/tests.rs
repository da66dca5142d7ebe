use proptest::prelude::*;
use switchyard_vocab::layer::PictureSize;

use super::*;
use crate::NoRoom;

/// Constrained Baseline 3.1, 640 × 360: the picture is coded with 368 rows.
const SPS: [u8; 11] = [0x67, 0x42, 0xc0, 0x1f, 0xda, 0x02, 0x80, 0xbf, 0xe5, 0x84, 0x00];
const PPS: [u8; 4] = [0x68, 0xce, 0x3c, 0x80];
const IDR: [u8; 3] = [0x65, 0x88, 0x84];

fn stap_a(units: &[&[u8]]) -> Vec<u8> {
    let mut packet = vec![0x78];
    for unit in units {
        packet.extend((unit.len() as u16).to_be_bytes());
        packet.extend(*unit);
    }
    packet
}

/// A fragment of a unit with this header.
fn fu_a(header: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    [&[(header & 0xe0) | 28, flags | (header & 0x1f)], body].concat()
}

#[test]
fn an_aggregate_with_parameter_sets_starts_a_keyframe() {
    let packet = stap_a(&[&SPS, &PPS, &IDR]);

    let facts = facts(&packet).unwrap();

    assert!(facts.has_sps && facts.has_pps && facts.idr && facts.idr_start && facts.picture_start);
    assert!(facts.has(kind::SPS) && !facts.has(kind::SLICE) && !facts.has(200));
    assert_eq!(facts.fragment, None);
    assert!(is_keyframe_start(&packet));
}

#[test]
fn a_single_parameter_set_starts_a_keyframe_and_a_lone_picture_does_not() {
    assert!(is_keyframe_start(&SPS));
    assert!(!is_keyframe_start(&PPS));
    assert!(!is_keyframe_start(&IDR));
    assert!(facts(&IDR).unwrap().idr_start);
}

#[test]
fn only_the_first_fragment_of_the_first_slice_starts_a_picture() {
    let of = |flags, body: &[u8]| facts(&fu_a(IDR[0], flags, body)).unwrap();
    let first = of(0x80, &IDR[1..]);
    let later_slice = of(0x80, &[0x44, 0x00]);
    let (middle, last) = (of(0, &[0xff]), of(0x40, &[0xff]));

    assert!(first.idr_start && first.picture_start);
    assert_eq!(first.fragment, Some(Part::Start));
    for other in [later_slice, middle, last] {
        assert!(other.idr && !other.idr_start && !other.picture_start);
    }
    assert_eq!((middle.fragment, last.fragment), (Some(Part::Middle), Some(Part::End)));
    assert!(Part::Whole.ends() && Part::End.ends() && !Part::Start.ends() && !Part::Middle.ends());
}

#[test]
fn a_fragment_that_is_first_and_last_counts_as_the_first() {
    assert_eq!(facts(&fu_a(IDR[0], 0xc0, &IDR[1..])).unwrap().fragment, Some(Part::Start));
}

#[test]
fn slices_that_nothing_refers_to_are_disposable() {
    assert!(facts(&[0x01, 0x9a]).unwrap().disposable);
    assert!(!facts(&[0x41, 0x9a]).unwrap().disposable);
    assert!(!facts(&[0x06, 0x05]).unwrap().disposable);
    assert!(!facts(&stap_a(&[&[0x01, 0x9a], &[0x41, 0x9a]])).unwrap().disposable);
}

#[test]
fn packets_of_other_modes_are_refused_by_their_type() {
    for kind in [0, 25, 26, 27, 29, 30, 31] {
        assert_eq!(facts(&[0x60 | kind, 1, 2, 3]), Err(H264Error::Unsupported(kind)));
    }
}

#[test]
fn an_aggregate_that_contradicts_itself_is_refused() {
    assert_eq!(facts(&[]), Err(H264Error::TooShort(0)));
    assert_eq!(facts(&[0x7c, 0x85]), Err(H264Error::TooShort(2)));
    assert_eq!(facts(&[0x78]), Err(H264Error::MalformedAggregate));
    assert_eq!(facts(&[0x78, 0, 0]), Err(H264Error::MalformedAggregate));
    assert_eq!(facts(&[0x78, 0, 2, 0x67]), Err(H264Error::MalformedAggregate));
    assert_eq!(facts(&[0x78, 0, 1, 0x67, 0]), Err(H264Error::MalformedAggregate));
    let most = vec![&IDR[..1]; MAX_UNITS];
    assert!(facts(&stap_a(&most)).is_ok());
    assert_eq!(facts(&stap_a(&[&most[..], &[&IDR]].concat())), Err(H264Error::TooManyUnits));
}

#[test]
fn a_parameter_set_tells_size_and_profile() {
    let sps = Sps::parse(&SPS).unwrap();

    assert_eq!((sps.id, sps.profile, sps.constraints, sps.level), (0, 0x42, 0xc0, 31));
    assert_eq!(sps.size, PictureSize { width: 640, height: 360 });
    assert_eq!(picture_size(&stap_a(&[&[0x09, 0xf0], &SPS, &PPS])), Some(sps.size));
    assert_eq!(picture_size(&fu_a(SPS[0], 0x80, &SPS[1..])), None);
}

#[test]
fn the_sets_of_real_encoders_are_read() {
    // High 4.0, 1920 × 1080, escaped bytes in its timing.
    let high = [
        0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00,
        0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc6, 0x58,
    ];

    let sps = Sps::parse(&high).unwrap();

    assert_eq!((sps.profile, sps.level), (100, 40));
    assert_eq!(sps.size, PictureSize { width: 1920, height: 1080 });
}

#[test]
fn a_cut_parameter_set_tells_nothing() {
    for len in 0..9 {
        assert_eq!(Sps::parse(&SPS[..len]), None, "{len}");
    }
}

#[test]
fn parameter_sets_are_kept_and_written_before_a_keyframe() {
    let mut sets = ParameterSets::default();
    let mut out = [0; 64];
    assert_eq!(write_stap_a(&sets, &mut out), Ok(0));

    assert!(collect(&PPS, &mut sets));
    assert!(collect(&stap_a(&[&SPS, &PPS, &IDR]), &mut sets));
    assert!(!collect(&SPS, &mut sets));
    assert!(!collect(&fu_a(SPS[0], 0x80, &SPS[1..]), &mut sets));
    let len = write_stap_a(&sets, &mut out).unwrap();

    assert_eq!(out[..len], stap_a(&[&SPS, &PPS]));
    assert_eq!(write_stap_a(&sets, &mut out[..len - 1]), Err(NoRoom));
    let kinds: Vec<_> = sets.iter().map(ParameterSet::kind).collect();
    assert_eq!(kinds, [kind::SPS, kind::PPS]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_bytes_make_the_reader_panic(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        kind in prop::sample::select(&[1_u8, 5, 7, 8, 24, 28][..]),
    ) {
        if let Some(first) = bytes.first_mut() {
            *first = kind;
        }
        let mut sets = ParameterSets::default();
        let _ = (facts(&bytes), picture_size(&bytes), Sps::parse(&bytes), collect(&bytes, &mut sets));
        if let Ok(units) = units(&bytes) {
            prop_assert!(units.count() <= MAX_UNITS);
            prop_assert!(units.map(|unit| unit.bytes.len()).sum::<usize>() <= bytes.len());
        }
    }

    #[test]
    fn no_parameter_set_makes_the_reader_panic(
        profile in prop::sample::select(&[66_u8, 100, 244][..]),
        body in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let _ = Sps::parse(&[&[0x67, profile, 0, 31], &body[..]].concat());
    }
}
