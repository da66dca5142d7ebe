//! What tests of this crate share.

use std::time::{Duration, Instant};

use switchyard_vocab::units::DataSize;

use crate::packet::{Fate, Outcome, RemoteTime, Sent};

#[expect(clippy::disallowed_methods, reason = "a test has to start somewhere")]
pub(crate) fn epoch() -> Instant {
    Instant::now()
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) const fn sent(at: Instant, bytes: u64) -> Sent {
    Sent { at, size: DataSize::bytes(bytes), probe: None }
}

/// A packet that left at `at` and arrived so many microseconds later by the receiver's clock, which
/// starts with `origin`.
pub(crate) fn arrived(origin: Instant, at: Instant, bytes: u64, micros: u64) -> Outcome {
    let since = at.saturating_duration_since(origin).as_micros() as i64;
    Outcome { sent: sent(at, bytes), fate: Fate::Arrived(RemoteTime(since + micros as i64)) }
}

pub(crate) const fn missing(at: Instant, bytes: u64) -> Outcome {
    Outcome { sent: sent(at, bytes), fate: Fate::Missing }
}
