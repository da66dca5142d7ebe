//! A token bucket per source address, in front of every Binding request.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

/// Requests per second from one address. A client sends about 20 while it looks for a path and
/// less than one afterwards, but a whole office may sit behind one address; each costs us a microsecond.
pub const PER_SECOND: u32 = 200;

/// Requests that may come at once: twenty clients behind one address that start together.
pub const BURST: u32 = 400;

/// Addresses remembered. All others share one bucket while the table is full, so that made-up
/// sources buy neither memory nor more answers.
pub const MAX_ADDRESSES: usize = 4_096;

/// Time in which an empty bucket fills up; an address that was silent so long need not be remembered.
const REFILL: Duration = Duration::from_secs((BURST / PER_SECOND) as u64);

/// Limits Binding requests by source address. One per worker.
#[derive(Debug, Default)]
pub struct BindingRateLimit {
    buckets: FxHashMap<IpAddr, Bucket>,
    /// For addresses that found the table full.
    overflow: Option<Bucket>,
    swept: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f32,
    filled: Instant,
}

impl BindingRateLimit {
    /// Whether one more request from `source` may be looked at.
    #[must_use]
    pub fn admits(&mut self, now: Instant, source: IpAddr) -> bool {
        let fresh = Bucket { tokens: BURST as f32, filled: now };
        if let Some(bucket) = self.buckets.get_mut(&source) {
            return bucket.take(now);
        }
        if self.buckets.len() >= MAX_ADDRESSES {
            self.sweep(now);
        }
        if self.buckets.len() >= MAX_ADDRESSES {
            return self.overflow.get_or_insert(fresh).take(now);
        }
        self.buckets.entry(source).or_insert(fresh).take(now)
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
        self.buckets.retain(|_, bucket| now.saturating_duration_since(bucket.filled) < REFILL);
    }
}

impl Bucket {
    fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled);
        self.tokens = (self.tokens + elapsed.as_secs_f32() * PER_SECOND as f32).min(BURST as f32);
        self.filled = now;
        let admitted = self.tokens >= 1.0;
        if admitted {
            self.tokens -= 1.0;
        }
        admitted
    }
}

#[cfg(test)]
mod tests;
