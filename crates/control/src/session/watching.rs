//! A connection on which a participant offers to receive what somebody else publishes.

use std::collections::BTreeMap;

use switchyard_bus::command::Command;
use switchyard_vocab::ids::{PeerId, PublicationId, SubscriptionId};
use switchyard_vocab::line::IceCredentials;

/// What is received on it. Nothing joins later, because only the participant could offer again.
pub(crate) struct Watching {
    peer: PeerId,
    /// The client's.
    remote: IceCredentials,
    carried: BTreeMap<PublicationId, SubscriptionId>,
}

impl Watching {
    pub(crate) const fn new(peer: PeerId, remote: IceCredentials) -> Self {
        Self { peer, remote, carried: BTreeMap::new() }
    }

    pub(crate) fn carry(&mut self, publication: PublicationId, subscription: SubscriptionId) {
        self.carried.insert(publication, subscription);
    }

    pub(crate) fn stop(&mut self, publication: PublicationId) -> Option<SubscriptionId> {
        self.carried.remove(&publication)
    }

    pub(crate) fn carries(&self, publication: PublicationId) -> bool {
        self.carried.contains_key(&publication)
    }

    pub(crate) const fn peer(&self) -> PeerId {
        self.peer
    }

    pub(crate) const fn remote_ice(&self) -> &IceCredentials {
        &self.remote
    }

    pub(crate) fn publications(&self) -> impl Iterator<Item = PublicationId> {
        self.carried.keys().copied()
    }

    pub(crate) fn subscriptions(&self) -> impl Iterator<Item = SubscriptionId> {
        self.carried.values().copied()
    }

    /// Goes on with other credentials at both ends.
    pub(crate) fn restart(&mut self, local: &IceCredentials, remote: IceCredentials) -> Command {
        self.remote = remote.clone();
        Command::RestartIce { peer: self.peer, local: local.clone(), remote: Some(remote) }
    }
}
