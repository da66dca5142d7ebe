//! When to leave a subscriber in peace: after something had to be taken away, nothing is given for a while.
//!
//! A network that has just been in trouble is likely to be so again, and every change of layers costs a
//! keyframe. What was given and had to be taken again soon was a mistake; who goes on making it waits twice as
//! long each time.

use std::time::{Duration, Instant};

/// How long the first time.
const SHORTEST: Duration = Duration::from_secs(2);

/// How long at most: a link that has become wide for good is used after this.
const LONGEST: Duration = Duration::from_secs(16);

/// A fall so soon after the last calm is the same mistake.
const SOON: Duration = Duration::from_secs(10);

/// One subscriber's peace.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calm {
    lasts: Duration,
    until: Option<Instant>,
}

impl Calm {
    /// Something has to be taken away.
    pub(crate) fn on_fall(&mut self, now: Instant) {
        if !self.is_over(now) {
            // It is still the same fall.
            return;
        }
        let is_soon = self.until.is_some_and(|until| now.saturating_duration_since(until) < SOON);
        self.lasts = if is_soon { (self.lasts * 2).min(LONGEST) } else { SHORTEST };
        self.until = Some(now + self.lasts);
    }

    /// Whether something may be given.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now >= until)
    }
}

#[cfg(test)]
mod tests;
