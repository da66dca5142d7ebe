//! Bitrates and sizes as values that know their unit.

use std::fmt;
use std::ops::Div;
use std::time::Duration;

/// Bits per second.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Bitrate(u64);

impl Bitrate {
    /// Nothing at all.
    pub const ZERO: Self = Self(0);

    /// So many bits per second.
    pub const fn bps(bits_per_second: u64) -> Self {
        Self(bits_per_second)
    }

    /// So many thousand bits per second.
    pub const fn kbps(kilobits_per_second: u64) -> Self {
        Self(kilobits_per_second * 1_000)
    }

    /// So many million bits per second.
    pub const fn mbps(megabits_per_second: u64) -> Self {
        Self(megabits_per_second * 1_000_000)
    }

    /// The plain number, in bits per second.
    pub const fn as_bps(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Bitrate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= 1_000 { write!(f, "{}kbps", self.0 / 1_000) } else { write!(f, "{}bps", self.0) }
    }
}

/// A number of bytes on the wire.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DataSize(u64);

impl DataSize {
    /// So many bytes.
    pub const fn bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The plain number, in bytes.
    pub const fn as_bytes(self) -> u64 {
        self.0
    }
}

impl Div<Duration> for DataSize {
    type Output = Bitrate;

    /// The rate at which this much was moved in that time; zero when no time passed.
    fn div(self, elapsed: Duration) -> Bitrate {
        let micros = elapsed.as_micros();
        if micros == 0 {
            return Bitrate::default();
        }
        Bitrate((u128::from(self.0) * 8_000_000 / micros) as u64)
    }
}

#[cfg(test)]
mod tests;
