//! How often participants of one key may connect.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::{BURST_FACTOR, TokenBucket};

/// How many times the rate of a key may be used in a burst by those who come back. They take no part in what newcomers
/// may, and with the usual rates all that a server has room for come back at once.
const RETURNS_FACTOR: f64 = 50.0;

/// A limit per key. There are as many as the configuration names, so nothing grows.
#[derive(Debug)]
pub(crate) struct KeyLimit(BTreeMap<String, Mutex<TokenBucket>>);

impl KeyLimit {
    /// A limit for each key, with its rate per second.
    pub(crate) fn new(rates: impl IntoIterator<Item = (String, u32)>, now: Instant) -> Self {
        Self::with_burst(rates, BURST_FACTOR, now)
    }

    /// The same for coming back, which all do at once when a network was cut.
    pub(crate) fn of_returns(rates: impl IntoIterator<Item = (String, u32)>, now: Instant) -> Self {
        Self::with_burst(rates, RETURNS_FACTOR, now)
    }

    fn with_burst(rates: impl IntoIterator<Item = (String, u32)>, burst: f64, now: Instant) -> Self {
        let full = |rate| TokenBucket::new(f64::from(rate), f64::from(rate) * burst, now);
        Self(rates.into_iter().map(|(key, rate)| (key, Mutex::new(full(rate)))).collect())
    }

    /// Whether somebody of that key may once more. Those of a key that there is not are not let in anyway.
    pub(crate) fn allows(&self, key: &str, now: Instant) -> bool {
        let take =
            |bucket: &Mutex<TokenBucket>| bucket.lock().unwrap_or_else(PoisonError::into_inner).take(now);
        self.0.get(key).is_none_or(take)
    }
}
