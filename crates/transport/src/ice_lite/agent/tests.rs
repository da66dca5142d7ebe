use std::time::Duration;

use switchyard_vocab::counters::LineEnd;
use switchyard_wire::stun::{BindingResponse, Outcome, TransactionId};

use super::*;
use crate::ice_lite::liveness::{CONSENT_TIMEOUT, Verdict};
use crate::testing::{Check, epoch, local, remote, tuple};

fn agent() -> IceLite {
    let mut agent = IceLite::new(epoch(), local());
    agent.set_remote(&remote());
    agent
}

fn ask(
    agent: &mut IceLite,
    tuple: Tuple,
    bytes: &[u8],
) -> (Result<(StunOutcome, Checked), DropReason>, Vec<u8>) {
    let mut out = Vec::new();
    let request = BindingRequest::parse(bytes).unwrap();
    (agent.handle_binding_request(epoch(), tuple, &request, &mut out), out)
}

fn checked(agent: &mut IceLite, tuple: Tuple, check: &Check) -> Checked {
    let (result, _) = ask(agent, tuple, &check.bytes());
    result.unwrap().1
}

fn error_code(answer: &[u8]) -> u16 {
    match BindingResponse::parse(answer).unwrap().outcome() {
        Outcome::Error(code) => code,
        Outcome::Success(_) => 0,
    }
}

#[test]
fn a_good_check_is_answered_with_the_address_it_came_from() {
    let (result, answer) = ask(&mut agent(), tuple(5), &Check::default().bytes());

    let answer = BindingResponse::parse(&answer).unwrap();
    assert_eq!(result.unwrap().0, StunOutcome::Answered);
    assert_eq!(answer.outcome(), Outcome::Success(tuple(5).remote));
    assert!(answer.verify(&Key::new(&local().pwd)));
}

#[test]
fn an_answer_is_never_larger_than_its_request() {
    let request = Check::default().bytes();
    let (_, answer) = ask(&mut agent(), tuple(5), &request);
    let (_, refusal) =
        ask(&mut agent(), tuple(5), &Check { role: Role::Controlled(1), ..Check::default() }.bytes());

    assert!(answer.len() <= request.len() && refusal.len() <= request.len());
}

#[test]
fn a_controlled_peer_is_told_of_the_conflict_and_changes_nothing() {
    let mut agent = agent();
    let check = Check { role: Role::Controlled(9), use_candidate: true, ..Check::default() };

    let (result, answer) = ask(&mut agent, tuple(5), &check.bytes());

    assert_eq!(result.unwrap().0, StunOutcome::Refused(DropReason::StunUnexpected));
    assert_eq!(error_code(&answer), 487);
    assert!(!agent.tuples().contains(tuple(5)));
}

#[test]
fn a_wrong_password_is_unauthorized() {
    let mut wrong = local();
    wrong.pwd.push('x');
    let mut agent = agent();

    let (result, answer) = ask(&mut agent, tuple(5), &Check { local: wrong, ..Check::default() }.bytes());

    assert_eq!(result.unwrap().0, StunOutcome::Refused(DropReason::StunUnauthentic));
    assert_eq!(error_code(&answer), 401);
    assert!(!agent.liveness().is_checked());
}

#[test]
fn another_clients_ufrag_is_unauthorized_once_ours_is_known() {
    let mut stranger = remote();
    stranger.ufrag = "else".into();
    let check = Check { remote: stranger, ..Check::default() };
    let mut early = IceLite::new(epoch(), local());

    let (before, _) = ask(&mut early, tuple(5), &check.bytes());
    let (after, answer) = ask(&mut agent(), tuple(5), &check.bytes());

    assert_eq!(before.unwrap().0, StunOutcome::Answered);
    assert_eq!(after.unwrap().0, StunOutcome::Refused(DropReason::StunUnauthentic));
    assert_eq!(error_code(&answer), 401);
}

#[test]
fn a_stranger_gets_no_answer_at_all() {
    let mut elsewhere = local();
    elsewhere.ufrag = "00elsewhereelsewhe".into();

    let (result, answer) =
        ask(&mut agent(), tuple(5), &Check { local: elsewhere, ..Check::default() }.bytes());

    assert_eq!(result, Err(DropReason::UnknownUfrag));
    assert!(answer.is_empty());
}

#[test]
fn the_latest_nomination_moves_the_path_back_and_forth() {
    let mut agent = agent();

    assert_eq!(checked(&mut agent, tuple(1), &Check::nominating()).selected, Some(tuple(1)));
    assert_eq!(checked(&mut agent, tuple(2), &Check::default()).selected, None);
    assert_eq!(checked(&mut agent, tuple(2), &Check::nominating()).selected, Some(tuple(2)));
    assert_eq!(checked(&mut agent, tuple(2), &Check::nominating()).selected, None);
    assert_eq!(checked(&mut agent, tuple(1), &Check::nominating()).selected, Some(tuple(1)));
}

#[test]
fn with_renomination_a_lower_value_that_comes_late_is_ignored() {
    let mut agent = agent();
    let value = |value| Check { nomination: Some(value), use_candidate: true, ..Check::default() };

    checked(&mut agent, tuple(1), &value(5));
    checked(&mut agent, tuple(2), &value(4));
    assert_eq!(agent.tuples().selected(), Some(tuple(1)));

    checked(&mut agent, tuple(2), &value(6));
    assert_eq!(agent.tuples().selected(), Some(tuple(2)));
}

#[test]
fn a_rebound_nat_adds_a_path() {
    let mut agent = agent();
    checked(&mut agent, tuple(1), &Check::nominating());

    let changes = checked(&mut agent, tuple(2), &Check::nominating());

    let added = Checked { added: Some(tuple(2)), selected: Some(tuple(2)), ..Checked::default() };
    assert_eq!(changes, added);
    assert!(agent.tuples().contains(tuple(1)));
}

fn renewed() -> (IceCredentials, IceCredentials) {
    let mut new_local = local();
    new_local.ufrag = "00newnewnewnewnewn".into();
    let mut new_remote = remote();
    new_remote.ufrag = "next".into();
    (new_local, new_remote)
}

#[test]
fn after_a_restart_old_credentials_work_until_new_ones_are_nominated() {
    let (new_local, new_remote) = renewed();
    let mut agent = agent();
    checked(&mut agent, tuple(1), &Check::nominating());

    agent.restart(epoch(), new_local.clone(), None);
    agent.restart(epoch(), new_local.clone(), Some(&new_remote));
    checked(&mut agent, tuple(1), &Check::default());
    let renewed = Check { local: new_local.clone(), remote: new_remote.clone(), ..Check::default() };
    checked(&mut agent, tuple(2), &renewed);
    checked(&mut agent, tuple(1), &Check::default());
    let nominated = Check { use_candidate: true, ..renewed };
    assert!(checked(&mut agent, tuple(2), &nominated).dropped_credentials);

    assert_eq!(agent.tuples().selected(), Some(tuple(2)));
    assert_eq!(agent.ufrags().collect::<Vec<_>>(), [new_local.ufrag.as_str()]);
    let (old, _) = ask(&mut agent, tuple(1), &Check::default().bytes());
    assert_eq!(old, Err(DropReason::UnknownUfrag));
}

/// An open line that renews its credentials, and a nomination with them.
fn restarted() -> (IceLite, Check) {
    let (new_local, new_remote) = renewed();
    let mut agent = agent();
    checked(&mut agent, tuple(1), &Check::nominating());
    assert_eq!(agent.on_opened(epoch(), Some(tuple(1))), None);
    agent.restart(epoch(), new_local.clone(), Some(&new_remote));
    (agent, Check { local: new_local, remote: new_remote, ..Check::nominating() })
}

fn nominated_after(silence: Duration, agent: &mut IceLite, check: &Check) -> Option<Tuple> {
    let (bytes, mut out) = (check.bytes(), Vec::new());
    let request = BindingRequest::parse(&bytes).unwrap();
    agent.handle_binding_request(epoch() + silence, tuple(2), &request, &mut out).unwrap().1.selected
}

#[test]
fn who_moved_and_renewed_its_credentials_is_followed_by_its_first_nomination() {
    let (mut agent, nomination) = restarted();

    assert_eq!(nominated_after(Duration::from_secs(1), &mut agent, &nomination), Some(tuple(2)));
}

#[test]
fn renewed_credentials_move_nobody_whose_path_is_in_use() {
    let (mut agent, nomination) = restarted();

    assert_eq!(nominated_after(Duration::from_millis(10), &mut agent, &nomination), None);
    assert_eq!(agent.tuples().selected(), Some(tuple(1)));
}

#[test]
fn a_check_renews_consent() {
    let mut agent = agent();
    checked(&mut agent, tuple(1), &Check::default());

    assert_eq!(agent.liveness().verdict(epoch() + Duration::from_secs(9)), Verdict::Alive);
}

#[test]
fn checks_on_another_path_than_the_one_in_use_do_not_keep_an_open_line() {
    let mut agent = agent();
    checked(&mut agent, tuple(1), &Check::nominating());
    let _ = agent.on_opened(epoch(), Some(tuple(1)));
    let is_kept_from = |agent: &mut IceLite, path| {
        let bytes = Check { transaction: None, ..Check::default() }.bytes();
        let request = BindingRequest::parse(&bytes).unwrap();
        let later = epoch() + Duration::from_secs(5);
        agent.handle_binding_request(later, path, &request, &mut Vec::new()).unwrap();
        agent.liveness().verdict(epoch() + CONSENT_TIMEOUT) != Verdict::Ended(LineEnd::ConsentLost)
    };

    assert!(!is_kept_from(&mut agent, tuple(2)));
    assert!(is_kept_from(&mut agent, tuple(1)));
}

fn recorded() -> Check {
    Check { use_candidate: true, transaction: Some(TransactionId([1; 12])), ..Check::default() }
}

#[test]
fn a_recorded_check_from_another_address_gets_no_answer_and_renews_nothing() {
    let mut agent = agent();
    checked(&mut agent, tuple(1), &recorded());
    let bytes = recorded().bytes();
    let request = BindingRequest::parse(&bytes).unwrap();
    let (later, mut answer) = (epoch() + Duration::from_secs(20), Vec::new());

    let replayed = agent.handle_binding_request(later, tuple(2), &request, &mut answer);

    assert_eq!(replayed, Err(DropReason::StunReplayed));
    assert!(answer.is_empty());
    assert!(!agent.tuples().contains(tuple(2)));
    assert_ne!(agent.liveness().verdict(epoch() + CONSENT_TIMEOUT), Verdict::Alive);
}

#[test]
fn a_check_whose_answer_was_lost_is_answered_again_and_renews_nothing() {
    let mut agent = agent();
    checked(&mut agent, tuple(1), &recorded());
    let bytes = recorded().bytes();
    let request = BindingRequest::parse(&bytes).unwrap();
    let (later, mut answer) = (epoch() + Duration::from_secs(20), Vec::new());

    let again = agent.handle_binding_request(later, tuple(1), &request, &mut answer);

    assert_eq!(again, Ok((StunOutcome::Answered, Checked::default())));
    assert!(BindingResponse::parse(&answer).unwrap().verify(&Key::new(&local().pwd)));
    assert_ne!(agent.liveness().verdict(epoch() + CONSENT_TIMEOUT), Verdict::Alive);
}

#[test]
fn old_credentials_end_even_if_the_new_ones_are_never_used() {
    let (new_local, _) = renewed();
    let mut agent = agent();
    checked(&mut agent, tuple(1), &Check::nominating());
    agent.restart(epoch(), new_local.clone(), None);
    let end = agent.poll_timeout().unwrap();

    assert_eq!(end, epoch() + OLD_CREDENTIALS_LAST);
    assert!(!agent.handle_timeout(end - Duration::from_millis(1)));
    let bytes = Check::default().bytes();
    let request = BindingRequest::parse(&bytes).unwrap();
    let late = agent.handle_binding_request(end, tuple(1), &request, &mut Vec::new());
    assert_eq!(late, Err(DropReason::UnknownUfrag), "nobody has to be told the time for that");

    assert!(agent.handle_timeout(end));
    assert_eq!(agent.poll_timeout(), None);
    assert_eq!(agent.ufrags().collect::<Vec<_>>(), [new_local.ufrag.as_str()]);
}

#[test]
fn a_second_restart_keeps_the_credentials_that_are_in_use() {
    let (first, _) = renewed();
    let second = IceCredentials { ufrag: "00secondsecondseco".into(), ..first.clone() };
    let mut agent = agent();
    checked(&mut agent, tuple(1), &Check::nominating());

    agent.restart(epoch(), first, None);
    agent.restart(epoch(), second.clone(), None);

    assert_eq!(agent.ufrags().collect::<Vec<_>>(), [second.ufrag, local().ufrag]);
}
