//! How long packets took, counted by the millisecond.

use std::time::Duration;

/// Delays up to here are told apart; longer ones count as this.
const LONGEST: usize = 4_000;

/// Delays of packets.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Delays {
    /// How many packets took so many milliseconds.
    by_millis: Vec<u32>,
}

impl Delays {
    pub(super) fn note(&mut self, delay: Duration) {
        let millis = (delay.as_millis() as usize).min(LONGEST);
        if self.by_millis.len() <= millis {
            self.by_millis.resize(millis + 1, 0);
        }
        self.by_millis[millis] += 1;
    }

    /// The delay that a share of packets, 0 to 1, does not exceed.
    pub fn percentile(&self, share: f64) -> Duration {
        let all: u64 = self.by_millis.iter().map(|&count| u64::from(count)).sum();
        let mut left = (all as f64 * share).ceil() as u64;
        let within = self.by_millis.iter().position(|&count| {
            left = left.saturating_sub(u64::from(count));
            left == 0
        });
        Duration::from_millis(within.unwrap_or_default() as u64)
    }
}

#[cfg(test)]
mod tests;
