use super::*;
use crate::testing::{arrived, epoch, ms};

fn kbps(drain: &Drain) -> Option<u64> {
    drain.bitrate().map(|rate| (rate.as_bps() as f64 / 1e3).round() as u64)
}

/// Packets of 1 000 bytes, one every so many milliseconds at the receiver, that met this queue.
fn feed(drain: &mut Drain, from_ms: u64, count: u64, every_ms: u64, queue_ms: f64) {
    let t0 = epoch();
    for i in 0..count {
        let outcome = arrived(t0, t0, 1_000, (from_ms + i * every_ms) * 1_000);
        drain.on_outcome(&outcome, Some(queue_ms));
    }
}

#[test]
fn what_met_no_queue_says_nothing() {
    let mut drain = Drain::default();
    feed(&mut drain, 0, 100, 10, 2.0);
    assert_eq!(kbps(&drain), None);
}

#[test]
fn a_burst_shows_what_the_link_carries_however_little_was_sent_before() {
    let mut drain = Drain::default();
    feed(&mut drain, 0, 10, 100, 0.0);
    feed(&mut drain, 1_000, 1, 4, 0.0);
    feed(&mut drain, 1_004, 30, 4, 30.0);
    assert_eq!(kbps(&drain), Some(2_000));
}

#[test]
fn a_link_that_became_narrow_is_seen_within_half_a_second() {
    let mut drain = Drain::default();
    feed(&mut drain, 0, 200, 4, 2.0);
    feed(&mut drain, 800, 17, 32, 200.0);
    assert_eq!(kbps(&drain), Some(250));
}

#[test]
fn what_came_lately_is_without_what_the_link_let_through_before() {
    let mut drain = Drain::default();
    feed(&mut drain, 0, 40, 4, 20.0);
    feed(&mut drain, 160, 6, 32, 100.0);
    assert!(kbps(&drain).is_some_and(|kbps| kbps > 600), "the best stretch is the older one");
    assert_eq!(drain.lately().map(|rate| rate.as_bps()), Some(250_000));
}

#[test]
fn what_a_lost_report_told_of_is_not_taken_for_a_gap() {
    let mut drain = Drain::default();
    feed(&mut drain, 0, 20, 10, 50.0);
    let t0 = epoch();
    let untold = Outcome { fate: Fate::Unreported, ..arrived(t0, t0 + ms(1), 1_000, 0) };
    drain.on_outcome(&untold, None);
    feed(&mut drain, 300, 20, 10, 50.0);
    assert_eq!(kbps(&drain), Some(800));
}

#[test]
fn a_queue_is_ours_when_it_was_filled_faster_than_it_empties() {
    let mut drain = Drain::default();
    feed(&mut drain, 0, 20, 10, 50.0);
    assert!(drain.filled().is_some());
    assert_eq!(drain.filled(), drain.bitrate());

    let mut drain = Drain::default();
    let t0 = epoch();
    for i in 0..20 {
        drain.on_outcome(&arrived(t0, t0 + ms(10 * i), 1_000, 60_000), Some(50.0));
    }
    assert_eq!(drain.filled(), None);
}

#[test]
fn a_receiver_that_was_late_does_not_make_it_less() {
    let mut drain = Drain::default();
    feed(&mut drain, 0, 60, 5, 30.0);
    feed(&mut drain, 360, 10, 5, 40.0);
    assert_eq!(kbps(&drain), Some(1_600));
}
