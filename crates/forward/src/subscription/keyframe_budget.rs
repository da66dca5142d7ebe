//! How many keyframes one subscriber may cause by asking for them.
//!
//! A keyframe goes to everybody who gets the encoding and costs each of them bitrate. What a
//! subscription needs by itself, at its start or for another layer, is not counted here.

use std::time::{Duration, Instant};

use switchyard_vocab::bucket::Bucket;

/// Requests granted in a row. Fewer and three losses in quick succession freeze an honest subscriber
/// for seconds; more and every newcomer may shake everybody else's picture longer.
const BURST: u32 = 3;

/// Time in which one request is earned back. Shorter lets one bad path cost all others bitrate for
/// ever; longer leaves a picture broken longer on a path that loses more than resending repairs.
const EARNED_IN: Duration = Duration::from_secs(3);

/// How long after a granted request another one means the same: receivers repeat themselves several
/// times a second, and the publisher is asked again meanwhile without their help.
const SAME_REQUEST: Duration = Duration::from_secs(1);

/// What becomes of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Admission {
    /// It may be passed on.
    Granted,
    /// It repeats one that was passed on a moment ago.
    Repeated,
    /// It is kept until there is room for it.
    Kept,
}

/// The requests of one subscriber.
#[derive(Debug, Default)]
pub(super) struct KeyframeBudget {
    bucket: Bucket,
    /// When a request was last granted.
    granted: Option<Instant>,
    /// A request that found no room, and when it first came.
    kept: Option<Instant>,
}

impl KeyframeBudget {
    /// The subscriber asks. `shown` is when a keyframe last began to be sent to it.
    pub(super) fn handle_request(&mut self, now: Instant, shown: Option<Instant>) -> Admission {
        let is_recent = |at: &Instant| now.saturating_duration_since(*at) < SAME_REQUEST;
        if self.granted.filter(is_recent).is_some_and(|granted| shown.is_none_or(|shown| shown <= granted)) {
            return Admission::Repeated;
        }
        if self.grants(now) {
            return Admission::Granted;
        }
        self.kept.get_or_insert(now);
        Admission::Kept
    }

    /// Whether a request that was kept may be passed on now. A keyframe `shown` since then has served
    /// it.
    pub(super) fn poll(&mut self, now: Instant, shown: Option<Instant>) -> bool {
        self.kept = self.kept.filter(|&kept| shown.is_none_or(|shown| shown < kept));
        self.kept.is_some() && self.grants(now)
    }

    /// Forgets what was kept: it will be asked for in another way, or not at all.
    pub(super) const fn forget(&mut self) {
        self.kept = None;
    }

    /// When [`poll`](Self::poll) has something to do.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.kept.map(|kept| self.bucket.ready_at(kept, EARNED_IN, EARNED_IN * BURST))
    }

    fn grants(&mut self, now: Instant) -> bool {
        let has = self.bucket.has(now, EARNED_IN, EARNED_IN * BURST);
        if has {
            self.bucket.take(now, EARNED_IN);
            (self.granted, self.kept) = (Some(now), None);
        }
        has
    }
}

#[cfg(test)]
mod tests;
