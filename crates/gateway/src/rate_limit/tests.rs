use std::time::Duration;

use super::*;

#[test]
fn a_burst_is_allowed_and_then_the_rate() {
    let start = Instant::now();
    let mut bucket = TokenBucket::new(2.0, 3.0, start);

    let burst = (0..5).filter(|_| bucket.take(start)).count();
    let a_second_later = (0..5).filter(|_| bucket.take(start + Duration::from_secs(1))).count();

    assert_eq!((burst, a_second_later), (3, 2));
}

#[test]
fn a_long_rest_fills_the_bucket_and_no_more() {
    let start = Instant::now();
    let mut bucket = TokenBucket::new(2.0, 3.0, start);

    let after_an_hour = (0..9).filter(|_| bucket.take(start + Duration::from_secs(3_600))).count();

    assert_eq!(after_an_hour, 3);
}

#[test]
fn one_address_is_limited_and_its_neighbour_is_not() {
    let now = Instant::now();
    let limit = AddressLimit::new(1, now);
    let (busy, quiet) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));

    let allowed = (0..50).filter(|_| limit.allows(busy, now)).count();

    assert_eq!(allowed, 10);
    // With a chance of one in four thousand they share a bucket; a third one then does not.
    assert!(limit.allows(quiet, now) || limit.allows(IpAddr::from([198, 51, 100, 7]), now));
}

#[test]
fn an_ipv6_customer_cannot_escape_by_changing_addresses() {
    let now = Instant::now();
    let limit = AddressLimit::new(1, now);

    let allowed = (0..50u16)
        .filter(|&host| limit.allows(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]), now))
        .count();

    assert_eq!(allowed, 10);
}

#[test]
fn sessions_of_one_address_begin_with_what_is_left_of_a_common_store() {
    let now = Instant::now();
    let limit = AddressLimit::with_burst(1.0, 20.0, now);
    let busy = IpAddr::from([192, 0, 2, 1]);

    let given: Vec<_> = (0..4).map(|_| limit.take_up_to(busy, 8.0, now)).collect();
    let later = limit.take_up_to(busy, 8.0, now + Duration::from_secs(3));

    assert_eq!((given, later), (vec![8.0, 8.0, 4.0, 0.0], 3.0));
    assert_eq!(limit.take_up_to(IpAddr::from([127, 0, 0, 1]), 8.0, now), 8.0);
}

#[test]
fn all_of_a_key_may_come_back_at_once_and_not_for_ever() {
    let now = Instant::now();
    let rates = || [("acme".to_owned(), 2)];
    let (newcomers, returns) = (KeyLimit::new(rates(), now), KeyLimit::of_returns(rates(), now));
    let allowed = |limit: &KeyLimit| (0..1_000).filter(|_| limit.allows("acme", now)).count();

    assert_eq!((allowed(&newcomers), allowed(&returns)), (20, 100));
}

#[test]
fn loopback_is_not_limited() {
    let now = Instant::now();
    let limit = AddressLimit::new(1, now);
    let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();

    assert!((0..50).all(|_| limit.allows(IpAddr::from([127, 0, 0, 1]), now)));
    assert!((0..50).all(|_| limit.allows(mapped, now)));
}
