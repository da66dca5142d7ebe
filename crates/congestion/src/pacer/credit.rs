//! How much may leave: credit that grows with the rate and is spent by what leaves.

use std::time::{Duration, Instant};

use switchyard_vocab::units::{Bitrate, DataSize};

/// The longest burst: what was not used of a longer time is forfeited.
const BURST: Duration = Duration::from_millis(40);

/// No burst is larger than this, with the one packet by which it may be exceeded 10 kB.
const MAX_BURST: f64 = 8_500.0;

/// Every burst has room for a large packet.
const MIN_BURST: f64 = 1_500.0;

/// Debt that is remembered: after a probe at many times the rate, pictures have not to wait for long.
const MAX_DEBT: f64 = 10_000.0;

/// A large packet, by which portions are planned.
const LARGE_PACKET: f64 = 1_200.0;

/// Credit in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Credit {
    bytes: f64,
    /// Without a rate there is always credit.
    bytes_per_second: Option<f64>,
    grown_at: Option<Instant>,
}

impl Credit {
    pub(super) fn set_rate(&mut self, now: Instant, rate: Bitrate) {
        if self.bytes_per_second.is_none() {
            self.bytes = MIN_BURST;
        }
        self.grow(now);
        self.bytes_per_second = Some(per_second(rate));
    }

    pub(super) const fn has_rate(&self) -> bool {
        self.bytes_per_second.is_some()
    }

    pub(super) fn grow(&mut self, now: Instant) {
        let elapsed = self.grown_at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.grown_at = Some(self.grown_at.map_or(now, |at| at.max(now)));
        if let Some(rate) = self.bytes_per_second {
            let burst = (rate * BURST.as_secs_f64()).clamp(MIN_BURST, MAX_BURST);
            self.bytes = (self.bytes + rate * elapsed.as_secs_f64()).min(burst);
        }
    }

    pub(super) fn spend(&mut self, size: DataSize) {
        self.bytes = (self.bytes - size.as_bytes() as f64).max(-MAX_DEBT);
    }

    pub(super) fn refund(&mut self, size: DataSize) {
        self.bytes += size.as_bytes() as f64;
    }

    pub(super) fn is_left(&self) -> bool {
        self.bytes_per_second.is_none() || self.bytes > 0.0
    }

    /// How long so many bytes take.
    pub(super) fn time_for(&self, bytes: usize) -> Duration {
        self.bytes_per_second.map_or(Duration::ZERO, |rate| seconds(bytes as f64 / rate))
    }

    /// How long it takes until there is credit again; with credit left, until a portion has been earned.
    pub(super) fn time_to_next(&self, portion: usize) -> Duration {
        let Some(rate) = self.bytes_per_second else { return Duration::MAX };
        if self.is_left() {
            seconds(portion as f64 * LARGE_PACKET / rate)
        } else {
            seconds((1.0 - self.bytes) / rate).max(Duration::from_millis(1))
        }
    }
}

const fn per_second(rate: Bitrate) -> f64 {
    (rate.as_bps() as f64 / 8.0).max(1.0)
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.clamp(0.0, 60.0))
}
