use super::*;
use crate::testing::{epoch, tuple};

#[test]
fn the_oldest_path_that_is_not_selected_makes_room() {
    let mut tuples = Tuples::default();
    for port in 1..=MAX_TUPLES as u16 {
        let _ = tuples.touch(epoch(), tuple(port));
    }
    let _ = tuples.select(tuple(1));

    let touched = tuples.touch(epoch(), tuple(100));

    assert_eq!(touched, Touched::Added { evicted: Some(tuple(2)) });
    assert!(tuples.contains(tuple(1)) && tuples.contains(tuple(100)));
    assert_eq!((0..=100).filter(|port| tuples.contains(tuple(*port))).count(), MAX_TUPLES);
}

#[test]
fn a_path_in_use_is_not_the_oldest() {
    let mut tuples = Tuples::default();
    for port in 1..=MAX_TUPLES as u16 {
        let _ = tuples.touch(epoch(), tuple(port));
    }

    assert_eq!(tuples.touch(epoch(), tuple(1)), Touched::Known);

    assert_eq!(tuples.touch(epoch(), tuple(100)), Touched::Added { evicted: Some(tuple(2)) });
}

#[test]
fn before_a_nomination_the_path_used_last_is_sent_on() {
    let mut tuples = Tuples::default();
    assert_eq!(tuples.send_path(), None);
    let _ = tuples.touch(epoch(), tuple(1));
    let _ = tuples.touch(epoch(), tuple(2));
    assert_eq!(tuples.send_path(), Some(tuple(2)));

    assert!(tuples.select(tuple(1)));
    let _ = tuples.touch(epoch(), tuple(2));

    assert_eq!(tuples.send_path(), Some(tuple(1)));
    assert!(!tuples.select(tuple(1)));
}

#[test]
fn the_path_of_the_handshake_is_held_while_the_peer_is_heard_there() {
    let mut tuples = Tuples::default();
    let _ = tuples.touch(epoch(), tuple(1));
    assert!(!tuples.holds(epoch(), tuple(1)), "a check alone holds nothing");

    tuples.on_answered(tuple(1));
    let second = epoch() + Duration::from_secs(1);
    tuples.on_keyed(second, 0);

    assert!(tuples.holds(second + IN_USE_FOR - Duration::from_millis(1), tuple(1)));
    assert!(!tuples.holds(second + IN_USE_FOR, tuple(1)));
    let _ = tuples.touch(second + IN_USE_FOR, tuple(1));
    assert!(tuples.holds(second + IN_USE_FOR, tuple(1)), "a check keeps what the handshake proved");
}

#[test]
fn a_path_is_not_held_by_packets_whose_source_may_be_made_up() {
    let mut tuples = Tuples::default();
    let _ = tuples.touch(epoch(), tuple(1));
    let _ = tuples.touch(epoch(), tuple(2));
    tuples.on_answered(tuple(1));

    tuples.on_keyed(epoch(), 1);

    assert!(!tuples.holds(epoch(), tuple(2)));
}
