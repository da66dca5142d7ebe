use super::*;
use crate::clock::Clock;

#[test]
fn gaps_are_reported_as_gaps_and_only_once() {
    let now = Clock::new().now();
    let mut arrivals = Arrivals::default();
    for seq in [65_534, 65_535, 1] {
        arrivals.on_packet(SeqNo(seq), now);
    }

    let (base, statuses) = arrivals.pending().unwrap();

    assert_eq!(base, SeqNo(65_534));
    assert_eq!(statuses, [Some(now), Some(now), None, Some(now)]);

    arrivals.on_reported(base, statuses.len());
    assert_eq!(arrivals.pending(), None);
}

#[test]
fn the_next_report_begins_where_the_last_one_ended() {
    let now = Clock::new().now();
    let mut arrivals = Arrivals::default();
    arrivals.on_packet(SeqNo(10), now);
    arrivals.on_reported(SeqNo(10), 1);
    arrivals.on_packet(SeqNo(13), now);

    assert_eq!(arrivals.pending(), Some((SeqNo(11), vec![None, None, Some(now)])));
}

#[test]
fn a_late_packet_is_reported_after_all() {
    let now = Clock::new().now();
    let mut arrivals = Arrivals::default();
    arrivals.on_packet(SeqNo(10), now);
    arrivals.on_packet(SeqNo(12), now);
    arrivals.on_reported(SeqNo(10), 3);

    arrivals.on_packet(SeqNo(11), now);

    assert_eq!(arrivals.pending(), Some((SeqNo(11), vec![Some(now)])));
}
