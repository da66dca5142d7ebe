//! A room: who is in it, what they publish, and who receives that.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::ids::{Identity, PublicationId, SessionId, WorkerId};
use switchyard_vocab::layer::Layers;

use crate::notice::{Participant, Publication};

/// Somebody in a room.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) identity: Identity,
    pub(crate) display_name: Option<String>,
    pub(crate) auto_subscribe: bool,
    /// One for all that this participant publishes, so that it is played in step.
    pub(crate) cname: String,
}

/// A publication as its room knows it.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) owner: SessionId,
    pub(crate) home: WorkerId,
    pub(crate) codec: Codec,
    pub(crate) about: Publication,
    pub(crate) layers: Layers,
    pub(crate) subscribers: BTreeSet<SessionId>,
}

/// A set of participants with what they publish. Knows nobody outside.
#[derive(Debug, Default)]
pub(crate) struct Room {
    members: BTreeMap<SessionId, Member>,
    by_identity: FxHashMap<Identity, SessionId>,
    tracks: BTreeMap<PublicationId, Track>,
}

impl Room {
    pub(crate) fn enter(&mut self, session: SessionId, member: Member) {
        self.by_identity.insert(member.identity.clone(), session);
        self.members.insert(session, member);
    }

    /// Takes somebody out, as a publisher and as a subscriber. Gives back who it was and what it
    /// published.
    pub(crate) fn leave(&mut self, session: SessionId) -> Option<(Member, Vec<Track>)> {
        let member = self.members.remove(&session)?;
        self.by_identity.remove(&member.identity);
        for track in self.tracks.values_mut() {
            track.subscribers.remove(&session);
        }
        let published = self.tracks.extract_if(.., |_, track| track.owner == session);
        let published = published.map(|(_, track)| track).collect();
        Some((member, published))
    }

    pub(crate) fn publish(&mut self, track: Track) {
        self.tracks.insert(track.about.id, track);
    }

    pub(crate) fn withdraw(&mut self, publication: PublicationId) -> Option<Track> {
        self.tracks.remove(&publication)
    }

    pub(crate) fn track_mut(&mut self, publication: PublicationId) -> Option<&mut Track> {
        self.tracks.get_mut(&publication)
    }

    pub(crate) fn track(&self, publication: PublicationId) -> Option<&Track> {
        self.tracks.get(&publication)
    }

    pub(crate) fn member(&self, session: SessionId) -> Option<&Member> {
        self.members.get(&session)
    }

    pub(crate) fn session_of(&self, identity: &Identity) -> Option<SessionId> {
        self.by_identity.get(identity).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.members.keys().copied()
    }

    /// Everybody but one.
    pub(crate) fn others(&self, session: SessionId) -> impl Iterator<Item = SessionId> {
        self.sessions().filter(move |&other| other != session)
    }

    /// Everybody who wants to receive all that others publish, but one.
    pub(crate) fn auto_subscribers_except(&self, session: SessionId) -> Vec<SessionId> {
        let wanting = self.members.iter().filter(|(id, member)| **id != session && member.auto_subscribe);
        wanting.map(|(&id, _)| id).collect()
    }

    /// What everybody but one publishes, the oldest first.
    pub(crate) fn tracks_of_others(&self, session: SessionId) -> Vec<PublicationId> {
        self.tracks.values().filter(|track| track.owner != session).map(|track| track.about.id).collect()
    }

    /// How the others appear to a participant.
    pub(crate) fn participants_except(&self, session: SessionId) -> Vec<Participant> {
        let mut published: FxHashMap<SessionId, Vec<Publication>> = FxHashMap::default();
        for track in self.tracks.values() {
            published.entry(track.owner).or_default().push(track.about.clone());
        }
        let others = self.members.iter().filter(|(id, _)| **id != session);
        others
            .map(|(id, member)| Participant {
                identity: member.identity.clone(),
                display_name: member.display_name.clone(),
                publications: published.remove(id).unwrap_or_default(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
