//! Whether the link drops what its queue does not take.
//!
//! A short queue, and one that is managed (CoDel), fills and does not grow: delay alone says nothing then.
//! Loss alone may be the radio's. Both together are a full link, unless sending less does not help.

use std::time::{Duration, Instant};

use crate::packet::{Fate, Outcome};

/// A queue that holds packets up for so long on average, in milliseconds, is hardly ever empty. Managed queues
/// are kept at 5 ms and more; paths that tremble have packets in every report that did not wait.
const WAITING_MS: f64 = 8.0;

/// Of fewer packets in a report the luckiest may have trembled as well.
const MIN_ARRIVED: usize = 3;

/// So much is lost besides. Radio alone seldom loses that, and repairs make up for less.
const LOST_SHARE: f64 = 0.08;

/// The weight of one report in the average queue: about a second of them.
const QUEUE_WEIGHT: f64 = 0.1;

/// The weight of one packet in the share lost: about a second of a picture.
const LOST_WEIGHT: f64 = 0.01;

/// As much being lost again so soon is the same trouble. …
const SOON: Duration = Duration::from_secs(3);

/// … After so many answers that were of no use it is not for a full queue that packets are lost. The first may have
/// been too small.
const ANSWERS: u32 = 2;

/// Then loss is not answered here for so long.
const DISBELIEF: Duration = Duration::from_secs(30);

/// Queue and loss together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Overflow {
    queue_ms: f64,
    lost_share: f64,
    is_seen: bool,
    answered_at: Option<Instant>,
    /// Answers to the same trouble.
    answers: u32,
    disbelieved_until: Option<Instant>,
}

impl Overflow {
    /// Takes in what one report told, and the shortest queue its packets met, in milliseconds.
    pub(super) fn on_outcomes(&mut self, now: Instant, outcomes: &[Outcome], queue_ms: Option<f64>) {
        let arrived = outcomes.iter().filter(|outcome| outcome.arrival().is_some()).count();
        if let Some(queue_ms) = queue_ms.filter(|_| arrived >= MIN_ARRIVED) {
            self.queue_ms += QUEUE_WEIGHT * (queue_ms - self.queue_ms);
        }
        for outcome in outcomes {
            let lost = match outcome.fate {
                // What left before the answer says nothing of it.
                _ if self.answered_at.is_some_and(|at| outcome.sent.at < at) => continue,
                Fate::Arrived(_) => 0.0,
                Fate::Missing => 1.0,
                Fate::ArrivedLate(_) | Fate::Unreported => continue,
            };
            self.lost_share += LOST_WEIGHT * (lost - self.lost_share);
        }
        self.is_seen = self.queue_ms > WAITING_MS && self.lost_share > LOST_SHARE;
        if !self.is_soon(now) {
            self.answers = 0;
        }
        if self.is_seen && self.answers >= ANSWERS {
            self.disbelieved_until = Some(now + DISBELIEF);
        }
        self.is_seen &= self.disbelieved_until.is_none_or(|until| now >= until);
    }

    /// Whether it is so.
    pub(super) const fn is_seen(&self) -> bool {
        self.is_seen
    }

    /// Less is going to be sent: what is lost of it shows whether that was enough.
    pub(super) fn was_answered(&mut self, now: Instant) {
        if std::mem::take(&mut self.is_seen) {
            self.lost_share = 0.0;
            self.answered_at = Some(now);
            self.answers += 1;
        }
    }

    fn is_soon(&self, now: Instant) -> bool {
        self.answered_at.is_some_and(|answered| now.saturating_duration_since(answered) < SOON)
    }
}

#[cfg(test)]
mod tests;
