use super::*;
use crate::testing::tuple;

#[test]
fn the_oldest_path_that_is_not_selected_makes_room() {
    let mut tuples = Tuples::default();
    for port in 1..=MAX_TUPLES as u16 {
        let _ = tuples.touch(tuple(port));
    }
    let _ = tuples.select(tuple(1));

    let touched = tuples.touch(tuple(100));

    assert_eq!(touched, Touched::Added { evicted: Some(tuple(2)) });
    assert!(tuples.contains(tuple(1)) && tuples.contains(tuple(100)));
    assert_eq!((0..=100).filter(|port| tuples.contains(tuple(*port))).count(), MAX_TUPLES);
}

#[test]
fn a_path_in_use_is_not_the_oldest() {
    let mut tuples = Tuples::default();
    for port in 1..=MAX_TUPLES as u16 {
        let _ = tuples.touch(tuple(port));
    }

    assert_eq!(tuples.touch(tuple(1)), Touched::Known);

    assert_eq!(tuples.touch(tuple(100)), Touched::Added { evicted: Some(tuple(2)) });
}

#[test]
fn before_a_nomination_the_path_used_last_is_sent_on() {
    let mut tuples = Tuples::default();
    assert_eq!(tuples.send_path(), None);
    let _ = tuples.touch(tuple(1));
    let _ = tuples.touch(tuple(2));
    assert_eq!(tuples.send_path(), Some(tuple(2)));

    assert!(tuples.select(tuple(1)));
    let _ = tuples.touch(tuple(2));

    assert_eq!(tuples.send_path(), Some(tuple(1)));
    assert!(!tuples.select(tuple(1)));
}
