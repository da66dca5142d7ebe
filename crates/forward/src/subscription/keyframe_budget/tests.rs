use super::*;
use crate::testing::at;

#[test]
fn who_asks_for_ever_is_granted_a_few_and_then_one_in_a_while() {
    let mut budget = KeyframeBudget::default();
    let mut shown = None;

    // A request every ten milliseconds, each granted one answered within 50.
    let mut granted: Vec<u64> = Vec::new();
    for now in (0..30_000).step_by(10) {
        if granted.last().is_some_and(|&last| last + 50 == now) {
            shown = Some(at(now));
        }
        let asks = budget.handle_request(at(now), shown) == Admission::Granted;
        if asks || budget.poll(at(now), shown) {
            granted.push(now);
        }
    }

    assert_eq!(granted, [0, 50, 100, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000, 21_000, 24_000, 27_000]);
}

#[test]
fn repeating_an_unanswered_request_costs_nothing() {
    let mut budget = KeyframeBudget::default();
    assert_eq!(budget.handle_request(at(0), None), Admission::Granted);

    for now in (20..1_000).step_by(20) {
        assert_eq!(budget.handle_request(at(now), None), Admission::Repeated);
    }

    assert_eq!(budget.handle_request(at(1_000), None), Admission::Granted, "nothing came, nor was it spent");
}

#[test]
fn a_request_that_found_no_room_is_passed_on_when_there_is_some() {
    let mut budget = KeyframeBudget::default();
    for now in [0, 1_000, 2_000] {
        assert_eq!(budget.handle_request(at(now), Some(at(now))), Admission::Granted);
    }

    assert_eq!(budget.handle_request(at(2_500), Some(at(2_100))), Admission::Kept);

    assert_eq!(budget.poll_timeout(), Some(at(3_000)));
    assert!(!budget.poll(at(2_999), Some(at(2_100))));
    assert!(budget.poll(at(3_000), Some(at(2_100))));
    assert_eq!(budget.poll_timeout(), None);
}

#[test]
fn a_keyframe_that_comes_unasked_serves_a_kept_request() {
    let mut budget = KeyframeBudget::default();
    for now in [0, 1_000, 2_000, 2_500] {
        let _ = budget.handle_request(at(now), Some(at(now)));
    }

    assert!(!budget.poll(at(60_000), Some(at(2_700))));
    assert_eq!(budget.poll_timeout(), None);
}
