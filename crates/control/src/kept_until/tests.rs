use std::time::Duration;

use super::*;
use crate::testing::epoch;

const MINUTE: Duration = Duration::from_secs(60);

fn add(kept: &mut KeptUntil<u8>, now: Instant, tenant: &str, key: u8) -> Result<(), Refusal> {
    kept.add(now, (&Tenant::new(tenant), key, now + MINUTE), ("bans", 2))
}

#[test]
fn a_tenant_whose_list_is_full_takes_nothing_from_another() {
    let (mut kept, now) = (KeptUntil::default(), epoch());
    assert_eq!(add(&mut kept, now, "acme", 1), Ok(()));
    assert_eq!(add(&mut kept, now, "acme", 2), Ok(()));
    assert_eq!(add(&mut kept, now, "acme", 3).unwrap_err().code(), "limit_reached");

    assert_eq!(add(&mut kept, now, "other", 1), Ok(()));

    assert!(kept.until(now, &Tenant::new("other"), &1).is_some());
    assert!(kept.until(now, &Tenant::new("acme"), &3).is_none());
}

#[test]
fn what_is_over_makes_room_and_counts_no_longer() {
    let (mut kept, now) = (KeptUntil::default(), epoch());
    let acme = Tenant::new("acme");
    assert!(add(&mut kept, now, "acme", 1).is_ok());
    assert!(add(&mut kept, now, "acme", 2).is_ok());
    let later = now + MINUTE;

    assert_eq!(kept.of(later, &acme, Bound::Unbounded).count(), 0);
    assert!(!kept.lift(later, &acme, &1));
    assert!(add(&mut kept, later, "acme", 3).is_ok());
    assert_eq!(kept.of(later, &acme, Bound::Unbounded).count(), 1);
}
