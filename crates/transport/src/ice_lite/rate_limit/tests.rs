use std::net::Ipv4Addr;

use super::*;
use crate::testing::epoch;

fn address(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(number))
}

#[test]
fn a_flood_is_cut_to_the_burst_and_then_to_the_rate() {
    let mut limit = BindingRateLimit::default();

    let at_once = (0..10_000).filter(|_| limit.admits(epoch(), address(1))).count();
    let later = epoch() + Duration::from_secs(1);
    let after_a_second = (0..10_000).filter(|_| limit.admits(later, address(1))).count();

    assert_eq!((at_once, after_a_second), (BURST as usize, PER_SECOND as usize));
}

#[test]
fn one_address_does_not_spend_anothers_tokens() {
    let mut limit = BindingRateLimit::default();

    while limit.admits(epoch(), address(1)) {}

    assert!(limit.admits(epoch(), address(2)));
}

#[test]
fn made_up_addresses_take_bounded_memory_and_share_one_bucket() {
    let mut limit = BindingRateLimit::default();

    let admitted = (0..100_000).filter(|&number| limit.admits(epoch(), address(number))).count();

    assert_eq!(limit.addresses(), MAX_ADDRESSES);
    assert_eq!(admitted, MAX_ADDRESSES + BURST as usize);
}

#[test]
fn silent_addresses_make_room() {
    let mut limit = BindingRateLimit::default();
    for number in 0..MAX_ADDRESSES as u32 {
        let _ = limit.admits(epoch(), address(number));
    }

    let _ = limit.admits(epoch() + REFILL, address(1_000_000));

    assert_eq!(limit.addresses(), 1);
}
