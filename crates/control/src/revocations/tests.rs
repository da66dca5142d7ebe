use std::time::Duration;

use super::*;
use crate::testing::epoch;

fn pass(tenant: &str, token: Option<&str>) -> Pass {
    Pass { tenant: Tenant::new(tenant), token: token.map(Arc::from), ..Pass::default() }
}

#[test]
fn a_revocation_counts_for_its_tenant_and_its_time() {
    let (mut revocations, now) = (Revocations::default(), epoch());
    let until = now + Duration::from_secs(60);
    let ada = Identity::new("ada");
    revocations.add(now, (Tenant::new("acme"), Revoked::Token("t1".into()), until), 9).unwrap();

    assert!(revocations.covers(now, &pass("acme", Some("t1")), &ada));
    assert!(!revocations.covers(now, &pass("acme", Some("t2")), &ada));
    assert!(!revocations.covers(now, &pass("acme", None), &ada));
    assert!(!revocations.covers(now, &pass("other", Some("t1")), &ada), "tenants don't touch one another");
    assert!(!revocations.covers(until, &pass("acme", Some("t1")), &ada));
}

#[test]
fn an_identity_is_revoked_whatever_its_token() {
    let (mut revocations, now) = (Revocations::default(), epoch());
    let until = now + Duration::from_secs(60);
    let revoked = Revoked::Identity(Identity::new("ada"));
    revocations.add(now, (Tenant::new("acme"), revoked, until), 9).unwrap();

    assert!(revocations.covers(now, &pass("acme", None), &Identity::new("ada")));
    assert!(!revocations.covers(now, &pass("acme", None), &Identity::new("bob")));
}

#[test]
fn a_full_list_refuses_and_forgets_only_what_is_over() {
    let (mut revocations, now) = (Revocations::default(), epoch());
    let minute = Duration::from_secs(60);
    let mut add = |token: &str, now: Instant| {
        let revoked = Revoked::Token(token.into());
        revocations.add(now, (Tenant::new("acme"), revoked, now + minute), 1)
    };

    assert!(add("t1", now).is_ok());
    assert_eq!(add("t2", now).unwrap_err().code(), "limit_reached");
    assert!(add("t1", now).is_ok(), "the same once more takes no room");
    assert!(add("t2", now + minute).is_ok());
}
