//! Virtual time: it stands still until the world moves it.

use std::time::{Duration, Instant};

use switchyard_vocab::wall_clock::WallClock;

/// Unix time at the start of every run: the 1st of January 2026. Any fixed moment would do.
const START_SINCE_UNIX: Duration = Duration::from_secs(1_767_225_600);

/// The clock of one run.
///
/// Its start is a real instant, because there is no other way to make one, and another one in
/// every run: whatever depends on more than differences shows as runs that differ.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    now: Instant,
}

impl Clock {
    /// A clock at the start of a run.
    pub fn new() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "one instant to count from; nothing reads the clock again"
        )]
        let start = Instant::now();
        Self { start, now: start }
    }

    /// The present.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Time since the start of the run.
    pub fn elapsed(&self) -> Duration {
        self.now.duration_since(self.start)
    }

    /// Moves on to `at`; time never goes back.
    pub fn advance_to(&mut self, at: Instant) {
        self.now = self.now.max(at);
    }

    /// The wall time everybody in the world agrees on.
    pub const fn wall(&self) -> WallClock {
        WallClock { anchor: self.start, since_unix_epoch: START_SINCE_UNIX }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
