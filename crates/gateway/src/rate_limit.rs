//! How often somebody may do something.

mod allowance;
mod descriptions;
mod keys;

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use allowance::Allowance;
pub(crate) use descriptions::{FIRST_BURSTS_AT_ONCE, FIRST_BURSTS_PER_SECOND, full_burst};
pub(crate) use keys::KeyLimit;

use crate::networks::{Networks, PLACES};

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

    /// The same bucket with so many tokens in it, as far as it holds them.
    #[must_use]
    pub const fn holding(mut self, tokens: f64) -> Self {
        self.tokens = tokens.min(self.burst);
        self
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

    /// Takes as many tokens as there are, but no more than `most`.
    pub fn take_up_to(&mut self, most: f64, now: Instant) -> f64 {
        self.wait_for(0.0, now);
        let taken = self.tokens.min(most);
        self.tokens -= taken;
        taken
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

/// How many times the rate an address or a key may use in a burst: a whole office opens its tabs at nine o'clock.
const BURST_FACTOR: f64 = 10.0;

/// A limit per network address, in memory of a fixed size: 160 KiB.
#[derive(Debug)]
pub struct AddressLimit {
    networks: Networks,
    buckets: Mutex<Vec<TokenBucket>>,
}

impl AddressLimit {
    /// A limit of `rate` per second and address.
    pub fn new(rate: u32, now: Instant) -> Self {
        Self::with_burst(f64::from(rate), f64::from(rate) * BURST_FACTOR, now)
    }

    /// A limit of `rate` per second and address, and of `burst` at once.
    pub(crate) fn with_burst(rate: f64, burst: f64, now: Instant) -> Self {
        let full = TokenBucket::new(rate, burst, now);
        Self { networks: Networks::default(), buckets: Mutex::new(vec![full; PLACES]) }
    }

    /// Whether `address` may once more. Loopback always may.
    pub fn allows(&self, address: IpAddr, now: Instant) -> bool {
        address.to_canonical().is_loopback() || self.allows_whoever(address, now)
    }

    /// How much of `most` an address may have now. Loopback always may have all.
    pub(crate) fn take_up_to(&self, address: IpAddr, most: f64, now: Instant) -> f64 {
        if address.to_canonical().is_loopback() {
            return most;
        }
        self.take_up_to_whoever(address, most, now)
    }

    /// The same for whom a proxy brings: on loopback as elsewhere.
    pub(crate) fn take_up_to_whoever(&self, address: IpAddr, most: f64, now: Instant) -> f64 {
        self.of(address, |bucket| bucket.take_up_to(most, now)).unwrap_or(most)
    }

    /// Whether `address` may once more, for whom a proxy brings and for what nobody has a reason to do often: on
    /// loopback as elsewhere.
    pub(crate) fn allows_whoever(&self, address: IpAddr, now: Instant) -> bool {
        self.of(address, |bucket| bucket.take(now)).unwrap_or(true)
    }

    fn of<T>(&self, address: IpAddr, take: impl FnOnce(&mut TokenBucket) -> T) -> Option<T> {
        let place = self.networks.place_of(address);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.get_mut(place).map(take)
    }
}

#[cfg(test)]
mod tests;
