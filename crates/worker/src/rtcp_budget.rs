//! How much RTCP one peer may send us.

use std::time::{Duration, Instant};

/// Datagrams per second that every peer may send: feedback about its whole path, and reports.
const RATE: usize = 100;

/// … and for every track that it gets or sends. A browser sends about two; more leaves room for loss
/// and costs us work that nobody needs, less drops requests for keyframes of honest peers.
const RATE_PER_TRACK: usize = 4;

/// What was used of the running second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RtcpBudget {
    window_start: Option<Instant>,
    used: usize,
}

impl RtcpBudget {
    /// Whether one more datagram may be read of a peer with so many tracks.
    pub(crate) fn admits(&mut self, now: Instant, tracks: usize) -> bool {
        let is_fresh = |start| now.saturating_duration_since(start) < Duration::from_secs(1);
        if !self.window_start.is_some_and(is_fresh) {
            *self = Self { window_start: Some(now), used: 0 };
        }
        self.used += 1;
        self.used <= RATE + RATE_PER_TRACK * tracks
    }
}

#[cfg(test)]
mod tests;
