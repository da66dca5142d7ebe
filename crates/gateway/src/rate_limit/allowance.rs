//! What one client may still say.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::TokenBucket;
use super::descriptions::DescriptionLimit;

/// Messages that may be wrong before the connection is closed. A client in development meets a few; one
/// that goes on does not listen.
const MAX_ERRORS: f64 = 10.0;
/// Errors forgiven per second: one a minute, so that a long conference outlives a clumsy client.
const ERRORS_FORGIVEN: f64 = 1.0 / 60.0;
/// How many times the rate of messages may be used in a burst.
const BURST_FACTOR: f64 = 2.0;

/// What one session may still say. It stays with the session from connection to connection: nobody renews it by coming
/// back.
#[derive(Debug)]
pub(crate) struct Allowance(Mutex<Buckets>);

#[derive(Debug)]
struct Buckets {
    messages: TokenBucket,
    errors: TokenBucket,
    descriptions: DescriptionLimit,
}

impl Allowance {
    /// That of a new session: `messages` per second, none longer than `longest` bytes, and `first_burst` bytes of
    /// descriptions at once.
    pub(crate) fn new(messages: u32, longest: usize, first_burst: f64, now: Instant) -> Self {
        let rate = f64::from(messages);
        Self(Mutex::new(Buckets {
            messages: TokenBucket::new(rate, rate * BURST_FACTOR, now),
            errors: TokenBucket::new(ERRORS_FORGIVEN, MAX_ERRORS, now),
            descriptions: DescriptionLimit::new(longest, first_burst, now),
        }))
    }

    /// Takes a message, or a ping.
    ///
    /// # Errors
    /// It must not be looked at now; how long to wait before the next one.
    pub(crate) fn take_message(&self, now: Instant) -> Result<(), Duration> {
        let messages = &mut self.buckets().messages;
        if messages.take(now) { Ok(()) } else { Err(messages.wait_for(1.0, now)) }
    }

    /// Takes a session description of `bytes`.
    ///
    /// # Errors
    /// It must not be read now; how long to wait before it may be sent again.
    pub(crate) fn take_description(&self, bytes: usize, now: Instant) -> Result<(), Duration> {
        self.buckets().descriptions.take(bytes, now)
    }

    /// Forgives one error more, if that may be.
    pub(crate) fn forgives(&self, now: Instant) -> bool {
        self.buckets().errors.take(now)
    }

    fn buckets(&self) -> MutexGuard<'_, Buckets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
