//! What workers tell, passed on to whom it concerns. Events about what is gone are too late and
//! mean nothing.

use std::time::Instant;

use switchyard_bus::event::Event;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::decision::{Decision, LimitingFactor};
use switchyard_vocab::ids::{PeerId, PublicationId, SessionId, SubscriptionId, WorkerId};
use switchyard_vocab::layer::Layers;

use super::Control;
use crate::directory::SubscriptionEntry;
use crate::intent::Connection;
use crate::notice::{ConnectionState, Notice};

impl Control {
    pub(super) fn on_event(&mut self, now: Instant, worker: WorkerId, event: Event) {
        match event {
            Event::PeerOpened { peer, .. } => self.on_peer_opened(worker, peer),
            Event::PeerEnded { peer, end } => self.on_peer_ended(now, worker, peer, end),
            Event::PublicationChanged { publication, layers, format } => {
                self.on_publication_changed(publication, layers);
                if let Some(format) = format {
                    self.on_format(now, publication, format);
                }
            }
            Event::SubscriptionChanged { subscription, decision } => {
                self.on_subscription_changed(subscription, decision);
            }
        }
    }

    fn on_peer_opened(&mut self, worker: WorkerId, peer: PeerId) {
        let Some(entry) = self.directory.peers.get_mut(&peer).filter(|entry| entry.worker == worker) else {
            return;
        };
        entry.open = true;
        let notice = Notice::ConnectionChanged { connection: entry.connection, state: ConnectionState::Open };
        self.outputs.tell(entry.session, notice);
    }

    fn on_peer_ended(&mut self, now: Instant, worker: WorkerId, peer: PeerId, end: LineEnd) {
        let Some(entry) = self.directory.peers.get(&peer).filter(|entry| entry.worker == worker).copied()
        else {
            return;
        };
        self.directory.remove_peer(peer);
        match entry.connection {
            Connection::Publish => self.on_publishing_ended(now, entry.session),
            Connection::Subscribe => {
                self.on_watching_ended(entry.session, peer);
                self.on_subscribing_ended(now, entry.session);
            }
        }
        self.tell_ended(entry.session, entry.connection, end);
    }

    pub(super) fn tell_ended(&mut self, session: SessionId, connection: Connection, end: LineEnd) {
        let state = ConnectionState::Ended(end);
        self.outputs.tell(session, Notice::ConnectionChanged { connection, state });
    }

    fn on_publication_changed(&mut self, publication: PublicationId, layers: Layers) {
        let Some(&owner) = self.directory.publications.get(&publication) else { return };
        let Some(room) = self.room_of_mut(owner) else { return };
        let Some(track) = room.track_mut(publication) else { return };
        track.layers = layers;
        let track = track.clone();
        let (known_as, receivers) = self.receivers_of(&track);
        self.outputs.tell_all(receivers, &Notice::PublicationLayers { publication: known_as, layers });
        self.outputs.tell(owner, Notice::PublicationLayers { publication, layers });
    }

    fn on_subscription_changed(&mut self, subscription: SubscriptionId, decision: Decision) {
        let Some(&entry) = self.directory.subscriptions.get(&subscription) else { return };
        let SubscriptionEntry { session, publication, .. } = entry;
        if let Some(subscriber) = self.sessions.get_mut(&session) {
            subscriber.subscribing.note_decision(publication, decision);
        }
        let decision = self.capped_decision(session, publication, decision);
        if let Some(entry) = self.directory.subscriptions.get_mut(&subscription) {
            entry.decision = Some(decision);
        }
        self.outputs.tell(session, Notice::SubscriptionChanged { publication, decision });
    }

    /// Workers know one bound on layers, the preference; whose it is in truth is known here.
    pub(super) fn capped_decision(
        &self,
        session: SessionId,
        publication: PublicationId,
        decision: Decision,
    ) -> Decision {
        let is_capped = || {
            let session = self.sessions.get(&session)?;
            let wanted = session.subscribing.wanted(publication)?.preference;
            Some(!wanted.paused && session.pass.permissions.caps.bound(wanted) != wanted)
        };
        match decision.limited_by {
            LimitingFactor::Preference if is_capped().unwrap_or_default() => {
                Decision { limited_by: LimitingFactor::TokenCap, ..decision }
            }
            _ => decision,
        }
    }
}
