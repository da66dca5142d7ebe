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
fn a_lost_packet_is_asked_for_five_times_and_ever_more_slowly() {
    let mut missing = Missing::default();
    missing.handle_gap(at(0), ExtSeqNo(70_000), 1);

    let times: Vec<u64> = (0..5_000).filter(|&now| !asked(&mut missing, now).is_empty()).collect();

    assert_eq!(times, [10, 110, 235, 392, 588]);
    assert!(missing.is_empty());
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
