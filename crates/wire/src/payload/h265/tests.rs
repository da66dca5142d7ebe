use proptest::prelude::*;
use switchyard_vocab::layer::{PictureSize, TemporalLayer};

use super::*;
use crate::NoRoom;

const VPS: [u8; 5] = [0x40, 0x01, 0x0c, 0x01, 0xff];
/// Main 4.1, 1920 × 1080: the picture is coded with 1088 rows.
const SPS: [u8; 42] = [
    0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
    0x7b, 0xa0, 0x03, 0xc0, 0x80, 0x11, 0x07, 0xcb, 0x96, 0xb4, 0xa4, 0x25, 0x92, 0xe3, 0x01, 0x6a, 0x02,
    0x02, 0x02, 0x08, 0x00, 0x00, 0x03, 0x00, 0x08,
];
const PPS: [u8; 6] = [0x44, 0x01, 0xc1, 0x72, 0xb4, 0x62];
const IDR: [u8; 4] = [0x26, 0x01, 0xaf, 0x09];

fn aggregate(units: &[&[u8]]) -> Vec<u8> {
    let mut packet = vec![0x60, 0x01];
    for unit in units {
        packet.extend((unit.len() as u16).to_be_bytes());
        packet.extend(*unit);
    }
    packet
}

fn fragment(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    [&[0x62, 0x03, flags | kind], body].concat()
}

#[test]
fn an_aggregate_with_parameter_sets_starts_a_keyframe() {
    let packet = aggregate(&[&VPS, &SPS, &PPS, &IDR]);

    let facts = facts(&packet).unwrap();

    assert!(facts.has_vps && facts.has_sps && facts.has_pps);
    assert!(facts.irap && facts.irap_start && facts.picture_start);
    assert!(facts.has(kind::SPS) && !facts.has(kind::AUD) && !facts.has(200));
    assert_eq!((facts.temporal, facts.fragment), (TemporalLayer(0), None));
    assert!(is_keyframe_start(&packet));
}

#[test]
fn parameter_sets_alone_start_a_keyframe_and_a_lone_picture_does_not() {
    assert!(is_keyframe_start(&VPS) && is_keyframe_start(&SPS));
    assert!(!is_keyframe_start(&PPS) && !is_keyframe_start(&IDR));
    assert!(facts(&IDR).unwrap().irap_start);
}

#[test]
fn random_access_is_more_than_idr() {
    for kind in 0..48_u8 {
        let facts = facts(&[kind << 1, 0x01, 0x80]).unwrap();
        assert_eq!(facts.irap_start, (16..=21).contains(&kind), "{kind}");
        assert_eq!(facts.picture_start, kind < 32, "{kind}");
    }
}

#[test]
fn only_the_first_fragment_of_the_first_slice_starts_a_picture() {
    let of = |flags, body: &[u8]| facts(&fragment(19, flags, body)).unwrap();
    let first = of(0x80, &IDR[2..]);

    assert!(first.irap_start && first.picture_start);
    assert_eq!((first.fragment, first.temporal), (Some(Part::Start), TemporalLayer(2)));
    for other in [of(0x80, &[0x2f]), of(0, &[0xff]), of(0x40, &[0xff])] {
        assert!(other.irap && !other.irap_start && !other.picture_start);
    }
}

#[test]
fn other_packets_are_refused_by_their_type() {
    for kind in 50..64 {
        assert_eq!(facts(&[kind << 1, 1, 2, 3]), Err(H265Error::Unsupported(kind)));
    }
}

#[test]
fn an_aggregate_that_contradicts_itself_is_refused() {
    assert_eq!(facts(&[0x26]), Err(H265Error::TooShort(1)));
    assert_eq!(facts(&[0x62, 0x01, 0x93]), Err(H265Error::TooShort(3)));
    assert_eq!(facts(&[0x60, 0x01]), Err(H265Error::MalformedAggregate));
    assert_eq!(facts(&[0x60, 0x01, 0, 1, 0x26]), Err(H265Error::MalformedAggregate));
    assert_eq!(facts(&[0x60, 0x01, 0, 3, 0x26, 0x01]), Err(H265Error::MalformedAggregate));
    let most = vec![&IDR[..2]; MAX_UNITS];
    assert!(facts(&aggregate(&most)).is_ok());
    assert_eq!(facts(&aggregate(&[&most[..], &[&IDR]].concat())), Err(H265Error::TooManyUnits));
}

#[test]
fn a_parameter_set_tells_size_and_profile() {
    let sps = Sps::parse(&SPS).unwrap();

    assert_eq!((sps.id, sps.profile, sps.high_tier, sps.level), (0, 1, false, 123));
    assert_eq!(sps.size, PictureSize { width: 1920, height: 1080 });
    assert_eq!(picture_size(&aggregate(&[&VPS, &SPS])), Some(sps.size));
    assert_eq!(picture_size(&fragment(33, 0x80, &SPS[2..])), None);
    for len in 0..24 {
        assert_eq!(Sps::parse(&SPS[..len]), None, "{len}");
    }
}

#[test]
fn parameter_sets_are_kept_and_written_before_a_keyframe() {
    let mut sets = ParameterSets::default();
    let mut out = [0; 96];
    assert_eq!(write_aggregate(&sets, &mut out), Ok(0));

    assert!(collect(&PPS, &mut sets));
    assert_eq!(write_aggregate(&sets, &mut out), Ok(PPS.len()));
    assert_eq!(out[..PPS.len()], PPS);
    assert!(collect(&aggregate(&[&VPS, &SPS, &PPS, &IDR]), &mut sets));
    assert!(!collect(&VPS, &mut sets) && !collect(&SPS, &mut sets));
    let len = write_aggregate(&sets, &mut out).unwrap();

    assert_eq!(out[..len], aggregate(&[&VPS, &SPS, &PPS]));
    assert_eq!(write_aggregate(&sets, &mut out[..len - 1]), Err(NoRoom));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_bytes_make_the_reader_panic(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        kind in prop::sample::select(&[1_u8, 19, 32, 33, 34, 48, 49][..]),
    ) {
        if let Some(first) = bytes.first_mut() {
            *first = kind << 1;
        }
        let mut sets = ParameterSets::default();
        let _ = (facts(&bytes), picture_size(&bytes), Sps::parse(&bytes), collect(&bytes, &mut sets));
        if let Ok(units) = units(&bytes) {
            prop_assert!(units.count() <= MAX_UNITS);
            prop_assert!(units.map(|unit| unit.bytes.len()).sum::<usize>() <= bytes.len());
        }
    }
}
