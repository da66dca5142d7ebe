//! Messaging: short texts to the room or to one of it, and what participants say of themselves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use switchyard_vocab::ids::{Identity, SessionId};

use super::acting::unknown_room;
use super::{Asker, Control};
use crate::act::ActError;
use crate::admission::{check_message, check_metadata, check_name};
use crate::grants::Grant;
use crate::notice::{Message, Notice};
use crate::refusal::Refusal;
use crate::room::Room;
use crate::room::key::RoomKey;

impl Control {
    /// Hands a text on and tells its sender the number it got. `at` is the time since 1970.
    pub(super) fn send_message(
        &mut self,
        now: Instant,
        asker: Asker,
        text: Arc<str>,
        (to, at): (Option<Identity>, Duration),
    ) -> Result<(), Refusal> {
        let id = asker.session;
        self.grants(id)?.check(Grant::Messages)?;
        check_message(text.len(), self.config.limits.message_bytes)?;
        let recipients = self.recipients(id, to.as_ref())?;
        self.take_pace(now, id)?;

        let room = self.room_of_mut(id).ok_or(Refusal::NotJoined)?;
        let from = room.membership.get(id).map(|member| member.identity.clone()).ok_or(Refusal::NotJoined)?;
        let number = number_for(room, to.as_ref());
        self.outputs.reply(id, asker.request, Notice::MessageSent { number });
        let message = Message { number, from: Some(from), to, text, at };
        self.hand_on(recipients, message);
        Ok(())
    }

    /// Has the server itself say something to everybody in a room, or to one. Gives back the number it got.
    pub(super) fn announce_text(
        &mut self,
        key: &RoomKey,
        text: Arc<str>,
        (to, at): (Option<Identity>, Duration),
    ) -> Result<u64, ActError> {
        check_message(text.len(), self.config.limits.message_bytes)?;
        let room = self.rooms.get_mut(key).ok_or_else(|| unknown_room(key))?;
        let recipients: Vec<_> = match &to {
            Some(identity) => {
                let absent = || Refusal::UnknownParticipant(identity.to_string());
                vec![room.membership.session_of(identity).ok_or_else(absent)?]
            }
            None => room.membership.sessions().collect(),
        };
        let number = number_for(room, to.as_ref());
        let message = Message { number, from: None, to, text, at };
        self.hand_on(recipients, message);
        Ok(number)
    }

    /// Tells a message, and keeps it for those whom it may not reach.
    fn hand_on(&mut self, recipients: Vec<SessionId>, message: Message) {
        let kept = Arc::new(message.clone());
        for recipient in &recipients {
            if let Some(session) = self.sessions.get_mut(recipient) {
                session.presence.messages.keep(kept.clone());
            }
        }
        self.outputs.tell_all(recipients, &Notice::Message(message));
    }

    /// Who gets a message: the others of the room, or the one whom the sender names and can see.
    fn recipients(&self, id: SessionId, to: Option<&Identity>) -> Result<Vec<SessionId>, Refusal> {
        let room = self.room_of(id).ok_or(Refusal::NotJoined)?;
        let Some(identity) = to else {
            return Ok(room.membership.others(id).map(|(other, _)| other).collect());
        };
        let recipient = room.membership.session_of(identity).filter(|&other| room.membership.sees(id, other));
        recipient.map(|one| vec![one]).ok_or_else(|| Refusal::UnknownParticipant(identity.to_string()))
    }

    pub(super) fn set_name(&mut self, now: Instant, id: SessionId, name: String) -> Result<(), Refusal> {
        self.grants(id)?.check(Grant::Rename)?;
        check_name("name", &name, self.config.limits.display_name_bytes)?;
        self.take_pace(now, id)?;
        if let Some(member) = self.room_of_mut(id).and_then(|room| room.membership.get_mut(id)) {
            member.display_name = Some(name);
        }
        self.tell_changed(id);
        Ok(())
    }

    pub(super) fn set_metadata(
        &mut self,
        now: Instant,
        id: SessionId,
        metadata: Option<String>,
    ) -> Result<(), Refusal> {
        self.grants(id)?.check(Grant::Rename)?;
        self.check_metadata(metadata.as_deref())?;
        self.take_pace(now, id)?;
        if let Some(member) = self.room_of_mut(id).and_then(|room| room.membership.get_mut(id)) {
            member.metadata = metadata.map(Into::into);
        }
        self.tell_changed(id);
        Ok(())
    }

    pub(super) fn check_metadata(&self, metadata: Option<&str>) -> Result<(), Refusal> {
        check_metadata(metadata, self.config.limits.metadata_bytes)
    }

    /// Refuses to tell everybody something too often: it costs as much as a room is large.
    pub(super) fn take_pace(&mut self, now: Instant, id: SessionId) -> Result<(), Refusal> {
        let rate = self.config.limits.messages_per_second;
        let session = self.sessions.get_mut(&id).ok_or(Refusal::NotJoined)?;
        if session.pace.take(now, rate) { Ok(()) } else { Err(Refusal::RateLimited { per_second: rate }) }
    }

    /// Tells everybody who sees a participant, itself included, how it appears now.
    pub(super) fn tell_changed(&mut self, id: SessionId) {
        let Some(room) = self.room_of(id) else { return };
        let Some(participant) = room.participant(id) else { return };
        let told: Vec<_> = room.membership.viewers(id).chain([id]).collect();
        self.outputs.tell_all(told, &Notice::ParticipantChanged(participant));
    }
}

/// The next number of the messages to everybody, or of those to one participant alone.
fn number_for(room: &mut Room, to: Option<&Identity>) -> u64 {
    let recipient = to.and_then(|identity| room.membership.session_of(identity));
    let count = match recipient.and_then(|recipient| room.membership.get_mut(recipient)) {
        Some(member) => &mut member.messages,
        None => &mut room.messages,
    };
    *count += 1;
    *count
}
