use super::*;
use crate::clock::Clock;

const FRAME: Duration = Duration::from_millis(33);

fn shown_after(gaps: &[Duration]) -> FreezeMeter {
    let mut at = Clock::new().now();
    let mut meter = FreezeMeter::default();
    meter.on_shown(at);
    for gap in gaps {
        at += *gap;
        meter.on_shown(at);
    }
    meter
}

#[test]
fn an_even_picture_never_freezes() {
    assert_eq!(shown_after(&[FRAME; 100]).freezes(), 0);
}

#[test]
fn a_gap_counts_from_150_milliseconds_over_the_average() {
    let with_gap = |ms| shown_after(&[FRAME, FRAME, FRAME, FRAME, FRAME, Duration::from_millis(ms)]);

    assert_eq!(with_gap(182).freezes(), 0);
    assert_eq!(with_gap(183).freezes(), 1);
    assert_eq!(with_gap(183).frozen(), Duration::from_millis(183));
}

#[test]
fn a_slow_picture_needs_three_times_its_average() {
    let slow = Duration::from_millis(200);
    let with_gap = |ms| shown_after(&[slow, slow, slow, slow, slow, Duration::from_millis(ms)]);

    assert_eq!(with_gap(599).freezes(), 0);
    assert_eq!(with_gap(600).freezes(), 1);
}

#[test]
fn the_first_gaps_count_for_nothing() {
    assert_eq!(shown_after(&[FRAME, Duration::from_secs(3), FRAME]).freezes(), 0);
}

#[test]
fn a_pause_is_no_freeze() {
    let mut meter = shown_after(&[FRAME; 10]);

    meter.on_pause();
    meter.on_shown(Clock::new().now() + Duration::from_secs(60));

    assert_eq!(meter.freezes(), 0);
}
