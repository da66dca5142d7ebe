//! What to do while nothing is heard.

use std::time::{Duration, Instant};

/// Feedback is late when it is missing for this long beyond a round trip.
const PATIENCE: Duration = Duration::from_millis(500);

/// The rate is lowered so often while it stays away, …
const STEP: Duration = Duration::from_millis(500);

/// … to this share each time.
const FACTOR: f64 = 0.8;

/// Watches for feedback that does not come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Silence {
    heard_at: Option<Instant>,
    lowered_at: Option<Instant>,
}

impl Silence {
    pub(super) const fn on_feedback(&mut self, now: Instant) {
        self.heard_at = Some(now);
        self.lowered_at = None;
    }

    pub(super) const fn is_silent(&self) -> bool {
        self.lowered_at.is_some()
    }

    /// By which factor the rate is to be lowered now, if so. Silence before the first feedback counts for
    /// nothing: the receiver may give none.
    pub(super) fn on_time(
        &mut self,
        now: Instant,
        oldest_in_flight: Option<Instant>,
        rtt: Duration,
    ) -> Option<f64> {
        let heard_at = self.heard_at?;
        let since = oldest_in_flight?.max(heard_at);
        let is_late = now.saturating_duration_since(since) > PATIENCE + rtt;
        let is_time = self.lowered_at.is_none_or(|at| now.saturating_duration_since(at) >= STEP);
        if !is_late || !is_time {
            return None;
        }
        self.lowered_at = Some(now);
        Some(FACTOR)
    }
}
