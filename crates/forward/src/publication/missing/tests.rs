use super::*;
use crate::testing::{RTT, at};

fn asked(missing: &mut Missing, milliseconds: u64) -> Vec<u16> {
    let mut asked = Vec::new();
    missing.poll(at(milliseconds), RTT, |seq| asked.push(seq.0));
    asked
}

#[test]
fn a_reordered_packet_is_never_asked_for() {
    let mut missing = Missing::default();
    missing.handle_gap(at(0), ExtSeqNo(70_000), 1);

    missing.handle_arrival(ExtSeqNo(69_999));

    assert_eq!(asked(&mut missing, 50), []);
    assert!(missing.is_empty());
}

#[test]
fn a_lost_packet_is_asked_for_as_long_as_its_sender_keeps_it() {
    let mut missing = Missing::default();
    missing.handle_gap(at(0), ExtSeqNo(70_000), 1);

    let times: Vec<u64> = (0..5_000).filter(|&now| !asked(&mut missing, now).is_empty()).collect();

    assert_eq!(times, [10, 110, 235, 385, 535, 685, 835, 985]);
    assert!(missing.is_empty());
}

#[test]
fn the_newest_that_is_given_up_is_told() {
    let mut missing = Missing::default();
    missing.handle_gap(at(0), ExtSeqNo(70_000), 3);

    let mut told = (0..5_000).filter_map(|now| Some((now, missing.poll(at(now), RTT, |_| {})?)));

    assert_eq!(told.next(), Some((1_000, ExtSeqNo(69_999))));
    assert_eq!(told.next(), None);
}

#[test]
fn a_packet_is_asked_for_twelve_times_on_the_shortest_path() {
    let mut missing = Missing::default();
    missing.handle_gap(at(0), ExtSeqNo(70_000), 1);

    let mut poll = |now| {
        let mut count = 0;
        missing.poll(at(now), Duration::ZERO, |_| count += 1);
        count
    };

    assert_eq!((0..5_000).map(&mut poll).sum::<u32>(), 12);
}

/// Loses one packet every two seconds on a path with this round trip; when each was asked for, in
/// milliseconds after it was missed.
fn asked_over(round_trip: u64, losses: u64) -> Vec<Vec<u64>> {
    let mut missing = Missing::default();
    let lose_one = |n: u64| {
        let (start, seq) = (n * 2_000, ExtSeqNo(70_000 + n));
        missing.handle_gap(at(start), ExtSeqNo(seq.0 + 1), 1);
        let mut times: Vec<u64> = Vec::new();
        for now in 0..2_000 {
            if times.first().is_some_and(|first| now == first + round_trip) {
                missing.handle_repair(at(start + now), seq);
            }
            if !asked(&mut missing, start + now).is_empty() {
                times.push(now);
            }
        }
        times
    };
    (0..losses).map(lose_one).collect()
}

#[test]
fn on_a_long_path_nothing_is_asked_for_twice_once_its_length_is_known() {
    let times = asked_over(600, 5);

    assert_eq!(times[0], [10, 110, 235, 385, 535], "nothing is known yet");
    assert!(times[1..].iter().all(|times| *times == [10]), "{times:?}");
}

#[test]
fn on_a_short_path_a_lost_request_is_repeated_soon() {
    let mut missing = Missing::default();
    missing.handle_gap(at(0), ExtSeqNo(70_001), 1);
    assert_eq!(asked(&mut missing, 10), [4_464]);
    missing.handle_repair(at(34), ExtSeqNo(70_000));
    missing.handle_gap(at(1_000), ExtSeqNo(70_003), 1);

    let times: Vec<u64> = (1_000..1_100).filter(|&now| !asked(&mut missing, now).is_empty()).collect();

    assert_eq!(times, [1_010, 1_040, 1_078]);
}

#[test]
fn a_packet_that_was_merely_late_says_nothing_about_the_path() {
    let mut missing = Missing::default();
    missing.handle_gap(at(0), ExtSeqNo(70_001), 1);
    assert_eq!(asked(&mut missing, 10), [4_464]);
    missing.handle_arrival(ExtSeqNo(70_000));

    assert!(missing.repair_time.repeat_after().is_none());
}

#[test]
fn numbers_are_asked_for_across_the_wrap_in_order() {
    let mut missing = Missing::default();
    missing.handle_gap(at(0), ExtSeqNo(0x2_0002), 4);

    assert_eq!(asked(&mut missing, 10), [65_534, 65_535, 0, 1]);
}

#[test]
fn a_gap_past_reason_forgets_everything() {
    let mut missing = Missing::default();
    missing.handle_gap(at(0), ExtSeqNo(70_000), 3);

    assert_eq!(missing.handle_gap(at(1), ExtSeqNo(71_000), MAX_GAP + 1), Gap::TooLarge);

    assert!(missing.is_empty());
}

#[test]
fn many_gaps_stay_within_the_bound() {
    let mut missing = Missing::default();

    for n in 0..10_000 {
        missing.handle_gap(at(0), ExtSeqNo(70_000 + n * 100), 90);
        assert!(missing.entries.len() <= MAX_MISSING);
    }
}
