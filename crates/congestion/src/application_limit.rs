//! Whether less is sent than may be, because there is no more to send.
//!
//! A forwarding server is so most of the time: layers come in steps. What was not tried proves nothing, so
//! the rate is then neither raised nor taken for exhausted; a probe finds out.

use std::time::{Duration, Instant};

use switchyard_vocab::units::{Bitrate, DataSize};

/// Sending less than this share of the rate makes for a limit by the application.
const USED_SHARE: f64 = 0.8;

/// How much of the unused rate is remembered.
const WINDOW: Duration = Duration::from_millis(500);

/// The limit begins when this share of the window stands unused, …
const ENTER_SHARE: f64 = 0.4;

/// … and ends when the window is overdrawn by this share.
const LEAVE_SHARE: f64 = -0.6;

/// A budget that fills with the rate and is spent by what leaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApplicationLimit {
    /// Bits that could have been sent; negative when more was.
    unused: f64,
    seen_at: Option<Instant>,
    since: Option<Instant>,
    ended_at: Option<Instant>,
    /// Bits that left since then, and the rate of the window before.
    window: Option<(Instant, f64)>,
    sent: Option<Bitrate>,
}

impl ApplicationLimit {
    /// Notes that so much left, where `rate` may be sent.
    pub fn on_sent(&mut self, now: Instant, size: DataSize, rate: Bitrate) {
        self.count(now, size);
        let elapsed = self.seen_at.map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f64());
        self.seen_at = Some(now);
        let allowed = rate.as_bps() as f64 * USED_SHARE;
        let window = allowed * WINDOW.as_secs_f64();
        let unused = self.unused + allowed * elapsed - size.as_bytes() as f64 * 8.0;
        self.unused = unused.clamp(-window, window);
        if self.unused > ENTER_SHARE * window {
            self.since = self.since.or(Some(now));
        } else if self.unused < LEAVE_SHARE * window && self.since.take().is_some() {
            self.ended_at = Some(now);
        }
    }

    /// Since when less is sent than may be.
    pub const fn since(&self) -> Option<Instant> {
        self.since
    }

    /// What was sent in the last whole window.
    pub const fn sent(&self) -> Option<Bitrate> {
        self.sent
    }

    fn count(&mut self, now: Instant, size: DataSize) {
        let (since, bits) = self.window.unwrap_or((now, 0.0));
        let seconds = now.saturating_duration_since(since).as_secs_f64();
        let bits = bits + size.as_bytes() as f64 * 8.0;
        self.window = Some((since, bits));
        if seconds >= WINDOW.as_secs_f64() {
            self.sent = Some(Bitrate::bps((bits / seconds) as u64));
            self.window = Some((now, 0.0));
        }
    }

    /// When that ended last.
    pub const fn ended_at(&self) -> Option<Instant> {
        self.ended_at
    }
}

#[cfg(test)]
mod tests;
