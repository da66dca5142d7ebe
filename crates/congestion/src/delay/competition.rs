//! Whether it is somebody else who fills the queue.
//!
//! A queue that is ours shrinks when we send less than the link carries. One that goes on growing is
//! kept full by others (TCP fills whatever there is), and giving way further leaves them the rest and helps
//! nobody.

use std::time::{Duration, Instant};

/// A queue is empty with less than this share of what it was, …
const EMPTY_SHARE: f64 = 0.1;

/// … or less than this, in milliseconds.
const EMPTY_MS: f64 = 15.0;

/// Sending less than this share of what arrived when the queue grew last, ours would have shrunk.
const YIELDED_SHARE: f64 = 0.9;

/// So many times in a row: what arrives is measured with some delay.
const SIGNS: u32 = 3;

/// No two signs are closer than this: the first has to be answered, and the answer to be seen.
const BETWEEN_SIGNS: Duration = Duration::from_millis(750);

/// For how long it is believed after it was seen last.
const BELIEVED: Duration = Duration::from_secs(10);

/// Watches who fills the queue.
#[derive(Debug, Default)]
pub(super) struct Competition {
    /// What arrived when the queue grew last, in bits per second; nothing once it has emptied.
    arrived: Option<f64>,
    longest_ms: f64,
    signs: u32,
    sign_at: Option<Instant>,
    believed_until: Option<Instant>,
}

impl Competition {
    /// The queue is so long now.
    pub(super) fn on_queue(&mut self, queue_ms: f64) {
        self.longest_ms = self.longest_ms.max(queue_ms);
        if queue_ms < EMPTY_MS.max(EMPTY_SHARE * self.longest_ms) {
            self.arrived = None;
            self.longest_ms = 0.0;
            self.signs = 0;
        }
    }

    /// Queues grow while `sending` bits per second are sent, of which `arrived` arrive.
    pub(super) fn on_overuse(&mut self, now: Instant, sending: f64, arrived: Option<f64>) {
        if self.sign_at.is_some_and(|at| now.saturating_duration_since(at) < BETWEEN_SIGNS) {
            return;
        }
        self.sign_at = Some(now);
        let has_yielded = self.arrived.is_some_and(|before| sending < YIELDED_SHARE * before);
        self.signs = if has_yielded { self.signs + 1 } else { 0 };
        self.arrived = arrived;
        if self.signs >= SIGNS || self.signs > 0 && self.is_believed(now) {
            self.believed_until = Some(now + BELIEVED);
        }
    }

    /// Whether others have been seen to fill the queue.
    pub(super) fn is_believed(&self, now: Instant) -> bool {
        self.believed_until.is_some_and(|until| now < until)
    }
}
