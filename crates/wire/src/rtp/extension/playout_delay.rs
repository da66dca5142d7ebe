//! How long a receiver should hold a picture back.

use std::time::Duration;

use crate::bytes::{u24_at, u24_bytes};

/// What one unit on the wire stands for, in milliseconds.
const UNIT_MS: u128 = 10;

/// The largest of 12 bits.
const MAX_UNITS: u32 = 0xfff;

/// Between which delays a receiver may show a picture after it was received; both 0 asks for as soon
/// as possible (`playout-delay`, 12 bits each in units of 10 ms).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PlayoutDelay {
    min: u16,
    max: u16,
}

impl PlayoutDelay {
    /// The longest delay that can be said.
    pub const LONGEST: Duration = Duration::from_millis(40_950);

    /// Both limits, rounded down to 10 ms and cut at [`LONGEST`](Self::LONGEST); a maximum below the
    /// minimum is raised to it.
    pub fn between(min: Duration, max: Duration) -> Self {
        let units = |delay: Duration| {
            u16::try_from(delay.as_millis() / UNIT_MS).unwrap_or(u16::MAX).min(MAX_UNITS as u16)
        };
        Self { min: units(min), max: units(max).max(units(min)) }
    }

    /// Reads the three bytes; a minimum above the maximum is nonsense.
    pub fn parse(data: &[u8]) -> Option<Self> {
        let both = u24_at(data, 0)?;
        let (min, max) = ((both >> 12) as u16, (both & MAX_UNITS) as u16);
        (min <= max).then_some(Self { min, max })
    }

    /// As it travels.
    pub const fn bytes(self) -> [u8; 3] {
        u24_bytes(((self.min as u32) << 12) | self.max as u32)
    }

    /// The shorter limit.
    pub const fn min(self) -> Duration {
        Duration::from_millis(self.min as u64 * UNIT_MS as u64)
    }

    /// The longer limit.
    pub const fn max(self) -> Duration {
        Duration::from_millis(self.max as u64 * UNIT_MS as u64)
    }
}
