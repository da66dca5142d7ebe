use super::*;
use crate::testing::{epoch, tuple};

#[test]
fn the_oldest_path_that_is_not_selected_makes_room() {
    let mut tuples = Tuples::default();
    for port in 1..=MAX_TUPLES as u16 {
        let _ = tuples.touch(epoch(), tuple(port));
    }
    let _ = tuples.on_check(epoch(), tuple(1), true);

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

    assert!(tuples.on_check(epoch(), tuple(1), true));
    let _ = tuples.touch(epoch(), tuple(2));

    assert_eq!(tuples.send_path(), Some(tuple(1)));
    assert!(!tuples.on_check(epoch(), tuple(1), true));
}

#[test]
fn the_path_of_the_handshake_is_held_while_the_peer_is_heard_there() {
    let mut tuples = Tuples::default();
    let _ = tuples.touch(epoch(), tuple(1));
    assert!(!tuples.holds(epoch(), tuple(1)), "a check alone holds nothing");

    let _ = tuples.on_opened(epoch(), Some(tuple(1)));
    let second = epoch() + Duration::from_secs(1);
    let _ = tuples.on_keyed(second, 0);

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
    let _ = tuples.on_opened(epoch(), Some(tuple(1)));

    let _ = tuples.on_keyed(epoch(), 1);

    assert!(!tuples.holds(epoch(), tuple(2)));
}

/// An open line's paths: media goes over the first, and was heard there at the epoch.
fn open() -> Tuples {
    let mut tuples = Tuples::default();
    let _ = tuples.touch(epoch(), tuple(1));
    let _ = tuples.on_check(epoch(), tuple(1), true);
    let _ = tuples.on_opened(epoch(), Some(tuple(1)));
    tuples
}

/// A path to another host.
fn elsewhere() -> Tuple {
    Tuple { remote: ([203, 0, 113, 9], 999).into(), ..tuple(1) }
}

fn check(tuples: &mut Tuples, now: Instant, path: Tuple, is_nominated: bool) -> bool {
    let _ = tuples.touch(now, path);
    tuples.on_check(now, path, is_nominated)
}

fn keyed(tuples: &mut Tuples, now: Instant, path: Tuple) -> bool {
    let place = tuples.place(path).unwrap();
    tuples.on_keyed(now, place)
}

#[test]
fn a_nomination_waits_for_something_protected() {
    let mut tuples = open();

    assert!(!check(&mut tuples, epoch(), tuple(2), true));
    assert_eq!(tuples.send_path(), Some(tuple(1)));

    assert!(keyed(&mut tuples, epoch(), tuple(2)));
    assert_eq!(tuples.send_path(), Some(tuple(2)));
}

#[test]
fn a_path_that_carries_media_already_is_followed_at_once() {
    let mut tuples = open();
    check(&mut tuples, epoch(), tuple(2), false);
    assert!(!keyed(&mut tuples, epoch(), tuple(2)), "it is not nominated");

    assert!(check(&mut tuples, epoch(), tuple(2), true));
}

#[test]
fn who_nominates_the_old_path_again_has_thought_better_of_it() {
    let mut tuples = open();
    check(&mut tuples, epoch(), tuple(2), true);
    check(&mut tuples, epoch(), tuple(1), true);

    assert!(!keyed(&mut tuples, epoch(), tuple(2)));
    assert_eq!(tuples.send_path(), Some(tuple(1)));
}

#[test]
fn a_nomination_alone_is_followed_when_the_old_path_is_silent() {
    let mut tuples = open();
    let heard = epoch() + Duration::from_secs(1);
    keyed(&mut tuples, heard, tuple(1));

    assert!(!check(&mut tuples, heard + NOMINATED_AFTER - Duration::from_millis(1), tuple(2), true));
    assert!(check(&mut tuples, heard + NOMINATED_AFTER, tuple(2), true));
}

#[test]
fn a_nomination_with_renewed_credentials_is_followed_once_the_old_path_has_paused() {
    let mut tuples = open();
    let heard = epoch() + Duration::from_secs(1);
    keyed(&mut tuples, heard, tuple(1));
    let _ = tuples.touch(heard, tuple(2));

    assert!(!tuples.on_renewed(heard + MOVED_AFTER - Duration::from_millis(1), tuple(2)));
    assert!(tuples.on_renewed(heard + MOVED_AFTER, tuple(2)));
}

#[test]
fn a_path_that_nobody_is_on_any_more_is_left_for_any_other() {
    let mut tuples = open();
    check(&mut tuples, epoch() + NOMINATED_AFTER, tuple(2), true);
    assert_eq!(tuples.send_path(), Some(tuple(2)), "made up, and never heard again");

    let late = epoch() + NOMINATED_AFTER + ABANDONED_AFTER;
    assert!(!check(&mut tuples, late - Duration::from_millis(1), tuple(1), false));
    assert!(check(&mut tuples, late, tuple(1), false));
}

#[test]
fn media_from_another_port_of_a_host_that_fell_silent_moves_the_path_though_a_check_came_first() {
    let mut tuples = open();
    let late = epoch() + REBOUND_AFTER;
    check(&mut tuples, late - Duration::from_millis(1), tuple(2), false);

    assert!(!keyed(&mut tuples, late - Duration::from_millis(1), tuple(2)), "it may have overtaken others");
    assert!(keyed(&mut tuples, late, tuple(2)));

    assert_eq!(tuples.send_path(), Some(tuple(2)));
}

#[test]
fn media_from_another_host_that_was_checked_moves_the_path_once_nothing_else_is_heard() {
    let mut tuples = open();
    let elsewhere = Tuple { remote: ([203, 0, 113, 9], 999).into(), ..tuple(1) };
    check(&mut tuples, epoch(), elsewhere, false);

    assert!(!keyed(&mut tuples, epoch() + MOVED_AFTER - Duration::from_millis(1), elsewhere));
    assert!(keyed(&mut tuples, epoch() + MOVED_AFTER, elsewhere));
}

#[test]
fn media_from_another_host_moves_no_path_that_is_in_use() {
    let mut tuples = open();
    let elsewhere = Tuple { remote: ([203, 0, 113, 9], 999).into(), ..tuple(1) };
    check(&mut tuples, epoch(), elsewhere, false);
    keyed(&mut tuples, epoch() + MOVED_AFTER, tuple(1));

    assert!(!keyed(&mut tuples, epoch() + MOVED_AFTER, elsewhere));
}

#[test]
fn media_begins_where_the_handshake_was_answered() {
    let mut tuples = Tuples::default();
    check(&mut tuples, epoch(), tuple(1), true);
    // Nominated when the flight that is answered was under way already.
    check(&mut tuples, epoch(), tuple(2), true);

    assert!(tuples.on_opened(epoch(), Some(tuple(1))));
    assert_eq!(tuples.send_path(), Some(tuple(1)));

    assert!(keyed(&mut tuples, epoch(), tuple(2)), "it is still nominated");
}

#[test]
fn once_open_a_check_that_nominates_nothing_moves_nothing() {
    let mut tuples = Tuples::default();
    check(&mut tuples, epoch(), tuple(1), false);
    let _ = tuples.on_opened(epoch(), None);

    check(&mut tuples, epoch(), tuple(2), false);

    assert_eq!(tuples.send_path(), Some(tuple(1)));
}

#[test]
fn a_check_elsewhere_is_no_consent_to_be_sent_to_on_the_path_in_use() {
    let mut tuples = open();
    let _ = check(&mut tuples, epoch(), elsewhere(), false);

    assert!(tuples.is_consent(tuple(1)));
    assert!(!tuples.is_consent(elsewhere()));
}

#[test]
fn a_host_on_which_nothing_but_checks_was_heard_gives_no_consent_though_media_went_there() {
    let mut tuples = open();
    let silent = epoch() + NOMINATED_AFTER;

    assert!(check(&mut tuples, silent, elsewhere(), true));
    assert!(!tuples.is_consent(elsewhere()));

    let _ = keyed(&mut tuples, silent, elsewhere());
    assert!(tuples.is_consent(elsewhere()));
}

#[test]
fn another_port_of_the_host_in_use_and_a_path_found_by_a_restart_give_consent_by_checks_alone() {
    let mut rebound = open();
    assert!(check(&mut rebound, epoch() + NOMINATED_AFTER, tuple(2), true));
    assert!(rebound.is_consent(tuple(2)));

    let mut renewed = open();
    let _ = renewed.touch(epoch() + MOVED_AFTER, elsewhere());
    assert!(renewed.on_renewed(epoch() + MOVED_AFTER, elsewhere()));
    assert!(renewed.is_consent(elsewhere()));
}
