//! Waking a reader that sleeps.

use std::sync::atomic::{AtomicBool, Ordering};

/// Wakes the thread or task that reads a lane.
///
/// Calling it for a reader that is awake must be cheap and harmless; a wake-up that comes while the
/// reader is about to sleep must not be lost.
pub trait Wake: Send + Sync {
    /// Makes the reader look at its lanes soon.
    fn wake(&self);
}

/// A wake-up that only leaves a mark: for readers that look by themselves, such as a simulation.
#[derive(Debug, Default)]
pub struct Flag(AtomicBool);

impl Flag {
    /// Whether somebody woke us since the last look; clears the mark.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}

impl Wake for Flag {
    fn wake(&self) {
        self.0.store(true, Ordering::Release);
    }
}
