//! How often somebody may do something.

mod keys;

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use keys::KeyLimit;

/// A bucket that holds up to `burst` tokens and is refilled with `rate` of them per second.
#[derive(Clone, Copy, Debug)]
pub struct TokenBucket {
    rate: f64,
    burst: f64,
    tokens: f64,
    refilled: Instant,
}

impl TokenBucket {
    /// A full bucket. `rate` is in tokens per second.
    pub const fn new(rate: f64, burst: f64, now: Instant) -> Self {
        Self { rate, burst, tokens: burst, refilled: now }
    }

    /// Takes a token if there is one.
    pub fn take(&mut self, now: Instant) -> bool {
        self.take_many(1.0, now)
    }

    /// Takes `tokens` if there are as many, else none.
    pub fn take_many(&mut self, tokens: f64, now: Instant) -> bool {
        let is_enough = self.wait_for(tokens, now).is_zero();
        if is_enough {
            self.tokens -= tokens;
        }
        is_enough
    }

    /// How long until there are `tokens`, to the next millisecond; zero when there are. More than the
    /// bucket holds there will never be: what is told then is too short.
    pub fn wait_for(&mut self, tokens: f64, now: Instant) -> Duration {
        let elapsed = now.saturating_duration_since(self.refilled);
        self.refilled = self.refilled.max(now);
        self.tokens = (self.tokens + elapsed.as_secs_f64() * self.rate).min(self.burst);
        if self.tokens >= tokens {
            return Duration::ZERO;
        }
        let millis = ((tokens - self.tokens) / self.rate * 1_000.0).ceil();
        Duration::from_millis((millis as u64).max(1))
    }
}

/// Buckets for network addresses. More make it rarer that strangers share one; all together take
/// 160 KiB.
const BUCKETS: usize = 4_096;

/// How many times the rate an address or a key may use in a burst: a whole office opens its tabs at nine o'clock.
const BURST_FACTOR: f64 = 10.0;

/// A limit per network address, in memory of a fixed size.
///
/// Addresses are spread over a fixed number of buckets by a hash with a random key. Two that meet in one
/// share its tokens, which nobody can bring about on purpose; in exchange nothing grows, and nothing has
/// to be evicted while somebody tries a million addresses.
#[derive(Debug)]
pub struct AddressLimit {
    hasher: RandomState,
    buckets: Mutex<Vec<TokenBucket>>,
}

impl AddressLimit {
    /// A limit of `rate` per second and address.
    pub fn new(rate: u32, now: Instant) -> Self {
        let full = TokenBucket::new(f64::from(rate), f64::from(rate) * BURST_FACTOR, now);
        Self { hasher: RandomState::new(), buckets: Mutex::new(vec![full; BUCKETS]) }
    }

    /// Whether `address` may once more. Loopback always may.
    pub fn allows(&self, address: IpAddr, now: Instant) -> bool {
        address.to_canonical().is_loopback() || self.allows_whoever(address, now)
    }

    /// The same for what nobody has a reason to do often, a proxy on loopback included.
    pub(crate) fn allows_whoever(&self, address: IpAddr, now: Instant) -> bool {
        let address = address.to_canonical();
        let place = self.hasher.hash_one(network(address)) as usize % BUCKETS;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.get_mut(place).is_none_or(|bucket| bucket.take(now))
    }
}

/// What one customer usually has: an IPv4 address, or an IPv6 network of 64 bits.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests;
