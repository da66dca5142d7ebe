//! What delay tells: whether queues are growing, and which rate keeps them from it
//! (draft-ietf-rmcat-gcc-02 §5).
//!
//! ```text
//! arrivals ─► groups ─► trendline ─► detector ─► aimd ─► rate
//!    │        (bursts    (is delay    (growing,   (up, hold,
//!    │         as one)    growing?)    steady,     down)
//!    │                                 shrinking)   ▲
//!    └─► queue ─► standing? whose? ─────────────────┘
//! ```

mod aimd;
mod competition;
mod detector;
mod drain;
mod groups;
mod link_capacity;
mod overflow;
mod queue;
mod trendline;

use std::time::{Duration, Instant};

use switchyard_vocab::units::Bitrate;

use crate::packet::Outcome;

pub use aimd::{Aimd, Conditions};
pub use detector::Usage;

use competition::Competition;
use detector::Detector;
use drain::Drain;
use groups::Groups;
use overflow::Overflow;
use queue::QueueDelay;
use trendline::Trendline;

/// After a silence this long delays are measured from anew.
const STREAM_TIMEOUT: Duration = Duration::from_secs(2);

/// A queue that stands at this length, in milliseconds, is answered as if it grew: nobody wants to talk through it.
const STANDING_MS: f64 = 100.0;

/// A queue longer than this, in milliseconds, is worth waiting for until it is empty.
const LONG_MS: f64 = 50.0;

/// A queue as long as [`STANDING_MS`] that was longer by this, in milliseconds, in each of …
const GROWN_MS: f64 = 10.0;

/// … so many reports, …
const GROWN_REPORTS: u32 = 2;

/// … through which less than this share comes of what came a moment before, is that of a link that has all but
/// closed. So few packets arrive then that the trend is long in coming.
const CLOSED_SHARE: f64 = 0.5;

/// A queue this much shorter, in milliseconds, than when it was last answered is on its way to empty.
const SHRUNK_MS: f64 = 5.0;

/// What the path's queues are doing, by the packets that arrive.
#[derive(Debug, Default)]
pub struct DelayTrend {
    groups: Groups,
    trendline: Trendline,
    detector: Detector,
    queue: QueueDelay,
    drain: Drain,
    competition: Competition,
    overflow: Overflow,
    /// How long the queue is, and how long it was when it was last answered, in milliseconds.
    queue_ms: f64,
    answered_ms: Option<f64>,
    /// Reports in a row in which it was longer.
    grown: u32,
    last_feedback: Option<Instant>,
}

impl DelayTrend {
    /// Takes in what one report told, at the time it came.
    pub fn on_outcomes(&mut self, now: Instant, outcomes: &[Outcome]) {
        if self.last_feedback.is_some_and(|last| now.saturating_duration_since(last) > STREAM_TIMEOUT) {
            self.groups = Groups::default();
            self.trendline = Trendline::default();
        }
        self.last_feedback = Some(now);
        let queue_ms = self.queue.on_outcomes(now, outcomes);
        self.overflow.on_outcomes(now, outcomes, queue_ms);
        if let Some(queue_ms) = queue_ms {
            self.competition.on_queue(queue_ms);
            self.grown = if queue_ms > self.queue_ms + GROWN_MS { self.grown + 1 } else { 0 };
            self.queue_ms = queue_ms;
        }
        for outcome in outcomes {
            self.drain.on_outcome(outcome, self.queue.met_by(outcome));
            let Some(arrival) = outcome.arrival() else { continue };
            let Some(step) = self.groups.on_arrival(outcome.sent.at, arrival) else { continue };
            let trend = self.trendline.add(&step);
            self.detector.on_trend(now, &step, trend);
        }
        if self.detector.usage() != Usage::Over {
            self.answered_ms = None;
        }
    }

    /// Whether queues are growing, steady or shrinking. One that stands counts as growing, and one that
    /// overflows.
    pub fn usage(&self) -> Usage {
        match self.detector.usage() {
            Usage::Normal if self.queue.standing_ms() > STANDING_MS || self.closed_to().is_some() => {
                Usage::Over
            }
            _ if self.overflow.is_seen() && self.drained().is_some() => Usage::Over,
            Usage::Over if self.answered_ms.is_some_and(|ms| self.queue_ms < ms - SHRUNK_MS) => Usage::Under,
            usage => usage,
        }
    }

    /// What a link carries that has all but closed; `None` of others.
    fn closed_to(&self) -> Option<Bitrate> {
        if self.queue_ms < STANDING_MS || self.grown < GROWN_REPORTS {
            return None;
        }
        let (before, now) = (self.drain.bitrate()?, self.drain.lately()?);
        ((now.as_bps() as f64) < CLOSED_SHARE * before.as_bps() as f64).then_some(now)
    }

    /// What the link carries for us while its queue is not empty; `None` while it is.
    pub fn drained(&self) -> Option<Bitrate> {
        // What is lost for want of room is so now, whatever came through a moment before.
        let overflows = || self.overflow.is_seen().then(|| self.drain.lately()).flatten();
        self.closed_to().or_else(overflows).or_else(|| self.drain.bitrate())
    }

    /// The same, if the queue was filled by what we sent: however little is known of the path, that much is
    /// what it carries.
    pub fn filled(&self) -> Option<Bitrate> {
        self.drain.filled()
    }

    /// What was sent before it was lowered for the sake of a queue that has turned out to be a longer way.
    pub const fn take_wronged(&mut self) -> Option<Bitrate> {
        self.queue.take_wronged()
    }

    /// Whether there is a queue that others are not known to fill: a probe would only make it longer.
    pub fn has_queue(&self, now: Instant) -> bool {
        self.queue_ms > LONG_MS && !self.competition.is_believed(now)
    }

    /// The rate is going to be lowered for the queue. Returns whether others fill it, to whom giving way
    /// would only leave the rest.
    ///
    /// `sending` is the rate so far, `arrived` what arrived of it.
    pub fn on_overuse(&mut self, now: Instant, sending: Bitrate, arrived: Option<Bitrate>) -> bool {
        self.queue.was_answered(now, sending);
        self.overflow.was_answered(now);
        self.answered_ms = Some(self.queue_ms);
        let bps = |rate: Bitrate| rate.as_bps() as f64;
        self.competition.on_overuse(now, bps(sending), arrived.map(bps));
        self.competition.is_believed(now)
    }
}

#[cfg(test)]
mod tests;
