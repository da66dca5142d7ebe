//! Moderating: what a participant with the grant may do to the others and to the room.

use std::time::{Duration, Instant};

use switchyard_vocab::ids::{Identity, SessionId};

use super::{Asker, Control};
use crate::admission::check_message;
use crate::grants::{Grant, Grants};
use crate::notice::{EndReason, Notice};
use crate::refusal::Refusal;

impl Control {
    /// What a session may do.
    pub(super) fn grants(&self, id: SessionId) -> Result<Grants, Refusal> {
        self.sessions.get(&id).map(|session| session.pass.permissions.grants).ok_or(Refusal::NotJoined)
    }

    /// Sends somebody away, and keeps them away for a while if that is wanted.
    pub(super) fn kick(
        &mut self,
        now: Instant,
        id: SessionId,
        identity: &Identity,
        (message, ban): (Option<String>, Option<Duration>),
    ) -> Result<(), Refusal> {
        self.grants(id)?.check(Grant::Admin)?;
        let limits = &self.config.limits;
        check_message(message.as_ref().map_or(0, String::len), limits.message_bytes)?;
        let longest = limits.ban_seconds;
        if ban.is_some_and(|ban| ban > Duration::from_secs(longest)) {
            let limit = usize::try_from(longest).unwrap_or(usize::MAX);
            return Err(Refusal::LimitReached { what: "seconds of a ban", limit });
        }
        let room = self.room_of(id).ok_or(Refusal::NotJoined)?;
        let session = room.membership.session_of(identity);
        if session.is_none() && ban.is_none() {
            return Err(Refusal::UnknownParticipant(identity.to_string()));
        }
        if let (Some(ban), Some(moderator)) = (ban, self.sessions.get(&id)) {
            let banned = (moderator.room.clone(), identity.clone());
            self.bans.add(now, banned, ban, self.config.limits.bans)?;
        }
        if let Some(session) = session {
            let asker = Asker { session, request: None };
            self.end_session_with(now, asker, Notice::Kicked { message });
        }
        Ok(())
    }

    /// Lets nobody but moderators in any more, or everybody again.
    pub(super) fn set_locked(&mut self, id: SessionId, locked: bool) -> Result<(), Refusal> {
        self.grants(id)?.check(Grant::Admin)?;
        let room = self.room_of_mut(id).ok_or(Refusal::NotJoined)?;
        if std::mem::replace(&mut room.locked, locked) != locked {
            self.tell_room(id);
        }
        Ok(())
    }

    pub(super) fn set_room_metadata(
        &mut self,
        now: Instant,
        id: SessionId,
        metadata: Option<String>,
    ) -> Result<(), Refusal> {
        self.grants(id)?.check(Grant::Admin)?;
        self.check_metadata(metadata.as_deref())?;
        self.take_pace(now, id)?;
        self.room_of_mut(id).ok_or(Refusal::NotJoined)?.metadata = metadata.map(Into::into);
        self.tell_room(id);
        Ok(())
    }

    /// Sends everybody away, whoever asks last.
    pub(super) fn end_room(&mut self, now: Instant, asker: Asker) -> Result<(), Refusal> {
        self.grants(asker.session)?.check(Grant::Admin)?;
        let room = self.room_of(asker.session).ok_or(Refusal::NotJoined)?;
        let others: Vec<_> = room.membership.others(asker.session).map(|(other, _)| other).collect();
        for session in others {
            self.end_session(now, Asker { session, request: None }, EndReason::RoomEnded);
        }
        self.end_session(now, asker, EndReason::RoomEnded);
        Ok(())
    }

    fn tell_room(&mut self, id: SessionId) {
        let Some(room) = self.room_of(id) else { return };
        let notice = Notice::RoomChanged { metadata: room.metadata.clone(), locked: room.locked };
        let everybody: Vec<_> = room.membership.sessions().collect();
        self.outputs.tell_all(everybody, &notice);
    }
}
