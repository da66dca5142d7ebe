use std::time::Duration;

use super::*;

#[test]
fn a_replaced_deadline_calls_nobody() {
    let now = Instant::now();
    let mut timers = Timers::default();
    timers.arm(0, Some(now));
    timers.arm(0, Some(now + Duration::from_secs(1)));
    timers.arm(1, Some(now));
    timers.arm(1, None);

    assert_eq!(timers.pop_due(now), None);
    assert_eq!(timers.pop_due(now + Duration::from_secs(1)), Some(0));
    assert_eq!(timers.pop_due(now + Duration::from_secs(9)), None);
}

#[test]
fn clients_are_called_in_the_order_of_their_deadlines() {
    let now = Instant::now();
    let mut timers = Timers::default();
    for (index, millis) in [(0, 30), (1, 10), (2, 20)] {
        timers.arm(index, Some(now + Duration::from_millis(millis)));
    }

    let later = now + Duration::from_secs(1);
    assert_eq!(timers.next(), Some(now + Duration::from_millis(10)));
    assert_eq!(std::iter::from_fn(|| timers.pop_due(later)).collect::<Vec<_>>(), [1, 2, 0]);
}

#[test]
fn the_same_deadline_again_is_kept_once() {
    let now = Instant::now();
    let mut timers = Timers::default();
    (0..1_000).for_each(|_| timers.arm(0, Some(now)));

    assert_eq!(timers.heap.len(), 1);
}
