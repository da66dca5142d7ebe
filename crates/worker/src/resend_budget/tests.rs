use super::*;

#[expect(clippy::disallowed_methods, reason = "a test has to start somewhere")]
fn epoch() -> Instant {
    Instant::now()
}

/// How many packets of a kilobyte are sent again to somebody who asks for a thousand.
fn granted(now: Instant, budget: &mut ResendBudget) -> usize {
    (0..1_000).filter(|_| budget.admits(now, 1_024)).count()
}

#[test]
fn a_quiet_subscriber_gets_a_keyframe_again_and_then_little() {
    let (now, mut budget) = (epoch(), ResendBudget::default());

    assert_eq!(granted(now, &mut budget), 64);
    assert_eq!(granted(now + WINDOW, &mut budget), 8);
    assert_eq!(granted(now + WINDOW * 2, &mut budget), 8);
}

#[test]
fn somebody_who_asks_for_everything_gets_a_quarter_more_than_what_is_new() {
    let (start, mut budget) = (epoch(), ResendBudget::default());
    let of_second = |second: u32, budget: &mut ResendBudget| {
        let now = start + WINDOW * second;
        (0..200).for_each(|_| budget.note_sent(now, 1_024));
        granted(now, budget)
    };

    assert_eq!(of_second(0, &mut budget), 64, "what may be sent at once was there already");
    for second in 1..20 {
        assert_eq!(of_second(second, &mut budget), 50, "a quarter of 200");
    }
}

#[test]
fn what_was_not_used_for_long_serves_an_outage_of_a_busy_path() {
    let (start, mut budget) = (epoch(), ResendBudget::default());
    for second in 0..3 {
        (0..1_000).for_each(|_| budget.note_sent(start + WINDOW * second, 1_024));
    }

    assert_eq!(granted(start + WINDOW * 2, &mut budget), 250);
}
