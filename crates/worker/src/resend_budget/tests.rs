use super::*;

#[expect(clippy::disallowed_methods, reason = "a test has to start somewhere")]
fn epoch() -> Instant {
    Instant::now()
}

#[test]
fn a_quiet_subscriber_gets_a_keyframe_again_and_no_more() {
    let (now, mut budget) = (epoch(), ResendBudget::default());

    let granted = (0..1_000).filter(|_| budget.admits(now, 1_024)).count();

    assert_eq!(granted, 64);
    assert!(budget.admits(now + WINDOW, 1_024), "the next second is another one");
}

#[test]
fn a_busy_subscriber_gets_a_quarter_of_what_it_is_sent() {
    let (now, mut budget) = (epoch(), ResendBudget::default());
    for _ in 0..1_000 {
        budget.note_sent(now, 1_024);
    }

    let granted = (0..1_000).filter(|_| budget.admits(now, 1_024)).count();

    assert_eq!(granted, 250);
}
