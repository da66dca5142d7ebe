//! How much one subscriber may have sent again.

use std::time::{Duration, Instant};

/// Resends may take one part in so many of what is sent for the first time: more would crowd out what
/// is new, and a subscriber that asks for everything must not turn us into an amplifier.
const SHARE: u64 = 4;

/// Bytes per window that are always granted: a lost keyframe on an otherwise quiet path.
const FLOOR: u64 = 64 * 1024;

/// Time over which both are counted.
const WINDOW: Duration = Duration::from_secs(1);

/// What was sent in the running window, and what in the one before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ResendBudget {
    window_start: Option<Instant>,
    sent: u64,
    sent_before: u64,
    resent: u64,
}

impl ResendBudget {
    /// Notes a packet that was sent for the first time.
    pub(crate) fn note_sent(&mut self, now: Instant, len: usize) {
        self.turn_over(now);
        self.sent += len as u64;
    }

    /// Whether one more packet may be sent again; it counts if so.
    pub(crate) fn admits(&mut self, now: Instant, len: usize) -> bool {
        self.turn_over(now);
        let granted = FLOOR.max(self.sent.max(self.sent_before) / SHARE);
        let fits = self.resent + len as u64 <= granted;
        self.resent += if fits { len as u64 } else { 0 };
        fits
    }

    fn turn_over(&mut self, now: Instant) {
        let is_running = |start| now.saturating_duration_since(start) < WINDOW;
        if !self.window_start.is_some_and(is_running) {
            *self = Self { window_start: Some(now), sent: 0, sent_before: self.sent, resent: 0 };
        }
    }
}

#[cfg(test)]
mod tests;
