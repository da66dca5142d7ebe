use super::*;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn the_first_answer_is_believed_and_later_ones_move_it() {
    let mut time = RepairTime::default();
    assert_eq!(time.repeat_after(), None);

    time.note(ms(400));
    assert_eq!(time.repeat_after(), Some(ms(500)));

    (0..60).for_each(|_| time.note(ms(80)));
    assert!(time.repeat_after().is_some_and(|after| (ms(100)..ms(101)).contains(&after)));
}

#[test]
fn no_answer_makes_it_longer_than_repair_is_of_use() {
    let mut time = RepairTime::default();

    (0..100).for_each(|_| time.note(Duration::from_secs(60)));

    assert!(time.repeat_after() <= Some(LONGEST * 5 / 4));
}
