//! Waking a worker that sleeps in [`Poll::wait`](crate::Poll::wait).

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicU8, Ordering};

use switchyard_bus::wake::Wake;

use crate::syscalls;

/// The worker is in a turn and has not been woken since it began.
const AWAKE: u8 = 0;
/// The worker sleeps, or is about to: only the event counter reaches it.
const ASLEEP: u8 = 1;
/// Somebody has called since the turn began: the worker will not sleep before the next one.
const CALLED: u8 = 2;

/// A wake-up by event counter, for one sleeper and any number of callers.
///
/// Callers write to the kernel only when the worker sleeps; while it is awake, calling is one atomic
/// exchange. Waking a thread costs as much as forwarding some ten packets, so call once per batch.
///
/// ```text
///          wake()                     wake()
///   AWAKE ────────▶ CALLED    ASLEEP ────────▶ CALLED, and the event counter rises
///     ▲ └─ fall_asleep() ──────▶ ▲
///     └──────────── rise() ──────┘  from any state, before the worker looks at its lanes
/// ```
///
/// No wake-up is lost: a call that comes after the worker rose keeps it from falling asleep again, and
/// what was put on a lane before an earlier call is visible once it has risen.
#[derive(Debug)]
pub struct EventFd {
    counter: File,
    state: AtomicU8,
}

impl EventFd {
    /// A new one; its worker counts as awake.
    pub fn new() -> io::Result<Self> {
        Ok(Self { counter: File::from(syscalls::event_create()?), state: AtomicU8::new(AWAKE) })
    }

    /// The worker wants to sleep. False when somebody has called since it rose: it must not.
    pub(crate) fn fall_asleep(&self) -> bool {
        self.state.compare_exchange(AWAKE, ASLEEP, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The worker is back, and everything that was said before is to be seen now.
    ///
    /// Returns whether somebody called.
    pub(crate) fn rise(&self) -> bool {
        self.state.swap(AWAKE, Ordering::AcqRel) == CALLED
    }
}

impl Wake for EventFd {
    fn wake(&self) {
        // Always an exchange, never a look first: only this way does `rise` see what the caller did.
        if self.state.swap(CALLED, Ordering::AcqRel) == ASLEEP {
            // It is watched for edges, so it is never read; at one call per nanosecond it would be
            // full after centuries, and a full one has woken already.
            let _ = (&self.counter).write(&1_u64.to_ne_bytes());
        }
    }
}

impl AsFd for EventFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.counter.as_fd()
    }
}

#[cfg(test)]
mod tests;
