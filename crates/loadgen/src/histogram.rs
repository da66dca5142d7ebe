//! Delays, counted so finely that percentiles are exact to a hundredth of a millisecond.

use std::time::Duration;

/// Width of a fine bucket.
const FINE: Duration = Duration::from_micros(10);
/// Fine buckets: they reach to 100 ms.
const FINE_COUNT: usize = 10_000;
/// Width of a coarse bucket.
const COARSE: Duration = Duration::from_millis(1);
/// Coarse buckets: they reach to 10 s; all that is later is in the last one.
const COARSE_COUNT: usize = 10_000;

/// How often each delay occurred.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    buckets: Box<[u32]>,
    count: u64,
    longest: Duration,
}

impl Histogram {
    /// Nothing counted.
    pub(crate) fn new() -> Self {
        let buckets = vec![0; FINE_COUNT + COARSE_COUNT].into_boxed_slice();
        Self { buckets, count: 0, longest: Duration::ZERO }
    }

    /// Counts one.
    pub(crate) fn add(&mut self, delay: Duration) {
        let fine = (delay.as_nanos() / FINE.as_nanos()) as usize;
        let coarse = (delay.as_nanos() / COARSE.as_nanos()) as usize;
        let bucket = if fine < FINE_COUNT { fine } else { FINE_COUNT + coarse.min(COARSE_COUNT - 1) };
        if let Some(bucket) = self.buckets.get_mut(bucket) {
            *bucket = bucket.saturating_add(1);
        }
        self.count += 1;
        self.longest = self.longest.max(delay);
    }

    /// How many were counted.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// The longest.
    pub(crate) const fn longest(&self) -> Duration {
        self.longest
    }

    /// The delay that `percent` of all do not exceed, rounded up to its bucket; zero without any.
    pub(crate) fn percentile(&self, percent: f64) -> Duration {
        let wanted = (self.count as f64 * percent / 100.0).ceil() as u64;
        let mut seen = 0;
        for (index, &count) in self.buckets.iter().enumerate() {
            seen += u64::from(count);
            if count > 0 && seen >= wanted {
                let upper = match index.checked_sub(FINE_COUNT) {
                    None => FINE * (index as u32 + 1),
                    Some(coarse) => COARSE * (coarse as u32 + 1),
                };
                return upper.min(self.longest);
            }
        }
        self.longest
    }
}

#[cfg(test)]
mod tests;
