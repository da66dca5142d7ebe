//! A token bucket per source address, in front of every Binding request.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use switchyard_vocab::bucket::Bucket;

/// Requests per second from one address. A client sends about 20 while it looks for a path and
/// less than one afterwards, but a whole office may sit behind one address; each costs us a microsecond.
pub const PER_SECOND: u32 = 200;

/// Requests that may come at once: twenty clients behind one address that start together.
pub const BURST: u32 = 400;

/// Addresses remembered. All others share one bucket while the table is full, so that made-up
/// sources buy neither memory nor more answers.
pub const MAX_ADDRESSES: usize = 4_096;

/// What a request takes out of a bucket: the time in which it fills again.
const COST: Duration = Duration::from_nanos(1_000_000_000 / PER_SECOND as u64);

/// What a bucket holds, which is the time in which an empty one fills up.
const REFILL: Duration = Duration::from_nanos(COST.as_nanos() as u64 * BURST as u64);

/// Limits Binding requests by source address. One per worker.
#[derive(Debug, Default)]
pub struct BindingRateLimit {
    buckets: FxHashMap<IpAddr, Bucket>,
    /// For addresses that found the table full.
    overflow: Bucket,
    swept: Option<Instant>,
}

impl BindingRateLimit {
    /// Whether one more request from `source` may be looked at.
    #[must_use]
    pub fn admits(&mut self, now: Instant, source: IpAddr) -> bool {
        if self.buckets.len() >= MAX_ADDRESSES && !self.buckets.contains_key(&source) {
            self.sweep(now);
        }
        let is_full = self.buckets.len() >= MAX_ADDRESSES;
        let bucket = match self.buckets.get_mut(&source) {
            Some(bucket) => bucket,
            None if is_full => &mut self.overflow,
            None => self.buckets.entry(source).or_default(),
        };
        bucket.try_take(now, COST, REFILL)
    }

    /// Addresses remembered now.
    pub fn addresses(&self) -> usize {
        self.buckets.len()
    }

    /// Forgets addresses whose buckets are full again, at most once in the time a bucket needs for that.
    fn sweep(&mut self, now: Instant) {
        if self.swept.is_some_and(|swept| now.saturating_duration_since(swept) < REFILL) {
            return;
        }
        self.swept = Some(now);
        self.buckets.retain(|_, bucket| !bucket.has(now, REFILL, REFILL));
    }
}

#[cfg(test)]
mod tests;
