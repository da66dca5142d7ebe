//! How much RTCP one peer may send us.

use std::time::{Duration, Instant};

/// Datagrams per second. A browser with fifty subscribed tracks sends about a hundred.
const RATE: u32 = 200;

/// What was used of the running second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RtcpBudget {
    window_start: Option<Instant>,
    used: u32,
}

impl RtcpBudget {
    /// Whether one more datagram may be read.
    pub(crate) fn admits(&mut self, now: Instant) -> bool {
        let is_fresh = |start| now.saturating_duration_since(start) < Duration::from_secs(1);
        if !self.window_start.is_some_and(is_fresh) {
            *self = Self { window_start: Some(now), used: 0 };
        }
        self.used += 1;
        self.used <= RATE
    }
}
