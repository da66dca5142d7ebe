//! How often everybody is told what a participant may change as often as it likes.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::pace::Pace;

/// Mutes of one participant that are told per second, with twice as many in a burst. Each goes to the whole
/// room: more let one person who plays with a button keep everybody busy, fewer show a push-to-talk late.
pub(crate) const MUTES_PER_SECOND: u32 = 5;

/// Losses and returns of one participant that are told per second, with twice as many in a burst: one of each at
/// once. Each carries all that is known of the participant, and nobody's network comes and goes more often.
pub(crate) const PRESENCE_PER_SECOND: u32 = 1;

/// The pace, and what could not be told at once: the last state of each will be.
#[derive(Debug)]
pub(crate) struct Telling<K> {
    per_second: u32,
    pace: Pace,
    late: BTreeSet<K>,
    due: Option<Instant>,
}

impl<K: Ord> Telling<K> {
    /// Tells `per_second` for as long as it takes, which is not 0.
    pub(crate) fn new(per_second: u32) -> Self {
        Self { per_second, pace: Pace::default(), late: BTreeSet::new(), due: None }
    }

    /// Whether a change is told at once. If not, it waits.
    pub(crate) fn is_told_now(&mut self, now: Instant, what: K) -> bool {
        let is_told = self.late.is_empty() && self.pace.take(now, self.per_second);
        if !is_told {
            self.late.insert(what);
            let due = now + self.spacing();
            self.due.get_or_insert(due);
        }
        is_told
    }

    /// Takes out what waited for long enough.
    pub(crate) fn take_late(&mut self, now: Instant) -> Vec<K> {
        if self.due.is_none_or(|due| now < due) {
            return Vec::new();
        }
        let mut told = Vec::new();
        while !self.late.is_empty() && self.pace.take(now, self.per_second) {
            told.extend(self.late.pop_first());
        }
        self.due = (!self.late.is_empty()).then_some(now + self.spacing());
        told
    }

    /// When [`take_late`](Self::take_late) has something.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// What waits longer than the pace allows is looked at again after this.
    fn spacing(&self) -> Duration {
        Duration::from_secs(1) / self.per_second
    }
}
