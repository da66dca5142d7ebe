//! The directory: whose a number is, and on which worker it lives.

use rustc_hash::FxHashMap;
use switchyard_vocab::decision::Decision;
use switchyard_vocab::ids::{PeerId, PublicationId, SessionId, SubscriptionId, WorkerId};

use crate::intent::Connection;

/// Whose peer it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct PeerEntry {
    pub(crate) session: SessionId,
    pub(crate) connection: Connection,
    pub(crate) worker: WorkerId,
    /// Media may flow.
    pub(crate) open: bool,
}

/// Which session receives which publication by a subscription.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct SubscriptionEntry {
    pub(crate) session: SessionId,
    pub(crate) publication: PublicationId,
    /// What its worker last told of it.
    pub(crate) decision: Option<Decision>,
}

impl SubscriptionEntry {
    pub(crate) const fn new(session: SessionId, publication: PublicationId) -> Self {
        Self { session, publication, decision: None }
    }
}

/// Finds the owner of a number that a worker mentions. Entries live exactly as long as what they
/// point at.
pub(crate) struct Directory {
    pub(crate) peers: FxHashMap<PeerId, PeerEntry>,
    pub(crate) publications: FxHashMap<PublicationId, SessionId>,
    pub(crate) subscriptions: FxHashMap<SubscriptionId, SubscriptionEntry>,
    peers_per_worker: Vec<usize>,
}

impl Directory {
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            peers: FxHashMap::default(),
            publications: FxHashMap::default(),
            subscriptions: FxHashMap::default(),
            peers_per_worker: vec![0; workers],
        }
    }

    pub(crate) fn add_peer(&mut self, peer: PeerId, entry: PeerEntry) {
        self.peers.insert(peer, entry);
        if let Some(count) = self.peers_per_worker.get_mut(entry.worker.index()) {
            *count += 1;
        }
    }

    pub(crate) fn remove_peer(&mut self, peer: PeerId) -> Option<PeerEntry> {
        let entry = self.peers.remove(&peer)?;
        if let Some(count) = self.peers_per_worker.get_mut(entry.worker.index()) {
            *count -= 1;
        }
        Some(entry)
    }

    /// How many peers each worker holds, in the order of their numbers.
    pub(crate) fn peers_per_worker(&self) -> &[usize] {
        &self.peers_per_worker
    }
}
