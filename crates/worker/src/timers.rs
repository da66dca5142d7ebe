//! Which peer has to be looked at next.
//!
//! A peer has one deadline: the earliest of everything it waits for. An entry that was overtaken by
//! an earlier one, or whose peer is gone, stays in the heap until its time and is then passed over;
//! looking at a peer too early does no harm.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use crate::peers::PeerKey;

/// Deadlines of peers, the earliest first.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, PeerKey)>>,
}

impl Timers {
    /// Wants `peer` to be looked at by `deadline`, if `armed` is not earlier already.
    pub(crate) fn arm(&mut self, armed: &mut Option<Instant>, deadline: Option<Instant>, peer: PeerKey) {
        let Some(deadline) = deadline else { return };
        if armed.is_some_and(|armed| armed <= deadline) {
            return;
        }
        *armed = Some(deadline);
        self.heap.push(Reverse((deadline, peer)));
    }

    /// The next peer whose deadline has come.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<(Instant, PeerKey)> {
        let &Reverse((deadline, _)) = self.heap.peek()?;
        if deadline > now {
            return None;
        }
        self.heap.pop().map(|Reverse(due)| due)
    }

    /// When the next deadline comes.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|&Reverse((deadline, _))| deadline)
    }
}
