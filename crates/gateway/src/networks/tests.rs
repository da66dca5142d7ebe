use std::collections::BTreeSet;

use super::*;

fn places(networks: &Networks, addresses: &[&str]) -> usize {
    let places = addresses.iter().map(|address| networks.place_of(address.parse().unwrap()));
    places.collect::<BTreeSet<_>>().len()
}

#[test]
fn addresses_of_one_network_share_a_place_however_they_are_written() {
    let networks = Networks::default();

    assert_eq!(places(&networks, &["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:0:8000::"]), 1);
    assert_eq!(places(&networks, &["192.0.2.7", "::ffff:192.0.2.7"]), 1);
}

#[test]
fn networks_are_spread_over_the_places_anew_in_every_table() {
    let addresses: Vec<_> = (0..=255).map(|last| format!("192.0.2.{last}")).collect();
    let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
    let (one, other) = (Networks::default(), Networks::default());

    assert!(places(&one, &addresses) > 200);
    assert!(addresses.iter().any(|address| {
        let address = address.parse().unwrap();
        one.place_of(address) != other.place_of(address)
    }));
}
