//! The journal: what happens to sessions, peers and publications, as log lines.
//!
//! It only listens to what passes between control, workers and gateway, and remembers whose a peer
//! is, so that every line can name room and session. Lifecycles are `info`, decisions `debug`. It
//! never sees an address, and leaves names of participants to the gateway's span.

use std::collections::HashMap;

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_control::notice::{Addressed, Notice};
use switchyard_vocab::ids::{PeerId, RoomName, SessionId, WorkerId};
use tracing::field::display;
use tracing::{debug, info};

/// Remembers whose things are. Holds an entry per joined session and per peer that a worker has not
/// yet reported as ended; control's limits bound both.
#[derive(Default)]
pub(crate) struct Journal {
    rooms: HashMap<SessionId, RoomName>,
    peers: HashMap<PeerId, Owner>,
}

/// Whose a peer is.
struct Owner {
    session: SessionId,
    room: Option<RoomName>,
}

impl Journal {
    /// Notes what control tells a worker.
    pub(crate) fn note_command(&mut self, worker: WorkerId, command: &Command) {
        match command {
            Command::OpenPeer { peer, session, .. } => {
                let room = self.rooms.get(session).cloned();
                debug!(room = room.as_ref().map(display), %session, %peer, %worker, "peer expected");
                self.peers.insert(*peer, Owner { session: *session, room });
            }
            Command::Subscribe(subscribe) => {
                let (peer, publication) = (subscribe.peer, subscribe.publication);
                let subscription = subscribe.section.subscription;
                let (room, session) = facts(self.peers.get(&peer));
                debug!(room, session, %peer, %worker, %subscription, %publication, "subscribed");
            }
            Command::Unsubscribe { subscription } => debug!(%worker, %subscription, "unsubscribed"),
            _ => {}
        }
    }

    /// Notes what control tells a participant.
    pub(crate) fn note_notice(&mut self, addressed: &Addressed) {
        let session = addressed.session;
        let room = self.rooms.get(&session).map(display);
        match &addressed.notice {
            Notice::Joined { room, participants, .. } => {
                info!(%room, %session, others = participants.len(), "joined");
                self.rooms.insert(session, room.clone());
            }
            Notice::Snapshot(snapshot) => {
                let missed = snapshot.missed_messages;
                info!(room, session = %session, missed, "resumed");
            }
            last if let Some(reason) = last.end() => {
                match room {
                    Some(room) => info!(%room, %session, ?reason, "left"),
                    None => debug!(%session, ?reason, "ended without having joined"),
                }
                self.rooms.remove(&session);
            }
            Notice::Answer { publications, .. } => {
                for line in publications {
                    let (mid, publication) = (&line.mid, line.outcome.as_ref().ok().map(display));
                    let refused = line.outcome.as_ref().err().map(|refusal| refusal.code());
                    debug!(room, %session, %mid, publication, refused, "publication negotiated");
                }
            }
            Notice::Refused(refusal) => debug!(room, %session, code = refusal.code(), "request refused"),
            _ => {}
        }
    }

    /// Notes what a worker tells.
    pub(crate) fn note_event(&mut self, worker: WorkerId, event: &Event) {
        match event {
            Event::PeerOpened { peer, took } => {
                let (room, session) = facts(self.peers.get(peer));
                let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                info!(room, session, %peer, %worker, took_ms, "peer open");
            }
            Event::PeerEnded { peer, end } => {
                let owner = self.peers.remove(peer);
                let (room, session) = facts(owner.as_ref());
                info!(room, session, %peer, %worker, reason = end.as_str(), "peer ended");
            }
            Event::PublicationChanged { publication, layers, format } => {
                let live = layers.iter().filter(|layer| layer.live).count();
                let (seen, codec) = (layers.iter().count(), format.map(|format| format.codec.name()));
                debug!(%publication, %worker, live, seen, codec, "publication changed");
            }
            Event::SubscriptionChanged { subscription, decision } => {
                let layer = decision.layer.map(|layer| layer.0);
                let limited_by = decision.limited_by;
                debug!(%subscription, %worker, layer, ?limited_by, "subscription changed");
            }
        }
    }
}

/// Room and session of a peer, where known.
fn facts(owner: Option<&Owner>) -> (Option<impl tracing::Value>, Option<impl tracing::Value>) {
    let room = owner.and_then(|owner| owner.room.as_ref());
    (room.map(display), owner.map(|owner| display(owner.session)))
}

#[cfg(test)]
mod tests;
