//! What to do while nothing is heard.

use std::time::{Duration, Instant};

/// Feedback is late when it is missing for this long beyond a round trip.
const PATIENCE: Duration = Duration::from_millis(500);

/// The rate is lowered so often while it stays away, …
const STEP: Duration = Duration::from_millis(500);

/// … to this share each time.
const FACTOR: f64 = 0.8;

/// A receiver that tells nothing of single packets is there for this long after its last report: they come every few
/// seconds (RFC 3550 §6.2).
const REPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// Watches for feedback that does not come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Silence {
    heard_at: Option<Instant>,
    /// When the receiver told something, though nothing of single packets.
    reported_at: Option<Instant>,
    lowered_at: Option<Instant>,
}

impl Silence {
    pub(super) const fn on_feedback(&mut self, now: Instant) {
        self.heard_at = Some(now);
        self.lowered_at = None;
    }

    /// The receiver told something else: it may tell nothing of single packets ever.
    pub(super) const fn on_report(&mut self, now: Instant) {
        self.reported_at = Some(now);
    }

    pub(super) const fn has_report(&self) -> bool {
        self.reported_at.is_some()
    }

    pub(super) const fn is_silent(&self) -> bool {
        self.lowered_at.is_some()
    }

    /// By which factor the rate is to be lowered now, if so. From the first packet on: what is sent too fast to
    /// somebody whose handshake is not through yet may keep it from ever being.
    pub(super) fn on_time(
        &mut self,
        now: Instant,
        oldest_in_flight: Option<Instant>,
        rtt: Duration,
    ) -> Option<f64> {
        let is_reporting =
            self.reported_at.is_some_and(|at| now.saturating_duration_since(at) < REPORT_TIMEOUT);
        if self.heard_at.is_none() && is_reporting {
            return None;
        }
        let since = self.heard_at.max(Some(oldest_in_flight?))?;
        let is_late = now.saturating_duration_since(since) > PATIENCE + rtt;
        let is_time = self.lowered_at.is_none_or(|at| now.saturating_duration_since(at) >= STEP);
        if !is_late || !is_time {
            return None;
        }
        self.lowered_at = Some(now);
        Some(FACTOR)
    }
}
