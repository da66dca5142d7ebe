use super::*;
use crate::packet::{Fate, RemoteTime};
use crate::testing::{arrived, epoch, missing, ms};

/// 1 000 bytes every 10 ms: 800 kbit/s.
fn steady(acknowledged: &mut Acknowledged, mut fate: impl FnMut(u64, Outcome) -> Outcome) {
    let t0 = epoch();
    for i in 0..300 {
        let outcome = arrived(t0, t0 + ms(10 * i), 1_000, 50_000);
        acknowledged.on_outcome(&fate(i, outcome));
    }
}

fn assert_about(acknowledged: &Acknowledged, kbps: f64) {
    let measured = acknowledged.bitrate().unwrap().as_bps() as f64 / 1e3;
    assert!((measured / kbps - 1.0).abs() < 0.05, "{measured} kbit/s instead of {kbps}");
}

#[test]
fn a_steady_stream_is_measured_as_it_is() {
    let mut acknowledged = Acknowledged::default();
    assert_eq!(acknowledged.bitrate(), None);
    steady(&mut acknowledged, |_, outcome| outcome);
    assert_about(&acknowledged, 800.0);
}

#[test]
fn lost_packets_do_not_count() {
    let mut acknowledged = Acknowledged::default();
    steady(
        &mut acknowledged,
        |i, outcome| {
            if i % 4 == 0 { missing(outcome.sent.at, 1_000) } else { outcome }
        },
    );
    assert_about(&acknowledged, 600.0);
}

#[test]
fn lost_reports_do_not_make_it_less() {
    let mut acknowledged = Acknowledged::default();
    steady(&mut acknowledged, |i, outcome| {
        let fate = if (i / 5) % 2 == 0 { Fate::Unreported } else { outcome.fate };
        Outcome { fate, ..outcome }
    });
    assert_about(&acknowledged, 800.0);
}

#[test]
fn a_pause_of_the_sender_is_no_lack_of_room() {
    let t0 = epoch();
    let mut acknowledged = Acknowledged::default();
    for i in 0..100 {
        let pause = if i < 50 { 0 } else { 500 };
        acknowledged.on_outcome(&arrived(t0, t0 + ms(10 * i + pause), 1_000, 50_000));
    }
    let measured = acknowledged.bitrate().unwrap().as_bps();
    assert!(measured > 500_000, "{measured}");
}

#[test]
fn what_arrives_faster_than_it_left_is_counted_as_it_left() {
    let t0 = epoch();
    let mut acknowledged = Acknowledged::default();
    for i in 0..100 {
        // Held up for a second, then let through at once.
        let held = 1_000_000 - 9_900 * i;
        acknowledged.on_outcome(&arrived(t0, t0 + ms(10 * i), 1_000, held));
    }
    assert_about(&acknowledged, 800.0);
}

#[test]
fn a_clock_that_steps_back_is_followed() {
    let mut acknowledged = Acknowledged::default();
    steady(&mut acknowledged, |i, outcome| match outcome.fate {
        Fate::Arrived(at) if i < 150 => {
            Outcome { fate: Fate::Arrived(RemoteTime(at.0 + 3_600_000_000)), ..outcome }
        }
        _ if i.is_multiple_of(2) => missing(outcome.sent.at, 1_000),
        _ => outcome,
    });
    assert_about(&acknowledged, 400.0);
}
