use super::*;
use crate::testing::{epoch, ms};

const BOUNDS: Bounds = Bounds { start: Bitrate::mbps(1), min: Bitrate::kbps(30), max: Bitrate::mbps(10) };

/// A sender at the estimate over a path without limits, whose receiver reports every 50 ms.
struct Path {
    estimator: Estimator,
    origin: Instant,
    now: Instant,
    next: ExtSeqNo,
    /// What the way takes, in microseconds.
    way: i64,
}

impl Path {
    fn new() -> Self {
        let now = epoch();
        Self {
            estimator: Estimator::new(BOUNDS),
            origin: now,
            now,
            next: ExtSeqNo::starting_at(SeqNo(65_500)),
            way: 40_000,
        }
    }

    /// Sends for 50 ms, at what the estimate allows; the report comes `reported` or not at all.
    fn step(&mut self, is_reported: bool) {
        let count = (self.estimator.bitrate().as_bps() / 8 / 20 / 1_200).max(1);
        let base = self.next;
        for i in 0..count {
            let at = self.now + ms(50 * i / count);
            self.estimator.on_sent(at, self.next, DataSize::bytes(1_200), None);
            self.next = self.next.plus(1);
        }
        let sent_at = (self.now - self.origin).as_micros() as i64;
        let micros = |i: u64| sent_at + (50_000 * i / count) as i64 + self.way;
        let arrivals: Vec<_> = (0..count).map(|i| (base.plus(i).on_wire(), micros(i))).collect();
        self.now += ms(50);
        if is_reported {
            let end = self.next.on_wire();
            self.estimator.on_feedback(self.now + ms(40), base.on_wire(), end, arrivals.into_iter());
        }
        self.estimator.on_time(self.now + ms(45));
    }

    fn steps(&mut self, count: usize, is_reported: impl Fn(usize) -> bool) {
        (0..count).for_each(|i| self.step(is_reported(i)));
    }
}

#[test]
fn the_estimate_rises_where_nothing_stands_against_it_and_keeps_its_bounds() {
    let mut path = Path::new();
    path.steps(100, |_| true);
    assert!(path.estimator.bitrate() > Bitrate::kbps(1_300));
    path.steps(1_200, |_| true);
    assert_eq!(path.estimator.bitrate(), BOUNDS.max);
    let estimate = path.estimator.estimate();
    assert_eq!((estimate.loss, estimate.loss_state), (0.0, LossState::NotLimiting));
    assert!(estimate.rtt < ms(200), "{:?}", estimate.rtt);
}

#[test]
fn with_half_of_the_reports_lost_it_rises_all_the_same() {
    let mut path = Path::new();
    path.steps(200, |i| i % 2 == 0);
    assert!(path.estimator.bitrate() > Bitrate::kbps(1_500), "{}", path.estimator.bitrate());
}

#[test]
fn silence_lowers_the_rate_and_feedback_brings_it_back() {
    let mut path = Path::new();
    path.steps(100, |_| true);
    let before = path.estimator.bitrate().as_bps();

    path.steps(60, |_| false);
    let silent = path.estimator.bitrate().as_bps();
    assert!(silent < before * 6 / 10, "{silent} after three seconds of silence, {before} before");

    path.steps(400, |_| true);
    assert!(path.estimator.bitrate().as_bps() > before);
}

#[test]
fn who_was_never_heard_is_sent_ever_less() {
    let mut path = Path::new();
    path.steps(100, |_| false);
    assert!(path.estimator.bitrate() < Bitrate::kbps(200));
    assert!(!path.estimator.has_feedback);
}

#[test]
fn who_tells_nothing_of_single_packets_is_not_taken_for_silent() {
    let mut path = Path::new();
    path.estimator.on_receiver_report(path.now, 0.03, None);
    path.steps(100, |_| false);
    assert_eq!(path.estimator.bitrate(), BOUNDS.start);
}

#[test]
fn the_receivers_own_limit_caps_the_estimate_until_it_is_old() {
    let mut path = Path::new();
    path.steps(100, |_| true);
    path.estimator.on_remb(path.now, Bitrate::kbps(250));
    assert_eq!(path.estimator.bitrate(), Bitrate::kbps(250));
    path.steps(220, |_| true);
    assert!(path.estimator.bitrate() > Bitrate::kbps(1_000));
}

#[test]
fn where_only_a_limit_is_told_it_leads() {
    let mut estimator = Estimator::new(BOUNDS);
    estimator.on_remb(epoch(), Bitrate::mbps(3));
    assert_eq!(estimator.bitrate(), Bitrate::mbps(3));
}

#[test]
fn where_only_receiver_reports_come_loss_leads() {
    let t0 = epoch();
    let mut estimator = Estimator::new(BOUNDS);
    for i in 0..10 {
        estimator.on_receiver_report(t0 + ms(1_000 * i), 0.0, Some(ms(50)));
    }
    let risen = estimator.bitrate();
    assert!(risen > Bitrate::kbps(2_000), "{risen}");
    for i in 10..15 {
        estimator.on_receiver_report(t0 + ms(1_000 * i), 0.2, Some(ms(50)));
    }
    assert!(estimator.bitrate().as_bps() < risen.as_bps() * 6 / 10);
}

#[test]
fn another_route_starts_anew_and_never_above_the_start() {
    let mut path = Path::new();
    path.steps(400, |_| true);
    assert!(path.estimator.bitrate() > BOUNDS.start);
    path.estimator.on_route_change(path.now);
    assert_eq!(path.estimator.bitrate(), BOUNDS.start);
    assert!(!path.estimator.has_feedback);
}

#[test]
fn feedback_made_up_of_anything_leaves_the_estimate_within_its_bounds() {
    let mut path = Path::new();
    path.steps(20, |_| true);
    let mut state = 0x9e37_79b9_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for _ in 0..2_000 {
        let base = SeqNo(draw() as u16);
        let end = SeqNo(draw() as u16);
        let arrivals: Vec<_> =
            (0..draw() % 50).map(|_| (SeqNo(draw() as u16), (draw() as i64 - (1 << 30)) << 9)).collect();
        path.estimator.on_feedback(path.now, base, end, arrivals.into_iter());
        path.step(draw() % 3 == 0);
        let rate = path.estimator.bitrate();
        assert!(rate >= BOUNDS.min && rate <= BOUNDS.max);
    }
}

#[test]
fn what_was_taken_for_a_longer_way_is_given_back() {
    let mut path = Path::new();
    path.steps(60, |_| true);
    let before = path.estimator.bitrate();

    path.way += 150_000;
    path.steps(25, |_| true);
    assert!(path.estimator.bitrate() < before, "it could be a queue");
    path.steps(60, |_| true);
    assert!(path.estimator.bitrate() >= before, "{:?} of {before:?}", path.estimator.bitrate());
}

#[test]
fn whose_limit_it_is_and_what_is_lost_is_told_of_receivers_that_report_in_sum() {
    let mut path = Path::new();
    path.estimator.on_receiver_report(path.now, 0.25, Some(ms(50)));
    let known = path.estimator.estimate();
    assert_eq!((known.loss, known.is_receivers_limit, known.is_silent), (0.25, false, false));

    path.estimator.on_remb(path.now, Bitrate::kbps(300));
    assert!(path.estimator.estimate().is_receivers_limit);
    assert_eq!(path.estimator.bitrate(), Bitrate::kbps(300));
}

#[test]
fn nothing_is_probed_for_that_the_receiver_does_not_want() {
    let mut path = Path::new();
    path.steps(100, |_| true);
    while path.estimator.poll_probe().is_some() {}
    path.estimator.set_need(Need::For(Bitrate::mbps(3)));
    for _ in 0..200 {
        path.estimator.on_remb(path.now, Bitrate::kbps(500));
        path.step(true);
        assert_eq!(path.estimator.poll_probe(), None);
    }
}
