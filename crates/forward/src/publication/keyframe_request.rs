//! When a publisher is asked for a keyframe, however many subscribers want one.

use std::time::{Duration, Instant};

/// Quiet time after a request; a second one sooner only costs the publisher bitrate, and encoders
/// ignore it within 300 ms anyway. A request without an answer is repeated after it.
pub const MIN_GAP: Duration = Duration::from_millis(500);

/// Quiet time after a request that was answered, for every layer but the smallest: its keyframes are
/// several times as large, and its subscribers can be shown the smallest meanwhile.
pub const UPPER_GAP: Duration = Duration::from_secs(1);

/// Requests without an answer before giving up; whoever still wants one says so again.
const MAX_ATTEMPTS: u8 = 10;

/// What happens to a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Input {
    /// Somebody needs a keyframe.
    Needed,
    /// A keyframe has begun to arrive.
    Arrived,
    /// Time has passed.
    Tick,
}

/// What follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Output {
    /// Ask the publisher now.
    Ask,
    /// The publisher does not answer.
    GiveUp,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    /// Nobody needs one, and the last request is long ago.
    #[default]
    Idle,
    /// Nobody needs one; before `until` another request would be too early.
    Resting { until: Instant },
    /// One is needed, but asking has to wait.
    Due { at: Instant },
    /// Asked; repeated [`MIN_GAP`] later when nothing came.
    Asked { at: Instant, attempts: u8 },
}

/// The requests for one encoding.
#[derive(Debug)]
pub struct KeyframeRequest {
    state: State,
    /// Quiet time after a request that was answered.
    gap: Duration,
}

impl Default for KeyframeRequest {
    /// As for the smallest layer.
    fn default() -> Self {
        Self { state: State::Idle, gap: MIN_GAP }
    }
}

impl KeyframeRequest {
    /// The encoding is the smallest of its publication, or not.
    pub const fn set_smallest(&mut self, is_smallest: bool) {
        self.gap = if is_smallest { MIN_GAP } else { UPPER_GAP };
    }

    /// Takes one input and returns what it leads to, if anything.
    #[must_use]
    pub fn handle_input(&mut self, now: Instant, input: Input) -> Option<Output> {
        use {Input::*, State::*};
        let first = Asked { at: now, attempts: 1 };
        let (next, output) = match (self.state, input) {
            (Idle, Needed) => (first, Some(Output::Ask)),
            (Idle, Arrived | Tick) => (Idle, None),

            (Resting { until }, Needed) if now < until => (Due { at: until }, None),
            (Resting { .. }, Needed) => (first, Some(Output::Ask)),
            (Resting { until }, Arrived | Tick) if now < until => (self.state, None),
            (Resting { .. }, Arrived | Tick) => (Idle, None),

            (Due { at }, Arrived) => (Resting { until: at }, None),
            (Due { at }, Needed | Tick) if now < at => (self.state, None),
            (Due { .. }, Needed | Tick) => (first, Some(Output::Ask)),

            (Asked { at, .. }, Arrived) => (Resting { until: at + self.gap }, None),
            (Asked { at, .. }, Needed | Tick) if now < at + MIN_GAP => (self.state, None),
            (Asked { attempts: MAX_ATTEMPTS, .. }, Needed | Tick) => (Idle, Some(Output::GiveUp)),
            (Asked { attempts, .. }, Needed | Tick) => {
                (Asked { at: now, attempts: attempts + 1 }, Some(Output::Ask))
            }
        };
        self.state = next;
        output
    }

    /// A keyframe came along with the answer to what was `asked` of another encoding: encoders make them of all at
    /// once. It rests as if it had been asked for itself.
    pub fn handle_companion(&mut self, asked: Instant) {
        let until = asked + self.gap;
        self.state = match self.state {
            State::Idle => State::Resting { until },
            State::Resting { until: own } => State::Resting { until: until.max(own) },
            state => state,
        };
    }

    /// Forgets what was needed: the encoding ended, or was muted. The quiet time stays.
    pub fn cancel(&mut self) {
        self.state = match self.state {
            State::Due { at } => State::Resting { until: at },
            State::Asked { at, .. } => State::Resting { until: at + self.gap },
            state => state,
        };
    }

    /// When a [`Tick`](Input::Tick) has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Idle | State::Resting { .. } => None,
            State::Due { at } => Some(at),
            State::Asked { at, .. } => Some(at + MIN_GAP),
        }
    }
}

#[cfg(test)]
mod tests;
