//! What became of the packets of one transport.

use std::time::Instant;

use switchyard_vocab::units::DataSize;

/// Which burst of probing a packet belongs to.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClusterId(pub u32);

/// A packet that left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sent {
    /// When it left.
    pub at: Instant,
    /// Its size on the wire, headers of UDP and IP included.
    pub size: DataSize,
    /// The burst it was sent in to find out what fits.
    pub probe: Option<ClusterId>,
}

/// A time of the receiver's clock, in microseconds from any start. Only differences mean something.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct RemoteTime(pub i64);

impl RemoteTime {
    /// Milliseconds from `earlier` to this one; negative when it is not earlier.
    pub fn millis_since(self, earlier: Self) -> f64 {
        self.0.saturating_sub(earlier.0) as f64 / 1_000.0
    }
}

/// What feedback says of one packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It arrived then.
    Arrived(RemoteTime),
    /// It arrived then, although earlier feedback said that it was missing.
    ArrivedLate(RemoteTime),
    /// It had not arrived when the receiver reported.
    Missing,
    /// Feedback on what was sent later is here, but none on this one: a report was lost, and nobody knows.
    Unreported,
}

/// A packet, and what became of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// The packet.
    pub sent: Sent,
    /// What became of it.
    pub fate: Fate,
}

impl Outcome {
    /// When it arrived, if it did.
    pub const fn arrival(&self) -> Option<RemoteTime> {
        match self.fate {
            Fate::Arrived(at) | Fate::ArrivedLate(at) => Some(at),
            Fate::Missing | Fate::Unreported => None,
        }
    }
}
