use super::*;
use crate::testing::epoch;

fn at(seconds: u64) -> Instant {
    epoch() + Duration::from_secs(seconds)
}

#[test]
fn without_a_first_check_it_ends_after_fifteen_seconds() {
    let liveness = Liveness::new(at(0));

    assert_eq!(liveness.deadline(false), at(15));
    assert_eq!(liveness.verdict(at(14)), Verdict::Alive);
    assert_eq!(liveness.verdict(at(15)), Verdict::Ended(LineEnd::IceTimeout));
}

#[test]
fn four_lost_checks_are_survived_and_thirty_seconds_are_not() {
    let mut liveness = Liveness::new(at(0));
    liveness.on_check(at(0), true);

    assert_eq!(liveness.verdict(at(9)), Verdict::Alive);
    assert_eq!(liveness.verdict(at(10)), Verdict::Disconnected);
    assert_eq!(liveness.verdict(at(29)), Verdict::Disconnected);
    assert_eq!(liveness.verdict(at(30)), Verdict::Ended(LineEnd::ConsentLost));
}

#[test]
fn media_keeps_it_connected_but_does_not_renew_consent() {
    let mut liveness = Liveness::new(at(0));
    liveness.on_check(at(0), true);
    liveness.on_media(at(29));

    assert_eq!(liveness.verdict(at(29)), Verdict::Alive);
    assert_eq!(liveness.deadline(false), at(30));
    assert_eq!(liveness.verdict(at(30)), Verdict::Ended(LineEnd::ConsentLost));
}

#[test]
fn a_restart_gives_the_search_its_time() {
    let mut liveness = Liveness::new(at(0));
    liveness.on_check(at(0), true);
    liveness.on_restart(at(25));

    assert_eq!(liveness.verdict(at(54)), Verdict::Disconnected);
    assert_eq!(liveness.verdict(at(55)), Verdict::Ended(LineEnd::ConsentLost));
}

#[test]
fn who_restarts_again_and_again_and_is_not_heard_gets_that_time_once() {
    let mut liveness = Liveness::new(at(0));
    liveness.on_check(at(0), true);
    liveness.on_restart(at(25));
    liveness.on_restart(at(50));

    assert_eq!(liveness.verdict(at(55)), Verdict::Ended(LineEnd::ConsentLost));

    liveness.on_check(at(51), true);
    liveness.on_restart(at(75));
    assert_eq!(liveness.verdict(at(104)), Verdict::Disconnected);
}

#[test]
fn every_deadline_it_names_is_one_at_which_something_changes() {
    let mut liveness = Liveness::new(at(0));
    liveness.on_check(at(3), true);

    let first = liveness.deadline(false);
    let second = liveness.deadline(true);

    assert_eq!(liveness.verdict(first), Verdict::Disconnected);
    assert_eq!(liveness.verdict(second), Verdict::Ended(LineEnd::ConsentLost));
}
