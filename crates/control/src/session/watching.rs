//! A connection on which a participant offers to receive what somebody else publishes.

use std::collections::BTreeMap;

use switchyard_bus::command::Command;
use switchyard_vocab::ids::{PeerId, PublicationId, SubscriptionId};
use switchyard_vocab::line::IceCredentials;

use crate::session::line::OurEnd;

/// What is received on it. Nothing joins later, because only the participant could offer again.
pub(crate) struct Watching {
    peer: PeerId,
    ours: OurEnd,
    /// The client's.
    remote: IceCredentials,
    carried: BTreeMap<PublicationId, Carried>,
}

/// A publication that is received.
struct Carried {
    subscription: SubscriptionId,
    /// Whose media that is: its own, or its backup's.
    carrier: PublicationId,
}

impl Watching {
    pub(crate) const fn new(peer: PeerId, ours: OurEnd, remote: IceCredentials) -> Self {
        Self { peer, ours, remote, carried: BTreeMap::new() }
    }

    pub(crate) fn carry(
        &mut self,
        publication: PublicationId,
        carrier: PublicationId,
        subscription: SubscriptionId,
    ) {
        self.carried.insert(publication, Carried { subscription, carrier });
    }

    pub(crate) fn stop(&mut self, publication: PublicationId) -> Option<SubscriptionId> {
        self.carried.remove(&publication).map(|carried| carried.subscription)
    }

    /// The publication whose media one is received as.
    pub(crate) fn carrier_of(&self, publication: PublicationId) -> Option<PublicationId> {
        self.carried.get(&publication).map(|carried| carried.carrier)
    }

    pub(crate) const fn peer(&self) -> PeerId {
        self.peer
    }

    pub(crate) const fn our_end(&self) -> &OurEnd {
        &self.ours
    }

    pub(crate) const fn remote_ice(&self) -> &IceCredentials {
        &self.remote
    }

    pub(crate) fn publications(&self) -> impl Iterator<Item = PublicationId> {
        self.carried.keys().copied()
    }

    pub(crate) fn subscriptions(&self) -> impl Iterator<Item = SubscriptionId> {
        self.carried.values().map(|carried| carried.subscription)
    }

    /// Goes on with other credentials at both ends.
    pub(crate) fn restart(&mut self, ours: OurEnd, remote: IceCredentials) -> Command {
        self.ours = ours;
        self.remote = remote.clone();
        Command::RestartIce { peer: self.peer, local: self.ours.ice.clone(), remote: Some(remote) }
    }
}
