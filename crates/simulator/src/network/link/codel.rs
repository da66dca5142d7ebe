//! Controlled delay: dropping what has waited too long, ever more often (RFC 8289 §5).

use std::time::{Duration, Instant};

/// A standing wait up to this is fine (RFC 8289 §4.3).
const TARGET: Duration = Duration::from_millis(5);

/// A wait has to stand for this long (RFC 8289 §4.2).
const INTERVAL: Duration = Duration::from_millis(100);

/// The state of one queue.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CoDel {
    /// When the wait will have been too long for an interval.
    above_until: Option<Instant>,
    next_drop: Option<Instant>,
    dropped: u32,
}

impl CoDel {
    /// Whether the datagram that leaves the queue at `now` after `waited` is dropped.
    pub(super) fn drops(&mut self, now: Instant, waited: Duration) -> bool {
        if waited < TARGET {
            self.above_until = None;
            self.next_drop = None;
            return false;
        }
        let above_until = *self.above_until.get_or_insert(now + INTERVAL);
        if now < above_until {
            return false;
        }
        match self.next_drop {
            Some(next) if now < next => return false,
            Some(_) => self.dropped += 1,
            // Lately dropping: takes up near the pace it had left.
            None => self.dropped = self.dropped.saturating_sub(2).max(1),
        }
        self.next_drop = Some(now + INTERVAL.div_f64(f64::from(self.dropped).sqrt()));
        true
    }
}
