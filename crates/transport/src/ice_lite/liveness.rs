//! How long ago a peer was heard, and what follows.
//!
//! A lite server makes no checks of its own, so the peer's authenticated checks on the path in use are the
//! only sign that it still agrees to be sent to there (RFC 7675).

use std::time::{Duration, Instant};

use switchyard_vocab::counters::LineEnd;

/// Time for the first check. A client starts within a second of having our candidates; a
/// description that is still on its way through a slow network needs some more.
pub const CHECKING_TIMEOUT: Duration = Duration::from_secs(15);

/// Silence after which a peer counts as disconnected. Firefox checks about every five seconds:
/// less than two of its intervals would be false alarms.
pub const DISCONNECTED_AFTER: Duration = Duration::from_secs(10);

/// Silence after which consent is gone and the line ends (RFC 7675 §5.1). Media never puts it off.
pub const CONSENT_TIMEOUT: Duration = Duration::from_secs(30);

/// What silence means at some moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Heard lately, or not yet expected.
    Alive,
    /// Silent for [`DISCONNECTED_AFTER`], and may come back.
    Disconnected,
    /// Over.
    Ended(LineEnd),
}

/// The two clocks of one peer: checks on the path in use keep consent, all checks and media keep it connected.
#[derive(Clone, Copy, Debug)]
pub struct Liveness {
    /// Creation, or the latest restart: the moment from which a check may be expected.
    expected_from: Instant,
    checked: Option<Instant>,
    heard: Instant,
}

impl Liveness {
    /// A peer that was just announced.
    pub const fn new(now: Instant) -> Self {
        Self { expected_from: now, checked: None, heard: now }
    }

    /// An authenticated check came. `is_consent` says whether it is about the path in use: on any other it is a sign of life alone.
    pub const fn on_check(&mut self, now: Instant, is_consent: bool) {
        if is_consent || self.checked.is_none() {
            self.checked = Some(now);
        }
        self.heard = now;
    }

    /// Authenticated media came.
    pub const fn on_media(&mut self, now: Instant) {
        self.heard = now;
    }

    /// A search for a path begins, the first or a new one: it gets its full time, if the one before it has led to
    /// a check. Else whoever goes on restarting would be sent to without ever being heard.
    pub fn on_restart(&mut self, now: Instant) {
        if self.checked.is_none_or(|checked| checked >= self.expected_from) {
            self.expected_from = now;
        }
    }

    /// Whether a check ever came.
    pub const fn is_checked(&self) -> bool {
        self.checked.is_some()
    }

    /// What is true at `now`.
    pub fn verdict(&self, now: Instant) -> Verdict {
        match self.checked {
            None if now >= self.expected_from + CHECKING_TIMEOUT => Verdict::Ended(LineEnd::IceTimeout),
            None => Verdict::Alive,
            Some(_) if now >= self.consent_ends() => Verdict::Ended(LineEnd::ConsentLost),
            Some(_) if now >= self.heard + DISCONNECTED_AFTER => Verdict::Disconnected,
            Some(_) => Verdict::Alive,
        }
    }

    /// When to ask for a verdict again, if nothing is heard. `is_disconnected` says that
    /// [`Verdict::Disconnected`] has been acted on.
    pub fn deadline(&self, is_disconnected: bool) -> Instant {
        match self.checked {
            None => self.expected_from + CHECKING_TIMEOUT,
            Some(_) if is_disconnected => self.consent_ends(),
            Some(_) => self.consent_ends().min(self.heard + DISCONNECTED_AFTER),
        }
    }

    fn consent_ends(&self) -> Instant {
        self.checked.map_or(self.expected_from, |checked| checked.max(self.expected_from)) + CONSENT_TIMEOUT
    }
}

#[cfg(test)]
mod tests;
