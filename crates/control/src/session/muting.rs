//! How often a participant's mutes are told.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use switchyard_vocab::ids::PublicationId;

use crate::pace::Pace;

/// Changes of one participant that are told per second, with twice as many in a burst. Each goes to the whole
/// room: more let one person who plays with a button keep everybody busy, fewer show a push-to-talk late.
const TOLD_PER_SECOND: u32 = 5;

/// What waits longer than the pace allows is looked at again after this.
const LATER: Duration = Duration::from_millis(1_000 / TOLD_PER_SECOND as u64);

/// The pace, and what could not be told at once: the last state of each track will be.
#[derive(Debug, Default)]
pub(crate) struct Muting {
    pace: Pace,
    late: BTreeSet<PublicationId>,
    due: Option<Instant>,
}

impl Muting {
    /// Whether a change is told at once. If not, it waits.
    pub(crate) fn is_told_now(&mut self, now: Instant, publication: PublicationId) -> bool {
        let is_told = self.late.is_empty() && self.pace.take(now, TOLD_PER_SECOND);
        if !is_told {
            self.late.insert(publication);
            self.due.get_or_insert(now + LATER);
        }
        is_told
    }

    /// Takes out what waited for long enough.
    pub(crate) fn take_late(&mut self, now: Instant) -> Vec<PublicationId> {
        if self.due.is_none_or(|due| now < due) {
            return Vec::new();
        }
        let mut told = Vec::new();
        while !self.late.is_empty() && self.pace.take(now, TOLD_PER_SECOND) {
            told.extend(self.late.pop_first());
        }
        self.due = (!self.late.is_empty()).then_some(now + LATER);
        told
    }

    /// When [`take_late`](Self::take_late) has something.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.due
    }
}
