use super::*;

fn tenancy(quota: Quota) -> (Tenancy, Tenant) {
    let tenant = Tenant::new("acme");
    (Tenancy::new(BTreeMap::from([(tenant.clone(), quota)])), tenant)
}

#[test]
fn a_tenant_without_a_quota_is_bounded_by_nothing_here() {
    let (mut tenancy, _) = tenancy(Quota { max_participants: Some(0), ..Quota::default() });
    let other = Tenant::new("other");

    assert_eq!(tenancy.check_join(&other, true), Ok(()));
    tenancy.join(&other, true);
    assert_eq!(tenancy.set_aside(&other, None, Some(Bitrate::mbps(100_000))), Ok(()));
}

#[test]
fn rooms_and_participants_are_counted_while_they_are_there() {
    let (mut tenancy, acme) =
        tenancy(Quota { max_rooms: Some(1), max_participants: Some(2), ..Quota::default() });

    tenancy.join(&acme, true);
    assert_eq!(tenancy.check_join(&acme, true), Err(Refusal::QuotaReached { what: "rooms", quota: 1 }));
    assert_eq!(tenancy.check_join(&acme, false), Ok(()));
    tenancy.join(&acme, false);
    let refused = tenancy.check_join(&acme, false);
    assert_eq!(refused, Err(Refusal::QuotaReached { what: "participants", quota: 2 }));

    tenancy.leave(&acme, false);
    tenancy.leave(&acme, true);
    assert_eq!(tenancy.check_join(&acme, true), Ok(()));
    assert!(tenancy.is_unused());
}

#[test]
fn allowances_are_set_aside_up_to_the_quota_and_given_back() {
    let (mut tenancy, acme) = tenancy(Quota { max_bitrate: Some(4_000_000), ..Quota::default() });
    tenancy.join(&acme, true);
    let two = Some(Bitrate::mbps(2));

    assert_eq!(tenancy.set_aside(&acme, None, two), Ok(()));
    assert_eq!(tenancy.set_aside(&acme, None, two), Ok(()));
    assert_eq!(tenancy.set_aside(&acme, None, two).unwrap_err().code(), "quota_reached");
    assert_eq!(tenancy.set_aside(&acme, two, None), Ok(()));
    assert_eq!(tenancy.set_aside(&acme, None, two), Ok(()));
}

#[test]
fn a_publisher_without_a_cap_gets_a_share_only_where_there_is_a_quota() {
    let capped = Caps { max_bitrate: Some(Bitrate::kbps(500)), ..Caps::default() };
    let quota = Quota { max_bitrate: Some(10_000_000), ..Quota::default() };

    assert_eq!(Quota::default().allowance(&Caps::default()), None);
    assert_eq!(Quota::default().allowance(&capped), Some(Bitrate::kbps(500)));
    assert_eq!(quota.allowance(&Caps::default()), Some(PUBLISHER_SHARE));
    assert_eq!(quota.allowance(&capped), Some(Bitrate::kbps(500)));
}
