//! How often something may happen: a bucket that is emptied by use and fills with time.

use std::time::{Duration, Instant};

/// A token bucket, counted in time: what is taken out costs the time in which it fills again.
///
/// The rate is in the costs that the caller names, so one value serves bytes, packets and requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bucket {
    /// When it is full again; `None` while nothing was ever taken.
    full_at: Option<Instant>,
}

impl Bucket {
    /// A full one.
    pub const fn new() -> Self {
        Self { full_at: None }
    }

    /// Whether `cost` is there to be taken out of a bucket that holds `capacity`.
    pub fn has(&self, now: Instant, cost: Duration, capacity: Duration) -> bool {
        self.ready_at(now, cost, capacity) <= now
    }

    /// Takes `cost` out. To be asked with [`has`](Self::has) before.
    pub fn take(&mut self, now: Instant, cost: Duration) {
        self.full_at = Some(self.full_at.map_or(now, |full| full.max(now)) + cost);
    }

    /// Takes `cost` out of a bucket that holds `capacity` if it is there, and says whether it was.
    pub fn try_take(&mut self, now: Instant, cost: Duration, capacity: Duration) -> bool {
        let has = self.has(now, cost, capacity);
        if has {
            self.take(now, cost);
        }
        has
    }

    /// When `cost` will be there; `now` or earlier when it is there already.
    pub fn ready_at(&self, now: Instant, cost: Duration, capacity: Duration) -> Instant {
        let lacking = self.full_at.map_or(Duration::ZERO, |full| full.saturating_duration_since(now));
        now + (lacking + cost).saturating_sub(capacity)
    }
}

#[cfg(test)]
mod tests;
