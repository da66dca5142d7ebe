use super::*;
use crate::clock::Clock;

const BASE: u64 = 0x1_0000;

fn list(arrived: &[u64]) -> NackList {
    let mut list = NackList::default();
    for &number in arrived {
        assert!(list.on_packet(ExtSeqNo(BASE + number)));
    }
    list
}

#[test]
fn a_gap_is_asked_for_at_once_and_again_after_a_round_trip() {
    let now = Clock::new().now();
    let mut list = list(&[0, 1, 4]);

    let asked = [ExtSeqNo(BASE + 2), ExtSeqNo(BASE + 3)];

    assert_eq!(list.take_due(now), asked);
    assert_eq!(list.take_due(now + INTERVAL), []);
    assert_eq!(list.take_due(now + ROUND_TRIP), asked);
}

#[test]
fn what_arrives_late_is_not_asked_for() {
    let now = Clock::new().now();

    assert_eq!(list(&[0, 2, 1]).take_due(now), []);
    assert_eq!(list(&[5, 3]).take_due(now), [], "nothing before the first packet is missing");
}

#[test]
fn a_hole_too_large_empties_the_list() {
    let mut list = list(&[0, 2]);

    assert!(!list.on_packet(ExtSeqNo(BASE + 1_003)));
    assert_eq!((list.len(), list.given_up()), (0, 1));
}

#[test]
fn a_packet_is_given_up_after_its_last_try() {
    let mut now = Clock::new().now();
    let mut list = list(&[0, 2]);

    for _ in 0..MAX_TRIES {
        assert_eq!(list.take_due(now).len(), 1);
        now += ROUND_TRIP;
    }

    assert_eq!(list.take_due(now), []);
    assert_eq!(list.given_up(), 1);
}
