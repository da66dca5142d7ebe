//! RTP timestamps and the clocks they count.

use std::time::Duration;

/// RTP timestamp: 32 bits of a media clock, random start, wraps (RFC 3550 §5.1).
///
/// It becomes time only together with a [`ClockRate`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct RtpTimestamp(pub u32);

impl RtpTimestamp {
    /// Signed ticks from `earlier` to this one, taking the shorter way round.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.wrapping_sub(earlier.0) as i32
    }

    /// The timestamp `ticks` later (or earlier, when negative).
    pub const fn plus(self, ticks: i64) -> Self {
        Self(self.0.wrapping_add(ticks as u32))
    }
}

/// Ticks per second of a media clock: 90 000 for video, 48 000 for Opus.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ClockRate(pub u32);

impl ClockRate {
    /// Every video payload format of WebRTC (RFC 7742).
    pub const VIDEO: Self = Self(90_000);
    /// Opus, whatever its real sampling rate (RFC 7587 §4.1).
    pub const OPUS: Self = Self(48_000);

    /// How many ticks pass in `elapsed`.
    pub const fn ticks(self, elapsed: Duration) -> i64 {
        (elapsed.as_nanos() as i128 * self.0 as i128 / 1_000_000_000) as i64
    }

    /// How long `ticks` take; zero for negative ones.
    pub const fn duration(self, ticks: i64) -> Duration {
        if ticks <= 0 || self.0 == 0 {
            return Duration::ZERO;
        }
        Duration::from_nanos((ticks as u128 * 1_000_000_000 / self.0 as u128) as u64)
    }
}

#[cfg(test)]
mod tests;
