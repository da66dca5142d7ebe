use super::*;
use crate::testing::{arrived, epoch, missing, ms};

/// Reports of ten packets each 100 ms, of which one in `one_in` is lost, with a queue of `queue_ms`. After how
/// many reports it was seen, if it was.
fn feed(overflow: &mut Overflow, from: Instant, reports: u64, one_in: u64, queue_ms: f64) -> Option<u64> {
    (0..reports).find(|report| {
        let begins = from + ms(100 * report);
        let packet = |i: u64| {
            let (at, number) = (begins + ms(10 * i), 10 * report + i);
            if number.is_multiple_of(one_in) { missing(at, 1_200) } else { arrived(from, at, 1_200, 50_000) }
        };
        let outcomes: Vec<Outcome> = (0..10).map(packet).collect();
        overflow.on_outcomes(begins + ms(100), &outcomes, Some(queue_ms));
        overflow.is_seen()
    })
}

#[test]
fn a_queue_and_loss_together_are_a_full_link() {
    let seen = feed(&mut Overflow::default(), epoch(), 50, 6, 20.0);
    assert!(seen.is_some_and(|reports| reports <= 20), "seen after {seen:?} reports");
}

#[test]
fn either_alone_is_not() {
    assert_eq!(feed(&mut Overflow::default(), epoch(), 200, 6, 2.0), None, "a radio that loses much");
    assert_eq!(feed(&mut Overflow::default(), epoch(), 200, 33, 20.0), None, "a queue, and a radio");
}

#[test]
fn loss_that_goes_on_whatever_is_sent_is_answered_twice() {
    let mut overflow = Overflow::default();
    let mut from = epoch();
    for answer in 0..2 {
        let seen = feed(&mut overflow, from, 50, 6, 20.0);
        assert!(seen.is_some(), "answer {answer}");
        from += ms(100 * (seen.unwrap_or_default() + 1));
        overflow.was_answered(from);
    }
    assert_eq!(feed(&mut overflow, from, 250, 6, 20.0), None);
}

#[test]
fn a_link_that_is_full_again_later_is_seen_again() {
    let mut overflow = Overflow::default();
    let mut from = epoch();
    for _ in 0..3 {
        let seen = feed(&mut overflow, from, 50, 6, 20.0);
        assert!(seen.is_some());
        from += ms(5_000);
        overflow.was_answered(from);
        assert_eq!(feed(&mut overflow, from, 100, 1_000, 20.0), None);
        from += ms(10_000);
    }
}
