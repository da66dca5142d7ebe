//! How much one subscriber may have sent again.

use std::time::{Duration, Instant};

/// Resends may take one part in so many of what is sent for the first time: more would crowd out what
/// is new, and a subscriber that asks for everything must not turn us into an amplifier.
const SHARE: u64 = 4;

/// Bytes that may be sent again at once, after a time in which little was: a lost keyframe on an otherwise
/// quiet path. A busier path may have a second's share.
const BURST: u64 = 64 * 1024;

/// Bytes granted in every window however little is sent: enough for a small picture of which a third is lost,
/// and nothing that anybody would ask for in order to be sent more.
const LEAST: u64 = 8 * 1024;

/// Time over which what is sent is counted.
const WINDOW: Duration = Duration::from_secs(1);

/// What is granted, and what was sent in the running window and in the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResendBudget {
    window_start: Option<Instant>,
    sent: u64,
    sent_before: u64,
    granted: u64,
}

impl Default for ResendBudget {
    /// Nothing was sent yet.
    fn default() -> Self {
        Self { window_start: None, sent: 0, sent_before: 0, granted: BURST }
    }
}

impl ResendBudget {
    /// Notes a packet that was sent for the first time.
    pub(crate) fn note_sent(&mut self, now: Instant, len: usize) {
        self.turn_over(now);
        self.sent += len as u64;
        self.grant(len as u64 / SHARE);
    }

    /// Whether one more packet may be sent again; it counts if so.
    pub(crate) fn admits(&mut self, now: Instant, len: usize) -> bool {
        self.turn_over(now);
        let left = self.granted.checked_sub(len as u64);
        self.granted = left.unwrap_or(self.granted);
        left.is_some()
    }

    fn turn_over(&mut self, now: Instant) {
        let is_running = |start| now.saturating_duration_since(start) < WINDOW;
        if self.window_start.is_some_and(is_running) {
            return;
        }
        if self.window_start.is_some() {
            self.grant(LEAST.saturating_sub(self.sent / SHARE));
        }
        (self.window_start, self.sent_before, self.sent) = (Some(now), self.sent, 0);
    }

    fn grant(&mut self, bytes: u64) {
        let most = BURST.max(self.sent.max(self.sent_before) / SHARE);
        self.granted = (self.granted + bytes).min(most);
    }
}

#[cfg(test)]
mod tests;
