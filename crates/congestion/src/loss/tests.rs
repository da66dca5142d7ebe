use super::*;
use crate::testing::{arrived, epoch, missing, ms};

/// Sends at the bound, 1 200 bytes a packet, over a path that loses one in `one_in` and everything beyond
/// `capacity`, for `seconds`. Returns the bound at the end.
fn run(loss: &mut LossBound, by_delay: u64, capacity: u64, one_in: u64, seconds: u64) -> u64 {
    let t0 = epoch();
    let mut bound = by_delay;
    let mut packets = 0_u64;
    for step in 0..seconds * 20 {
        let begins = t0 + ms(50 * step);
        let count = (bound / 8 / 20 / 1_200).max(1);
        let fits = (capacity / 8 / 20 / 1_200).max(1);
        let outcomes: Vec<Outcome> = (0..count)
            .map(|i| {
                packets += 1;
                let at = begins + ms(50 * i / count);
                let is_lost = i >= fits || one_in > 0 && packets.is_multiple_of(one_in);
                if is_lost { missing(at, 1_200) } else { arrived(t0, at, 1_200, 50_000) }
            })
            .collect();
        let acknowledged = Some(Bitrate::bps(count.min(fits) * 1_200 * 8 * 20));
        let by_delay = Bitrate::bps(by_delay);
        let conditions = Conditions { by_delay, acknowledged, is_application_limited: false };
        loss.on_outcomes(begins + ms(100), &outcomes, &conditions);
        bound = loss.bound(by_delay).as_bps();
    }
    bound
}

#[test]
fn without_loss_there_is_no_bound() {
    let mut loss = LossBound::default();
    assert_eq!(run(&mut loss, 3_000_000, 9_000_000, 0, 10), 3_000_000);
    assert_eq!(loss.state(), LossState::NotLimiting);
}

#[test]
fn loss_of_the_radio_is_not_taken_for_a_full_link() {
    let bound = run(&mut LossBound::default(), 3_000_000, 9_000_000, 33, 30);
    assert!(bound >= 2_000_000, "{bound} bit/s left at 3 % loss");
}

#[test]
fn a_full_link_without_a_queue_bounds_what_is_sent() {
    let mut loss = LossBound::default();
    let bound = run(&mut loss, 3_000_000, 1_500_000, 0, 30);
    assert!((1_000_000..=1_800_000).contains(&bound), "{bound} bit/s where 1.5 Mbit/s fit");
    assert_ne!(loss.state(), LossState::NotLimiting);
}

#[test]
fn much_loss_is_answered_whatever_its_cause() {
    let bound = run(&mut LossBound::default(), 3_000_000, 9_000_000, 2, 10);
    assert!(bound < 400_000, "{bound} bit/s at 50 % loss");
}

#[test]
fn the_bound_goes_when_the_loss_has_gone() {
    let mut loss = LossBound::default();
    let low = run(&mut loss, 3_000_000, 1_000_000, 0, 10);
    assert!(low < 1_300_000);
    assert_eq!(run(&mut loss, 3_000_000, 9_000_000, 0, 30), 3_000_000);
}

#[test]
fn what_nobody_reported_is_no_loss() {
    let t0 = epoch();
    let mut loss = LossBound::default();
    let conditions =
        Conditions { by_delay: Bitrate::mbps(3), acknowledged: None, is_application_limited: false };
    for step in 0..100 {
        let outcome = arrived(t0, t0 + ms(50 * step), 1_200, 50_000);
        let fate = if step % 2 == 0 { crate::packet::Fate::Unreported } else { outcome.fate };
        loss.on_outcomes(t0 + ms(50 * step), &[Outcome { fate, ..outcome }], &conditions);
    }
    assert_eq!(loss.average_loss(), 0.0);
}

#[test]
fn the_bound_goes_even_if_hardly_anything_is_sent_any_more() {
    let mut loss = LossBound::default();
    let t0 = epoch();
    let by_delay = Bitrate::kbps(500);
    for step in 0..400_u64 {
        let at = t0 + ms(50 * step);
        let is_lost = step < 60 && step % 2 == 0;
        let outcome = if is_lost { missing(at, 600) } else { arrived(t0, at, 600, 50_000) };
        let acknowledged = Some(Bitrate::kbps(96));
        let conditions = Conditions { by_delay, acknowledged, is_application_limited: step > 60 };
        loss.on_outcomes(at + ms(100), &[outcome], &conditions);
    }
    assert_eq!(loss.bound(by_delay), by_delay);
    assert_eq!(loss.state(), LossState::NotLimiting);
}
