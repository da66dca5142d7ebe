use super::*;
use crate::testing::{epoch, ms, sent};

struct Sender {
    history: History,
    next: ExtSeqNo,
    now: Instant,
}

impl Sender {
    fn new(first: u16) -> Self {
        Self { history: History::default(), next: ExtSeqNo::starting_at(SeqNo(first)), now: epoch() }
    }

    fn send(&mut self, count: usize) {
        for _ in 0..count {
            self.history.on_sent(self.next, sent(self.now, 1_000));
            self.next = self.next.plus(1);
            self.now += ms(10);
        }
    }

    /// What a report tells, by fate.
    fn report(&mut self, base: u16, end: u16, arrivals: &[(u16, i64)]) -> Vec<Fate> {
        let mut outcomes = Vec::new();
        let arrivals = arrivals.iter().map(|&(seq, micros)| (SeqNo(seq), micros));
        self.history.on_report(SeqNo(base), SeqNo(end), arrivals, &mut outcomes);
        outcomes.into_iter().map(|outcome| outcome.fate).collect()
    }
}

const fn at(micros: i64) -> Fate {
    Fate::Arrived(RemoteTime(micros))
}

#[test]
fn a_report_tells_what_arrived_and_what_is_missing_across_the_wrap_of_numbers() {
    let mut sender = Sender::new(65_534);
    sender.send(4);

    let fates = sender.report(65_534, 2, &[(65_534, 250), (0, 500), (1, 750)]);

    assert_eq!(fates, [at(250), Fate::Missing, at(500), at(750)]);
    assert_eq!(sender.history.in_flight(), DataSize::default());
}

#[test]
fn what_a_lost_report_told_of_is_unreported_not_missing() {
    let mut sender = Sender::new(1);
    sender.send(6);
    sender.report(1, 3, &[(1, 250), (2, 500)]);

    let fates = sender.report(5, 7, &[(5, 1_000), (6, 1_250)]);

    assert_eq!(fates, [Fate::Unreported, Fate::Unreported, at(1_000), at(1_250)]);
    assert_eq!(sender.history.counted().unreported, 2);
}

#[test]
fn a_late_report_still_counts_and_what_was_missing_may_arrive() {
    let mut sender = Sender::new(1);
    sender.send(4);
    assert_eq!(sender.report(3, 5, &[(4, 1_000)])[2..], [Fate::Missing, at(1_000)]);

    let fates = sender.report(1, 4, &[(1, 250), (3, 1_250)]);

    let late = |micros| Fate::ArrivedLate(RemoteTime(micros));
    assert_eq!(fates, [late(250), Fate::Missing, late(1_250)]);
}

#[test]
fn what_has_arrived_stays_so_whatever_is_said_later() {
    let mut sender = Sender::new(1);
    sender.send(2);
    sender.report(1, 3, &[(1, 250), (2, 500)]);

    assert_eq!(sender.report(1, 3, &[(2, 9_000)]), []);
    assert_eq!(sender.history.counted().contradicted, 2);
}

#[test]
fn a_report_on_what_was_never_sent_changes_nothing() {
    let mut sender = Sender::new(1);
    assert_eq!(sender.report(1, 100, &[(1, 250)]), []);
    sender.send(2);

    let fates = sender.report(30_000, 30_100, &[(30_000, 250), (30_050, 500)]);

    assert!(!fates.iter().any(|fate| matches!(fate, Fate::Arrived(_))));
    assert!(sender.history.counted().unknown >= 2);
}

#[test]
fn the_receivers_clock_may_start_over() {
    let mut sender = Sender::new(1);
    sender.send(2);
    let turn = (1 << 24) * 64_000;

    let first = sender.report(1, 2, &[(1, turn - 1_000)]);
    let second = sender.report(2, 3, &[(2, 500)]);

    let (Fate::Arrived(first), Fate::Arrived(second)) = (first[0], second[0]) else { panic!("not arrived") };
    assert!((second.millis_since(first) - 1.5).abs() < 1e-9);
}

#[test]
fn what_is_kept_is_bounded_in_time_and_number() {
    let mut sender = Sender::new(1);
    sender.send(1_200);
    assert_eq!(sender.history.packets.len(), 1_024, "older than two seconds, and more than always kept");

    for _ in 0..10_000 {
        sender.history.on_sent(sender.next, sent(sender.now, 100));
        sender.next = sender.next.plus(1);
    }
    assert_eq!(sender.history.packets.len(), 4_096);
    assert_eq!(sender.history.in_flight(), DataSize::bytes(409_600));
}

#[test]
fn the_oldest_in_flight_is_behind_what_was_told() {
    let mut sender = Sender::new(1);
    let t0 = sender.now;
    sender.send(3);
    assert_eq!(sender.history.oldest_in_flight(), Some(t0));
    sender.report(1, 3, &[(2, 250)]);
    assert_eq!(sender.history.oldest_in_flight(), Some(t0 + ms(20)));
}
