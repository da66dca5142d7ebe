//! How many session descriptions, and how much of them, one client may have read.
//!
//! Reading them is the dearest thing that a client can ask of control, which all clients share: 0.1 ms for
//! a browser's offer, some 15 ms for the worst text of the greatest length.

use std::time::{Duration, Instant};

use super::TokenBucket;

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

/// Bytes of descriptions in all the first bursts of one address, in the longest messages per second: four are a
/// sixteenth of a core at worst. Whoever begins session after session would else have a burst for each.
pub(crate) const FIRST_BURSTS_PER_SECOND: f64 = 4.0;

/// The same at once: twenty people of one office who enter a large room together.
pub(crate) const FIRST_BURSTS_AT_ONCE: f64 = 20.0 * LONGEST_IN_A_BURST;

/// With how many of the longest messages a session begins at least, however many have begun at its address: the first
/// offer of any browser has room in it, and the rest comes within seconds.
const LEAST_FIRST_BURST: f64 = 0.25;

/// How many bytes of descriptions a session may want at once that has rested. No message is longer than `longest`.
pub(crate) const fn full_burst(longest: usize) -> f64 {
    longest as f64 * LONGEST_IN_A_BURST
}

/// The allowance of one session.
#[derive(Debug)]
pub(super) struct DescriptionLimit {
    count: TokenBucket,
    bytes: TokenBucket,
}

impl DescriptionLimit {
    /// An allowance that begins with `first_burst` bytes, at most a [full one](full_burst). No message is longer than
    /// `longest` bytes.
    pub(super) fn new(longest: usize, first_burst: f64, now: Instant) -> Self {
        let rate = longest as f64 * LONGEST_PER_SECOND;
        let first_burst = first_burst.max(longest as f64 * LEAST_FIRST_BURST);
        Self {
            count: TokenBucket::new(RATE, BURST, now),
            bytes: TokenBucket::new(rate, full_burst(longest), now).holding(first_burst),
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
