//! How much is being received, over one second.

use std::time::{Duration, Instant};

use switchyard_vocab::units::{Bitrate, DataSize};

/// Buckets of the window.
const BUCKETS: usize = 10;

/// Width of one bucket; together they make one second.
const BUCKET: Duration = Duration::from_millis(100);

/// Bytes of the last second, in buckets.
#[derive(Debug, Default)]
pub struct Rate {
    buckets: [u64; BUCKETS],
    current: usize,
    /// When the current bucket ends.
    until: Option<Instant>,
    /// Buckets that have been filled since the stream began, up to all.
    filled: usize,
}

impl Rate {
    /// Counts bytes.
    pub fn add(&mut self, now: Instant, bytes: usize) {
        self.turn(now);
        self.buckets[self.current] += bytes as u64;
    }

    /// The rate of the last second, the unfinished bucket left out.
    pub fn bitrate(&mut self, now: Instant) -> Bitrate {
        self.turn(now);
        if self.filled == 0 {
            return Bitrate::default();
        }
        let bytes: u64 = self.buckets.iter().sum::<u64>() - self.buckets[self.current];
        DataSize::bytes(bytes) / (BUCKET * self.filled as u32)
    }

    fn turn(&mut self, now: Instant) {
        let mut until = *self.until.get_or_insert(now + BUCKET);
        for _ in 0..BUCKETS {
            if now < until {
                break;
            }
            self.current = (self.current + 1) % BUCKETS;
            self.buckets[self.current] = 0;
            self.filled = (self.filled + 1).min(BUCKETS - 1);
            until += BUCKET;
        }
        // After a long silence everything is empty, and a new bucket begins.
        self.until = Some(if now < until { until } else { now + BUCKET });
    }
}

#[cfg(test)]
mod tests;
