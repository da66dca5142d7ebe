//! Which peer has to be looked at next.
//!
//! A peer has one deadline: the earliest of everything it waits for. The heap holds one entry for
//! each peer that has one and knows where it is, so that a deadline that moves leaves nothing
//! behind to be woken for.

use std::time::Instant;

use crate::peers::PeerKey;

/// Deadlines of peers, the earliest first.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    /// A binary heap: no entry is later than those at twice its place and one or two further.
    heap: Vec<(Instant, PeerKey)>,
    /// Where in the heap a peer's entry is, by the peer's place.
    places: Vec<Option<usize>>,
}

impl Timers {
    /// Wants `peer` to be looked at by `deadline` and not before, or no more at all.
    pub(crate) fn set(&mut self, peer: PeerKey, deadline: Option<Instant>) {
        let place = self.places.get(peer.0).copied().flatten();
        match (place, deadline) {
            (None, None) => {}
            (Some(place), None) => self.remove(place),
            (Some(place), Some(deadline)) => {
                if let Some(entry) = self.heap.get_mut(place) {
                    entry.0 = deadline;
                }
                self.settle(place);
            }
            (None, Some(deadline)) => {
                if self.places.len() <= peer.0 {
                    self.places.resize(peer.0 + 1, None);
                }
                self.heap.push((deadline, peer));
                self.settle(self.heap.len() - 1);
            }
        }
    }

    /// The next peer whose deadline has come; it has none from then on.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<PeerKey> {
        let &(_, peer) = self.heap.first().filter(|(deadline, _)| *deadline <= now)?;
        self.remove(0);
        Some(peer)
    }

    /// When the next deadline comes.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.first().map(|&(deadline, _)| deadline)
    }

    fn remove(&mut self, place: usize) {
        let (_, peer) = self.heap.swap_remove(place);
        self.places[peer.0] = None;
        if place < self.heap.len() {
            self.settle(place);
        }
    }

    /// Moves an entry to where it belongs.
    fn settle(&mut self, mut place: usize) {
        while place > 0 && self.is_before(place, (place - 1) / 2) {
            self.heap.swap(place, (place - 1) / 2);
            self.note_place(place);
            place = (place - 1) / 2;
        }
        loop {
            let mut first = place;
            for below in [2 * place + 1, 2 * place + 2] {
                if below < self.heap.len() && self.is_before(below, first) {
                    first = below;
                }
            }
            if first == place {
                break;
            }
            self.heap.swap(place, first);
            self.note_place(place);
            place = first;
        }
        self.note_place(place);
    }

    fn is_before(&self, a: usize, b: usize) -> bool {
        self.heap[a] < self.heap[b]
    }

    fn note_place(&mut self, place: usize) {
        if let Some(&(_, peer)) = self.heap.get(place) {
            self.places[peer.0] = Some(place);
        }
    }
}

#[cfg(test)]
mod tests;
