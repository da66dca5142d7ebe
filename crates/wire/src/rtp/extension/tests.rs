use std::time::Duration;

use proptest::prelude::*;
use switchyard_vocab::layer::{PictureSize, SpatialLayer};
use switchyard_vocab::units::Bitrate;
use switchyard_vocab::wall_clock::NtpTime;

use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

#[test]
fn a_playout_delay_is_two_numbers_of_ten_milliseconds() {
    let delay = PlayoutDelay::between(MS(259), MS(10_000));

    assert_eq!((delay.min(), delay.max()), (MS(250), MS(10_000)));
    assert_eq!(delay.bytes(), [0x01, 0x93, 0xe8]);
    assert_eq!(PlayoutDelay::parse(&delay.bytes()), Some(delay));
    let longest = PlayoutDelay::between(MS(100_000), Duration::MAX);
    assert_eq!((longest.min(), longest.max()), (PlayoutDelay::LONGEST, PlayoutDelay::LONGEST));
    let raised = PlayoutDelay::between(MS(50), MS(0));
    assert_eq!((raised.min(), raised.max()), (MS(50), MS(50)));
}

#[test]
fn a_playout_delay_whose_limits_cross_is_nonsense() {
    assert_eq!(PlayoutDelay::parse(&[0x00, 0x20, 0x01]), None);
    assert_eq!(PlayoutDelay::parse(&[0, 0]), None);
}

#[test]
fn a_capture_time_is_written_as_it_was_read() {
    for data in [&[0x81, 2, 3, 4, 5, 6, 7, 8][..], &[0x81, 2, 3, 4, 5, 6, 7, 8, 0xff, 0, 0, 0, 0, 0, 0, 1]] {
        let time = AbsCaptureTime::parse(data).unwrap();

        assert_eq!(time.captured, NtpTime(0x8102_0304_0506_0708));
        assert_eq!(time.clock_offset.is_some_and(i64::is_negative), data.len() == 16);
        assert_eq!(time.write(&mut [0xff; 16]), data);
    }
    assert_eq!(AbsCaptureTime::parse(&[0; 9]), None);
}

#[test]
fn an_allocation_that_is_the_same_for_all_streams_names_its_layers_once() {
    // On stream 1 of two, spatial layer 0 each: two temporal layers of 100 and 150, then one of 500.
    let bare = [0x51, 0x40, 100, 0x96, 0x01, 0xf4, 0x03];
    let sizes = [0x01, 0x3f, 0x00, 0xb3, 15, 0x02, 0x7f, 0x01, 0x67, 30];

    let allocation = LayersAllocation::parse(&[&bare[..], &sizes].concat()).unwrap();

    assert_eq!(allocation.sent_on, 1);
    let [small, large] = allocation.layers() else { panic!("{allocation:?}") };
    assert_eq!((small.stream, small.spatial), (0, SpatialLayer(0)));
    assert_eq!(small.rates(), [Bitrate::kbps(100), Bitrate::kbps(150)]);
    assert_eq!(small.size, Some((PictureSize { width: 320, height: 180 }, 15)));
    assert_eq!((large.stream, large.rates()), (1, &[Bitrate::kbps(500)][..]));
    assert_eq!(large.size, Some((PictureSize { width: 640, height: 360 }, 30)));
    let without = LayersAllocation::parse(&bare).unwrap();
    assert!(without.layers().iter().all(|layer| layer.size.is_none()));
}

#[test]
fn streams_may_have_different_layers() {
    // Three streams: layers 0 and 1, layer 2, none.
    let allocation = LayersAllocation::parse(&[0x20, 0x34, 0x00, 0x00, 1, 2, 3]).unwrap();

    let found: Vec<_> = allocation.layers().iter().map(|layer| (layer.stream, layer.spatial.0)).collect();
    assert_eq!(found, [(0, 0), (0, 1), (1, 2)]);
}

#[test]
fn a_single_zero_says_that_nothing_is_encoded() {
    assert_eq!(LayersAllocation::parse(&[0]), Some(LayersAllocation::default()));
    assert_eq!(LayersAllocation::parse(&[]), None);
}

#[test]
fn an_allocation_that_ends_early_or_late_is_refused() {
    for broken in [&[0x01][..], &[0x01, 0x40, 1], &[0x01, 0x00, 0x80], &[0x01, 0x00, 1, 0, 0, 0, 0], &[0x10]]
    {
        assert_eq!(LayersAllocation::parse(broken), None, "{broken:02x?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..130)) {
        let delay = PlayoutDelay::parse(&bytes);
        prop_assert!(delay.is_none_or(|delay| delay.bytes() == bytes[..3]));
        let time = AbsCaptureTime::parse(&bytes);
        prop_assert!(time.is_none_or(|time| time.write(&mut [0; 16]) == bytes));
        if let Some(allocation) = LayersAllocation::parse(&bytes) {
            prop_assert!(allocation.layers().len() <= 16);
            prop_assert!(allocation.layers().iter().all(|layer| (1..=4).contains(&layer.rates().len())));
        }
    }
}
