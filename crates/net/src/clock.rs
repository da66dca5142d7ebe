//! The two clocks, read in one place.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use switchyard_vocab::wall_clock::WallClock;

/// The longest time in the kernel that an arrival may tell of.
///
/// A thread that stood still for longer lost what it was to measure anyway. A shorter bound would hide
/// real delays; a longer one would carry a step of the system clock into more arrivals.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(1);

/// The monotonic time that every `now` argument is made of. Read once per phase of a turn.
pub fn now() -> Instant {
    Instant::now()
}

/// Reads both clocks together: the anchor from which wall time is computed for the rest of the run.
///
/// A system clock that is set before 1970 counts as 1970.
pub fn anchor() -> WallClock {
    let Reading { monotonic, since_unix_epoch } = Reading::take();
    WallClock { anchor: monotonic, since_unix_epoch }
}

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    monotonic: Instant,
    since_unix_epoch: Duration,
}

impl Reading {
    /// Reads them now. A system clock that is set before 1970 counts as 1970.
    pub(crate) fn take() -> Self {
        let before = Instant::now();
        let since_unix_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // Half way: the thread may have been interrupted between the readings.
        Self { monotonic: before + before.elapsed() / 2, since_unix_epoch }
    }

    /// The monotonic time of a stamp that the system clock gave, at most [`MAX_WAIT`] before this
    /// reading and never after it.
    ///
    /// A stamp of the future means that the system clock was set back since: the arrival is then now, as
    /// it is without a stamp.
    pub(crate) fn arrival(&self, stamp: Option<Duration>) -> Instant {
        let waited = stamp.map_or(Duration::ZERO, |stamp| self.since_unix_epoch.saturating_sub(stamp));
        self.monotonic.checked_sub(waited.min(MAX_WAIT)).unwrap_or(self.monotonic)
    }
}

#[cfg(test)]
mod tests;
