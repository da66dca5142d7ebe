use super::*;
use crate::scorecard::Unit;

fn score(figure: f64, bound: Bound) -> Score {
    Score {
        case: "a case".to_owned(), measure: "rate 1–2 s".to_owned(), unit: Unit::Percent, bound, figure
    }
}

fn committed(figure: f64) -> Baseline {
    Baseline::read(&Baseline::text(&[score(figure, Bound::AtLeast(0.0))]))
}

#[test]
fn what_was_written_is_what_is_read() {
    let bound = Bound::AtMost(3.0);

    assert_eq!(committed(12.345).committed(&score(99.0, bound)), Some(score(12.345, bound)));
}

#[test]
fn a_worse_figure_is_named_with_the_one_it_was_and_a_better_one_as_well() {
    let worse = committed(80.0).compare(&[score(70.0, Bound::AtLeast(75.0))]);
    let better = committed(80.0).compare(&[score(70.0, Bound::AtMost(75.0))]);

    let sentence = "a case: rate 1–2 s: 80 was committed, now it is 70".to_owned();
    assert_eq!((worse.worse, worse.better), (vec![sentence.clone()], vec![]));
    assert_eq!((better.worse, better.better), (vec![], vec![sentence]));
}

#[test]
fn a_small_difference_and_a_move_within_the_band_are_nothing() {
    let none = Comparison::default();

    assert_eq!(committed(80.0).compare(&[score(78.5, Bound::AtLeast(75.0))]), none);
    assert_eq!(committed(80.0).compare(&[score(105.0, Bound::Between(75.0, 110.0))]), none);
}

#[test]
fn a_missed_target_fails_only_when_it_gets_worse() {
    let bound = Bound::AtLeast(90.0);

    assert_eq!(committed(50.0).compare(&[score(50.0, bound)]), Comparison::default());
    assert_eq!(committed(50.0).compare(&[score(40.0, bound)]).worse.len(), 1);
}

#[test]
fn what_is_new_or_gone_is_noticed() {
    assert_eq!(Baseline::default().compare(&[score(1.0, Bound::AtLeast(0.0))]).worse.len(), 1);
    assert_eq!(committed(1.0).compare(&[]).worse.len(), 1);
}
