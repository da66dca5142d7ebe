//! How many session descriptions, and how much of them, one client may have read.
//!
//! Reading them is the dearest thing that a client can ask of control, which all clients share: 0.1 ms for
//! a browser's offer, some 15 ms for the worst text of the greatest length.

use std::time::{Duration, Instant};

use crate::rate_limit::TokenBucket;

/// Descriptions per second. The server leaves 150 ms between two offers of its own, so that honest answers
/// come less than seven times a second, and offers are sent one after the other; more would only help
/// whoever wants control to be busy.
const RATE: f64 = 20.0;

/// Descriptions at once: somebody who turns everything on and off as fast as buttons can be pressed.
const BURST: f64 = 60.0;

/// How many of the longest messages may be read per second. One keeps the worst client at about two
/// hundredths of a core; a participant of two hundred m-lines still settles once a second.
const LONGEST_PER_SECOND: f64 = 1.0;

/// How many of the longest messages may be read at once: a large room that fills up, answered offer by offer.
const LONGEST_IN_A_BURST: f64 = 8.0;

/// The allowance of one connection.
#[derive(Debug)]
pub(super) struct DescriptionLimit {
    count: TokenBucket,
    bytes: TokenBucket,
}

impl DescriptionLimit {
    /// A full allowance. No message is longer than `longest` bytes.
    pub(super) const fn new(longest: usize, now: Instant) -> Self {
        let longest = longest as f64;
        Self {
            count: TokenBucket::new(RATE, BURST, now),
            bytes: TokenBucket::new(longest * LONGEST_PER_SECOND, longest * LONGEST_IN_A_BURST, now),
        }
    }

    /// Lets a description of `bytes` pass.
    ///
    /// # Errors
    /// It must not be read now; how long to wait before it may be sent again.
    pub(super) fn take(&mut self, bytes: usize, now: Instant) -> Result<(), Duration> {
        let bytes = bytes as f64;
        let wait = self.count.wait_for(1.0, now).max(self.bytes.wait_for(bytes, now));
        if !wait.is_zero() {
            return Err(wait);
        }
        self.count.take_many(1.0, now);
        self.bytes.take_many(bytes, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
