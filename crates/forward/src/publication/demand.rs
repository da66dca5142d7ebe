//! What all subscribers of a publication want of it, put together.

use switchyard_vocab::demand::{Demand, EncodingSet};
use switchyard_vocab::ids::{PublicationId, WorkerId};
use switchyard_vocab::layer::EncodingIndex;

/// On the publisher's worker: what the subscriptions here and the other workers want.
#[derive(Debug, Default)]
pub struct Demands {
    local: EncodingSet,
    /// One per worker that wants anything; there are at most 256 workers.
    remote: Vec<(WorkerId, EncodingSet)>,
}

impl Demands {
    /// Replaces what the subscriptions on this worker want.
    pub const fn set_local(&mut self, encodings: EncodingSet) {
        self.local = encodings;
    }

    /// Replaces what another worker wants; an empty set forgets the worker.
    pub fn set_worker(&mut self, worker: WorkerId, encodings: EncodingSet) {
        self.remote.retain(|&(known, _)| known != worker);
        if !encodings.is_empty() {
            self.remote.push((worker, encodings));
        }
    }

    /// Everything that anybody wants.
    pub fn total(&self) -> EncodingSet {
        self.remote.iter().fold(self.local, |total, &(_, wanted)| total.union(wanted))
    }

    /// The workers to which a packet of this encoding has to cross.
    pub fn workers(&self, encoding: EncodingIndex) -> impl Iterator<Item = WorkerId> + '_ {
        self.remote.iter().filter(move |(_, wanted)| wanted.contains(encoding)).map(|&(worker, _)| worker)
    }

    /// The workers that get anything at all: clocks and levels cross to all of them.
    pub fn all_workers(&self) -> impl Iterator<Item = WorkerId> + '_ {
        self.remote.iter().map(|&(worker, _)| worker)
    }
}

/// On a mirror's worker: the value that goes to the publisher's worker, the latest one winning.
#[derive(Debug)]
pub struct Upstream {
    wanted: Demand,
    sent: Option<EncodingSet>,
}

impl Upstream {
    /// Nothing is wanted yet.
    pub const fn new(publication: PublicationId) -> Self {
        let nothing = EncodingSet::NONE;
        Self { wanted: Demand { publication, encodings: nothing, keyframes: nothing }, sent: None }
    }

    /// Replaces what the subscriptions on this worker want.
    pub const fn set(&mut self, encodings: EncodingSet) {
        self.wanted.encodings = encodings;
    }

    /// A keyframe is needed.
    pub const fn want_keyframe(&mut self, encoding: EncodingIndex) {
        self.wanted.keyframes.insert(encoding);
    }

    /// The value to send, if the other side does not know it yet. Say [`sent`](Self::sent) once the
    /// lane took it; until then the value may change and is offered again.
    pub fn poll(&self) -> Option<Demand> {
        let is_news = self.sent != Some(self.wanted.encodings) || !self.wanted.keyframes.is_empty();
        is_news.then_some(self.wanted)
    }

    /// What was sent may not have been heard: if anything is wanted, it is offered again.
    pub fn repeat(&mut self) {
        if !self.wanted.encodings.is_empty() {
            self.sent = None;
        }
    }

    /// The lane took the value of the last [`poll`](Self::poll).
    pub const fn sent(&mut self) {
        self.sent = Some(self.wanted.encodings);
        self.wanted.keyframes = EncodingSet::NONE;
    }
}

#[cfg(test)]
mod tests;
