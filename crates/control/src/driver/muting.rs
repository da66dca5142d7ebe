//! Muting: what is silenced is silent at once; that it is, everybody is told at a bearable pace.

use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_vocab::ids::{PublicationId, SessionId};

use super::Control;
use crate::grants::Grant;
use crate::notice::Notice;
use crate::refusal::Refusal;
use crate::room::Track;

impl Control {
    pub(super) fn set_muted(
        &mut self,
        now: Instant,
        session: SessionId,
        publication: PublicationId,
        muted: bool,
    ) -> Result<(), Refusal> {
        let owner = self.mutable_track(session, publication, muted)?.owner;
        self.mute(now, owner, publication, muted);
        Ok(())
    }

    /// Silences or unsilences a publication, whoever wants that. Gives back whether it was otherwise before.
    pub(super) fn mute(
        &mut self,
        now: Instant,
        owner: SessionId,
        publication: PublicationId,
        muted: bool,
    ) -> bool {
        let room = self.room_of_mut(owner);
        let Some(track) = room.and_then(|room| room.track_mut(publication)) else { return false };
        if std::mem::replace(&mut track.about.muted, muted) == muted {
            return false;
        }
        let (home, backup, is_backup) = (track.home, track.backup, track.backup_of.is_some());
        for publication in [Some(publication), backup].into_iter().flatten() {
            self.outputs.command(home, Command::SetMuted { publication, muted });
        }
        if is_backup {
            return true;
        }

        let Some(publisher) = self.sessions.get_mut(&owner) else { return true };
        if publisher.mutes.is_told_now(now, publication) {
            self.tell_muted(owner, publication);
        }
        self.rearm(owner);
        true
    }

    /// Tells what changed so often that it had to wait.
    pub(super) fn tell_late(&mut self, now: Instant, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let (mutes, returns) = (session.mutes.take_late(now), session.returns.take_late(now));
        for publication in mutes {
            self.tell_muted(id, publication);
        }
        for () in returns {
            self.tell_presence(id);
        }
    }

    fn tell_muted(&mut self, owner: SessionId, publication: PublicationId) {
        let Some(room) = self.room_of(owner) else { return };
        let (Some(track), Some(member)) = (room.track(publication), room.membership.get(owner)) else {
            return;
        };
        let muted = track.about.muted;
        let notice = Notice::PublicationMuted { identity: member.identity.clone(), publication, muted };
        let everybody: Vec<_> = room.membership.sessions().collect();
        self.outputs.tell_all(everybody, &notice);
    }

    /// A track that a session may silence: its own, or anybody's when it moderates. Only its publisher gives it
    /// its voice again.
    fn mutable_track(
        &mut self,
        session: SessionId,
        publication: PublicationId,
        muted: bool,
    ) -> Result<&mut Track, Refusal> {
        let grants = self.grants(session)?;
        let room = self.room_of_mut(session).ok_or(Refusal::NotJoined)?;
        let unknown = || Refusal::UnknownPublication(publication.0);
        let track = room.track_mut(publication).ok_or_else(unknown)?;
        match track.owner == session {
            true => Ok(track),
            false if track.backup_of.is_some() => Err(unknown()),
            false if !muted => Err(Refusal::NotYours(publication.0)),
            false => grants.check(Grant::Admin).map(|()| track),
        }
    }
}
