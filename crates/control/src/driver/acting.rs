//! Acting: what the operator does.

use std::time::{Duration, Instant};

use switchyard_vocab::ids::{Identity, PublicationId, SessionId};

use super::{Asker, Control};
use crate::act::{Act, ActError, Acted, ParticipantChange, Revoked, RoomChange, RoomKey};
use crate::admission::check_name;
use crate::grants::Pass;
use crate::notice::EndReason;
use crate::refusal::Refusal;

impl Control {
    /// Carries out what the operator does. A refused act changes nothing.
    ///
    /// # Errors
    /// What it is about is not there, or a limit is reached.
    pub fn handle_act(&mut self, now: Instant, act: Act) -> Result<Acted, ActError> {
        let acted = match act {
            Act::Revoke { tenant, revoked, lasts } => {
                if let Revoked::Identity(identity) = &revoked {
                    check_name("identity", identity.as_str(), self.config.limits.identity_bytes)?;
                }
                let until = now.checked_add(lasts).unwrap_or(now + LONGEST_REVOCATION);
                let limit = self.config.limits.revocations;
                self.revocations.add(now, (tenant, revoked, until), limit)?;
                Acted { ended: self.end_revoked(now), changed: true, ..Acted::default() }
            }
            Act::LiftRevocation { tenant, revoked } => {
                let lifted = self.revocations.lift(now, &tenant, &revoked);
                if lifted { CHANGED } else { return Err(ActError::NotRevoked) }
            }
            Act::ChangeRoom { room, change } => changed(self.change_room(&room, change)?),
            Act::EndRoom { room } => self.close_room(now, &room)?,
            Act::Announce { room, text, to, at } => {
                Acted { message: Some(self.announce_text(&room, text, (to, at))?), ..CHANGED }
            }
            Act::Kick { room, identity, message, ban } => {
                let was_here = self.send_away(now, &room, &identity, (message, ban))?;
                Acted { ended: usize::from(was_here), ..CHANGED }
            }
            Act::LiftBan { room, identity } => {
                let lifted = self.bans.lift(now, &room, &identity);
                if lifted { CHANGED } else { return Err(ActError::NotBanned(identity.to_string())) }
            }
            Act::Mute { room, identity, publication } => {
                changed(self.silence(now, &room, &identity, publication)?)
            }
            Act::ChangeParticipant { room, identity, change } => {
                changed(self.change_participant(now, &room, &identity, change)?)
            }
            Act::SetDraining(draining) => {
                changed(std::mem::replace(&mut self.draining, draining) != draining)
            }
        };
        self.handle_timeout(now);
        Ok(acted)
    }

    fn end_revoked(&mut self, now: Instant) -> usize {
        let revoked: Vec<_> = self.sessions.keys().copied().filter(|&id| self.is_revoked(now, id)).collect();
        for &session in &revoked {
            self.end_session(now, Asker { session, request: None }, EndReason::TokenRevoked);
        }
        revoked.len()
    }

    fn is_revoked(&self, now: Instant, id: SessionId) -> bool {
        let Some(session) = self.sessions.get(&id) else { return false };
        let member = self.rooms.get(&session.room).and_then(|room| room.membership.get(id));
        member.is_some_and(|member| self.revocations.covers(now, &session.pass, &member.identity))
    }

    fn change_room(&mut self, key: &RoomKey, change: RoomChange) -> Result<bool, ActError> {
        let RoomChange { metadata, locked, codecs } = change;
        self.check_metadata(metadata.as_ref().and_then(|metadata| metadata.as_deref()))?;
        let room = self.rooms.get_mut(key).ok_or_else(|| unknown_room(key))?;
        let before = (room.metadata.clone(), room.locked);
        if let Some(metadata) = metadata {
            room.metadata = metadata.map(Into::into);
        }
        room.locked = locked.unwrap_or(room.locked);
        let mut is_changed = before != (room.metadata.clone(), room.locked);
        if let Some(codecs) = codecs {
            is_changed |= self.change_codecs(key, &codecs);
        }
        if is_changed {
            self.tell_room(key);
        }
        Ok(is_changed)
    }

    fn close_room(&mut self, now: Instant, key: &RoomKey) -> Result<Acted, ActError> {
        let room = self.rooms.get(key).ok_or_else(|| unknown_room(key))?;
        let everybody: Vec<_> = room.membership.sessions().collect();
        for &session in &everybody {
            self.end_session(now, Asker { session, request: None }, EndReason::RoomEnded);
        }
        Ok(Acted { ended: everybody.len(), ..CHANGED })
    }

    fn silence(
        &mut self,
        now: Instant,
        key: &RoomKey,
        identity: &Identity,
        publication: PublicationId,
    ) -> Result<bool, ActError> {
        let owner = self.session_named(key, identity)?;
        let track = self.rooms.get(key).and_then(|room| room.track(publication));
        track
            .filter(|track| track.owner == owner && track.backup_of.is_none())
            .ok_or(Refusal::UnknownPublication(publication.0))?;
        Ok(self.mute(now, owner, publication, true))
    }

    fn change_participant(
        &mut self,
        now: Instant,
        key: &RoomKey,
        identity: &Identity,
        change: ParticipantChange,
    ) -> Result<bool, ActError> {
        let ParticipantChange { display_name, metadata, permissions } = change;
        if let Some(name) = &display_name {
            check_name("name", name, self.config.limits.display_name_bytes)?;
        }
        self.check_metadata(metadata.as_ref().and_then(|metadata| metadata.as_deref()))?;
        let id = self.session_named(key, identity)?;
        let pass = self.sessions.get(&id).map(|session| session.pass.clone()).ok_or(Refusal::NotJoined)?;
        let after = permissions.apply(pass.permissions);
        let is_permitted_otherwise = after != pass.permissions;
        if is_permitted_otherwise {
            self.take_pass(now, id, Pass { permissions: after, ..pass })?;
        }
        let room = self.rooms.get_mut(key).ok_or_else(|| unknown_room(key))?;
        let Some(member) = room.membership.get_mut(id) else { return Ok(is_permitted_otherwise) };
        let before = (member.display_name.clone(), member.metadata.clone());
        member.display_name = display_name.or_else(|| member.display_name.clone());
        if let Some(metadata) = metadata {
            member.metadata = metadata.map(Into::into);
        }
        let appears_otherwise = before != (member.display_name.clone(), member.metadata.clone());
        if appears_otherwise {
            self.tell_changed(id);
        }
        Ok(is_permitted_otherwise || appears_otherwise)
    }

    fn session_named(&self, key: &RoomKey, identity: &Identity) -> Result<SessionId, ActError> {
        let room = self.rooms.get(key).ok_or_else(|| unknown_room(key))?;
        let session = room.membership.session_of(identity);
        session.ok_or_else(|| Refusal::UnknownParticipant(identity.to_string()).into())
    }
}

const CHANGED: Acted = Acted { ended: 0, changed: true, message: None };

const fn changed(changed: bool) -> Acted {
    Acted { changed, ..CHANGED }
}

pub(super) fn unknown_room(key: &RoomKey) -> ActError {
    ActError::UnknownRoom(key.name.to_string())
}

/// Used where a time is beyond what the clock counts: longer than any server runs.
const LONGEST_REVOCATION: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);
