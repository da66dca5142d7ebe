//! The two clocks, read in one place.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use switchyard_vocab::wall_clock::WallClock;

/// The monotonic time that every `now` argument is made of. Read once per phase of a turn.
pub fn now() -> Instant {
    Instant::now()
}

/// Reads both clocks together: the anchor from which wall time is computed for the rest of the run.
///
/// A system clock that is set before 1970 counts as 1970.
pub fn anchor() -> WallClock {
    let before = Instant::now();
    let since_unix_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Half way: the thread may have been interrupted between the readings.
    WallClock { anchor: before + before.elapsed() / 2, since_unix_epoch }
}
