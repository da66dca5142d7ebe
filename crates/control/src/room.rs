//! A room: who is in it, what they publish, and who receives that.

pub(crate) mod key;
pub(crate) mod membership;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use rustc_hash::FxHashMap;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::ids::{PublicationId, SessionId, WorkerId};
use switchyard_vocab::layer::Layers;
use switchyard_vocab::profile::Format;

use crate::codec_policy::CodecPolicy;
use crate::notice::{Participant, Publication};
use membership::{Member, Membership};

/// A publication as its room knows it.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) owner: SessionId,
    pub(crate) home: WorkerId,
    pub(crate) format: Format,
    pub(crate) about: Publication,
    pub(crate) layers: Layers,
    pub(crate) subscribers: BTreeSet<SessionId>,
    /// The publication of which this is the same in another codec. Only its owner knows of it.
    pub(crate) backup_of: Option<PublicationId>,
    /// The publication that is the same as this in another codec.
    pub(crate) backup: Option<PublicationId>,
    /// Those who offer again once it can be had in a codec that they do not lack, with those that they lack.
    pub(crate) awaiting: BTreeMap<SessionId, Vec<Codec>>,
    /// Its publisher was asked for these.
    pub(crate) wanted_codecs: Vec<Codec>,
}

/// A set of participants with what they publish. Knows nobody outside.
#[derive(Debug, Default)]
pub(crate) struct Room {
    pub(crate) membership: Membership,
    /// When somebody first came.
    pub(crate) since: Option<Instant>,
    /// What the application has attached to it.
    pub(crate) metadata: Option<Arc<str>>,
    /// Nobody but those who moderate is let in.
    pub(crate) locked: bool,
    /// What it takes of those who publish from now on.
    pub(crate) codecs: Arc<CodecPolicy>,
    /// How many messages went to everybody.
    pub(crate) messages: u64,
    tracks: BTreeMap<PublicationId, Track>,
}

impl Room {
    /// A room with nobody in it.
    pub(crate) fn new(codecs: Arc<CodecPolicy>) -> Self {
        Self { codecs, ..Self::default() }
    }

    /// The same room with nobody in it, nor anything of theirs.
    pub(crate) fn without_anybody(&self) -> Self {
        Self {
            since: self.since,
            metadata: self.metadata.clone(),
            locked: self.locked,
            codecs: self.codecs.clone(),
            messages: self.messages,
            membership: Membership::default(),
            tracks: BTreeMap::new(),
        }
    }

    /// Takes somebody out, as a publisher and as a subscriber. Gives back who it was and what it
    /// published.
    pub(crate) fn leave(&mut self, session: SessionId) -> Option<(Member, Vec<Track>)> {
        let member = self.membership.leave(session)?;
        for track in self.tracks.values_mut() {
            track.subscribers.remove(&session);
            track.awaiting.remove(&session);
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

    /// Everybody who wants to receive all that others publish, but one.
    pub(crate) fn auto_subscribers_except(&self, session: SessionId) -> Vec<SessionId> {
        let wanting = self.membership.others(session).filter(|(_, member)| member.auto_subscribe);
        wanting.map(|(id, _)| id).collect()
    }

    /// What everybody but one publishes, the oldest first.
    pub(crate) fn tracks_of_others(&self, session: SessionId) -> Vec<PublicationId> {
        let others = self.visible().filter(|track| track.owner != session);
        others.map(|track| track.about.id).collect()
    }

    /// What one session publishes, the oldest first.
    pub(crate) fn tracks_of(&self, session: SessionId) -> impl Iterator<Item = &Track> {
        self.visible().filter(move |track| track.owner == session)
    }

    /// What one session publishes, second codecs of the same included.
    pub(crate) fn all_tracks_of(&self, session: SessionId) -> impl Iterator<Item = &Track> {
        self.tracks.values().filter(move |track| track.owner == session)
    }

    /// The publication that carries another one for somebody who has the decoders that `decodes` tells: that
    /// one itself, or else its backup.
    pub(crate) fn carrier(
        &self,
        publication: PublicationId,
        decodes: impl Fn(&Format) -> bool,
    ) -> Option<&Track> {
        let track = self.track(publication)?;
        let backup = track.backup.and_then(|backup| self.track(backup));
        [Some(track), backup].into_iter().flatten().find(|track| decodes(&track.format))
    }

    /// Everything that is published, but for second codecs of the same.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Track> {
        self.tracks.values().filter(|track| track.backup_of.is_none())
    }

    /// How somebody appears to those who see them.
    pub(crate) fn participant(&self, session: SessionId) -> Option<Participant> {
        let member = self.membership.get(session)?;
        Some(Participant {
            identity: member.identity.clone(),
            display_name: member.display_name.clone(),
            metadata: member.metadata.clone(),
            hidden: member.hidden,
            connected: member.connected,
            publications: self.tracks_of(session).map(|track| track.about.clone()).collect(),
        })
    }

    /// Everybody who is hidden, but one.
    pub(crate) fn hidden_except(&self, session: SessionId) -> Vec<Participant> {
        let hidden = self.membership.others(session).filter(|(_, other)| other.hidden);
        hidden.filter_map(|(id, _)| self.participant(id)).collect()
    }

    /// How the others appear to a participant.
    pub(crate) fn participants_except(&self, session: SessionId) -> Vec<Participant> {
        let mut published: FxHashMap<SessionId, Vec<Publication>> = FxHashMap::default();
        for track in self.visible() {
            published.entry(track.owner).or_default().push(track.about.clone());
        }
        let sees_hidden = self.membership.get(session).is_some_and(|member| member.sees_hidden);
        let others = self.membership.others(session).filter(|(_, other)| sees_hidden || !other.hidden);
        others
            .map(|(id, member)| Participant {
                identity: member.identity.clone(),
                display_name: member.display_name.clone(),
                metadata: member.metadata.clone(),
                hidden: member.hidden,
                connected: member.connected,
                publications: published.remove(&id).unwrap_or_default(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
