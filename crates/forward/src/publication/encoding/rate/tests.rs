use super::*;
use crate::testing::at;

#[test]
fn a_steady_stream_is_measured() {
    let mut rate = Rate::default();
    for tick in 0..300 {
        rate.add(at(tick * 10), 1_250);
    }

    let measured = rate.bitrate(at(3_000)).as_bps();

    assert!((990_000..=1_010_000).contains(&measured), "{measured}");
}

#[test]
fn silence_brings_it_to_nothing() {
    let mut rate = Rate::default();
    rate.add(at(0), 100_000);

    assert_eq!(rate.bitrate(at(5_000)), Bitrate::default());
}
