//! Wall time, read once.

use std::time::{Duration, Instant};

/// Seconds from the NTP era (1900) to the Unix era (1970), RFC 5905 §6.
const NTP_UNIX_OFFSET: u64 = 2_208_988_800;

/// NTP time: 32 bits of seconds since 1900, 32 bits of fraction (RFC 3550 §4).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// The middle 32 bits, as in LSR and DLSR fields: 1/65536 s.
    pub const fn middle(self) -> u32 {
        (self.0 >> 16) as u32
    }

    /// This time plus `elapsed`.
    pub const fn plus(self, elapsed: Duration) -> Self {
        Self(self.0.wrapping_add(fraction(elapsed)))
    }

    /// Time from `earlier` to this one; zero when it is not earlier.
    pub const fn since(self, earlier: Self) -> Duration {
        let units = self.0.saturating_sub(earlier.0);
        Duration::from_nanos(((units as u128 * 1_000_000_000) >> 32) as u64)
    }
}

const fn fraction(elapsed: Duration) -> u64 {
    (elapsed.as_secs() << 32) + ((elapsed.subsec_nanos() as u64) << 32) / 1_000_000_000
}

/// The one link between the monotonic clock and wall time: both read at start, never again.
///
/// So a step of the system clock never moves a sender report backwards.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    /// The monotonic instant of the anchor.
    pub anchor: Instant,
    /// Time since the Unix era at the anchor.
    pub since_unix_epoch: Duration,
}

impl WallClock {
    /// The wall time of `now`, which must not lie before the anchor.
    pub fn ntp(&self, now: Instant) -> NtpTime {
        let since_unix = self.since_unix_epoch + now.saturating_duration_since(self.anchor);
        NtpTime(fraction(since_unix + Duration::from_secs(NTP_UNIX_OFFSET)))
    }
}
