use switchyard_wire::stun::{BindingRequest, write_success};

use super::*;
use crate::testing::rng;

fn credentials(name: &str) -> IceCredentials {
    IceCredentials { ufrag: name.to_owned(), pwd: format!("{name}-password-of-24-letters") }
}

fn checks(now: Instant) -> Checks {
    Checks::new(now, &credentials("client"), &credentials("server"), &mut rng())
}

/// What a server that knows `password` would answer.
fn answer(check: &[u8], password: &str) -> Vec<u8> {
    let request = BindingRequest::parse(check).unwrap();
    let mut out = vec![0; 128];
    let mapped = "127.0.0.1:5000".parse().unwrap();
    let len = write_success(&mut out, request.transaction(), mapped, &Key::new(password)).unwrap();
    out.truncate(len);
    out
}

#[test]
fn a_check_is_what_a_lite_server_expects() {
    let now = Instant::now();
    let check = checks(now).poll_check(now).unwrap();

    let request = BindingRequest::parse(&check).unwrap();
    assert_eq!((request.server_ufrag(), request.client_ufrag()), (Some("server"), Some("client")));
    assert!(request.use_candidate() && request.verify(&Key::new(&credentials("server").pwd)));
    assert!(matches!(request.role(), Some(Role::Controlling(_))));
}

#[test]
fn checks_slow_down_once_they_are_answered() {
    let now = Instant::now();
    let mut checks = checks(now);
    let check = checks.poll_check(now).unwrap();
    assert_eq!(checks.poll_timeout(), now + FIRST);

    assert_eq!(checks.handle_answer(now, &answer(&check, &credentials("server").pwd)), Answered::Reached);

    assert_eq!(checks.poll_timeout(), now + KEEPALIVE);
    assert!(checks.poll_check(now + FIRST).is_none());
    assert!(checks.poll_check(now + KEEPALIVE).is_some());
}

#[test]
fn an_answer_without_the_servers_password_is_none() {
    let now = Instant::now();
    let mut checks = checks(now);
    let check = checks.poll_check(now).unwrap();

    assert_eq!(checks.handle_answer(now, &answer(&check, "a-password-of-somebody")), Answered::Nothing);
    assert_eq!(checks.handle_answer(now, &[1; 64]), Answered::Nothing);
}

#[test]
fn silence_is_told_apart_from_never_having_been_there() {
    let now = Instant::now();
    let mut checks = checks(now);
    assert_eq!(checks.is_over(now + REACH), Some(false));
    let check = checks.poll_check(now).unwrap();

    checks.handle_answer(now, &answer(&check, &credentials("server").pwd));

    assert_eq!(checks.is_over(now + REACH), None);
    assert_eq!(checks.is_over(now + CONSENT), Some(true));
}
