//! Who is to be called next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// One deadline per client. Deadlines that were replaced stay in the heap until their time and are
/// passed over then; there are never many, for clients replace them by later ones.
#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, usize)>>,
    armed: Vec<Option<Instant>>,
}

impl Timers {
    /// Sets the deadline of a client, in place of the one before.
    pub(super) fn arm(&mut self, index: usize, due: Option<Instant>) {
        if self.armed.len() <= index {
            self.armed.resize(index + 1, None);
        }
        let before = std::mem::replace(&mut self.armed[index], due);
        if let Some(due) = due.filter(|_| due != before) {
            self.heap.push(Reverse((due, index)));
        }
    }

    /// The earliest deadline; it may have been replaced.
    pub(super) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((due, _))| *due)
    }

    /// A client whose deadline has come. It has none from now on.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<usize> {
        while let Some(&Reverse((due, index))) = self.heap.peek() {
            if due > now {
                return None;
            }
            self.heap.pop();
            if self.armed.get(index).copied().flatten() == Some(due) {
                self.armed[index] = None;
                return Some(index);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
