//! Networks as customers have them, each with a place in a table that does not grow.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};

/// Places of a table. More make it rarer that strangers share one.
pub(crate) const PLACES: usize = 4_096;

/// Where in a table each network has its place.
///
/// Networks are spread over the places by a hash with a random key. Two that meet in one share what is there, which
/// nobody can bring about on purpose; in exchange nothing grows, and nothing has to be evicted while somebody tries
/// a million addresses.
#[derive(Debug, Default)]
pub(crate) struct Networks {
    hasher: RandomState,
}

impl Networks {
    /// The place of the network that an address is in, below [`PLACES`].
    pub(crate) fn place_of(&self, address: IpAddr) -> usize {
        self.hasher.hash_one(network(address.to_canonical())) as usize % PLACES
    }
}

/// What one customer usually has: an IPv4 address, or an IPv6 network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests;
