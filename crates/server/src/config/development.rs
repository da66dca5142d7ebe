//! The development overlay: what `--dev` changes, all in one place.

use std::net::IpAddr;

use switchyard_net::addresses;

use super::Config;

/// Lets anybody in by name, with a key that everybody knows, on loopback and on the local network.
pub(super) fn overlay(config: &mut Config) {
    config.gateway = std::mem::take(&mut config.gateway).for_development();
    if config.media.announce.is_empty() {
        config.media.announce = loopback_and_default_route();
    }
}

fn loopback_and_default_route() -> Vec<IpAddr> {
    let loopback = IpAddr::from([127, 0, 0, 1]);
    let mut found = addresses::default_addresses();
    if !found.contains(&loopback) {
        found.push(loopback);
    }
    found
}
