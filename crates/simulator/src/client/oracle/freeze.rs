//! Freezes, as Chrome counts them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Gaps over which the average is taken.
const SAMPLES: usize = 30;

/// Gaps that must have been seen before anything counts as a freeze.
const MIN_SAMPLES: usize = 5;

/// What a gap must exceed the average by, at least.
const MARGIN: Duration = Duration::from_millis(150);

/// Counts gaps between shown frames of at least three times the average, and of at least 150 ms
/// more than it: `freezeCount` of the WebRTC statistics.
#[derive(Debug, Default)]
pub struct FreezeMeter {
    last: Option<Instant>,
    gaps: VecDeque<Duration>,
    freezes: u32,
    frozen: Duration,
    longest_gap: Duration,
}

impl FreezeMeter {
    /// A frame is shown.
    pub fn on_shown(&mut self, at: Instant) {
        if let Some(last) = self.last {
            self.on_gap(at.saturating_duration_since(last));
        }
        self.last = Some(at);
    }

    /// Nothing will be shown for a while, and that is as it should be.
    pub const fn on_pause(&mut self) {
        self.last = None;
    }

    /// What was counted so far does not count any more.
    pub const fn forget_counts(&mut self) {
        (self.freezes, self.frozen, self.longest_gap) = (0, Duration::ZERO, Duration::ZERO);
    }

    fn on_gap(&mut self, gap: Duration) {
        self.longest_gap = self.longest_gap.max(gap);
        if self.gaps.len() >= MIN_SAMPLES {
            let average = self.gaps.iter().sum::<Duration>() / self.gaps.len() as u32;
            if gap >= (3 * average).max(average + MARGIN) {
                self.freezes += 1;
                self.frozen += gap;
            }
        }
        self.gaps.push_back(gap);
        if self.gaps.len() > SAMPLES {
            self.gaps.pop_front();
        }
    }

    /// How often the picture stood still.
    pub const fn freezes(&self) -> u32 {
        self.freezes
    }

    /// For how long together.
    pub const fn frozen(&self) -> Duration {
        self.frozen
    }

    /// The longest time between two frames.
    pub const fn longest_gap(&self) -> Duration {
        self.longest_gap
    }
}

#[cfg(test)]
mod tests;
