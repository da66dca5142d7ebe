//! Moderating: what a participant with the grant may do to the others and to the room.

use std::time::{Duration, Instant};

use switchyard_vocab::ids::{Identity, SessionId};

use super::{Asker, Control};
use crate::admission::{check_message, check_name};
use crate::codec_policy::CodecPolicy;
use crate::grants::{Grant, Grants};
use crate::notice::{EndReason, Notice};
use crate::refusal::Refusal;
use crate::room::Room;
use crate::room::key::RoomKey;

impl Control {
    /// What a session may do.
    pub(super) fn grants(&self, id: SessionId) -> Result<Grants, Refusal> {
        self.sessions.get(&id).map(|session| session.pass.permissions.grants).ok_or(Refusal::NotJoined)
    }

    fn moderated_room(&self, id: SessionId) -> Result<RoomKey, Refusal> {
        self.grants(id)?.check(Grant::Admin)?;
        self.sessions.get(&id).map(|session| session.room.clone()).ok_or(Refusal::NotJoined)
    }

    /// Sends somebody away, and keeps them away for a while if that is wanted.
    pub(super) fn kick(
        &mut self,
        now: Instant,
        id: SessionId,
        identity: &Identity,
        last_words: (Option<String>, Option<Duration>),
    ) -> Result<(), Refusal> {
        let room = self.moderated_room(id)?;
        self.take_pace(now, id)?;
        self.send_away(now, &room, identity, last_words).map(|_| ())
    }

    /// Lets nobody but moderators in any more, or everybody again.
    pub(super) fn set_locked(&mut self, now: Instant, id: SessionId, locked: bool) -> Result<(), Refusal> {
        let key = self.moderated_room(id)?;
        if self.rooms.get(&key).is_some_and(|room| room.locked == locked) {
            return Ok(());
        }
        self.take_pace(now, id)?;
        self.rooms.get_mut(&key).ok_or(Refusal::NotJoined)?.locked = locked;
        self.tell_room(&key);
        Ok(())
    }

    pub(super) fn set_room_metadata(
        &mut self,
        now: Instant,
        id: SessionId,
        metadata: Option<String>,
    ) -> Result<(), Refusal> {
        let key = self.moderated_room(id)?;
        self.check_metadata(metadata.as_deref())?;
        self.take_pace(now, id)?;
        self.rooms.get_mut(&key).ok_or(Refusal::NotJoined)?.metadata = metadata.map(Into::into);
        self.tell_room(&key);
        Ok(())
    }

    /// Has the room take other codecs of those who publish from now on.
    pub(super) fn set_room_codecs(
        &mut self,
        now: Instant,
        id: SessionId,
        codecs: &CodecPolicy,
    ) -> Result<(), Refusal> {
        let key = self.moderated_room(id)?;
        self.take_pace(now, id)?;
        if self.change_codecs(&key, codecs) {
            self.tell_room(&key);
        }
        Ok(())
    }

    /// Gives a room another choice of codecs, within the server's. What is published already goes on as it began.
    /// Gives back whether it was otherwise before.
    pub(super) fn change_codecs(&mut self, key: &RoomKey, wanted: &CodecPolicy) -> bool {
        let codecs = self.config.codecs.narrowed(wanted);
        let Some(room) = self.rooms.get_mut(key).filter(|room| *room.codecs != codecs) else { return false };
        room.codecs = codecs.into();
        true
    }

    /// Sends everybody away, whoever asks last.
    pub(super) fn end_room(&mut self, now: Instant, asker: Asker) -> Result<(), Refusal> {
        self.moderated_room(asker.session)?;
        let room = self.room_of(asker.session).ok_or(Refusal::NotJoined)?;
        let others: Vec<_> = room.membership.others(asker.session).map(|(other, _)| other).collect();
        for session in others {
            self.end_session(now, Asker { session, request: None }, EndReason::RoomEnded);
        }
        self.end_session(now, asker, EndReason::RoomEnded);
        Ok(())
    }

    /// Sends somebody away, whoever wants that. Gives back whether they were there.
    pub(super) fn send_away(
        &mut self,
        now: Instant,
        key: &RoomKey,
        identity: &Identity,
        (message, ban): (Option<String>, Option<Duration>),
    ) -> Result<bool, Refusal> {
        let limits = &self.config.limits;
        // Whoever can't come in need not be kept out, and a ban is kept for long.
        check_name("identity", identity.as_str(), limits.identity_bytes)?;
        check_message(message.as_ref().map_or(0, String::len), limits.message_bytes)?;
        let longest = limits.ban_seconds;
        if ban.is_some_and(|ban| ban > Duration::from_secs(longest)) {
            let limit = usize::try_from(longest).unwrap_or(usize::MAX);
            return Err(Refusal::LimitReached { what: "seconds of a ban", limit });
        }
        let session = self.rooms.get(key).and_then(|room| room.membership.session_of(identity));
        match ban {
            Some(ban) => self.bans.add(now, (key.clone(), identity.clone()), ban, limits.bans)?,
            None if session.is_none() => return Err(Refusal::UnknownParticipant(identity.to_string())),
            None => {}
        }
        if let Some(session) = session {
            let asker = Asker { session, request: None };
            self.end_session_with(now, asker, Notice::Kicked { message });
        }
        Ok(session.is_some())
    }

    /// Tells everybody in a room what is known of it now.
    pub(super) fn tell_room(&mut self, key: &RoomKey) {
        let Some(room) = self.rooms.get(key) else { return };
        let Room { metadata, locked, codecs, .. } = room;
        let notice =
            Notice::RoomChanged { metadata: metadata.clone(), locked: *locked, codecs: codecs.clone() };
        self.outputs.tell_all(room.membership.sessions(), &notice);
    }
}
