//! Resuming: a session outlives the loss of its connection for a while, with its peers as they are.
//!
//! Nobody is told anything meanwhile: a snapshot says it all on the return, and what else has a state is told again
//! behind it.

use std::time::Instant;

use switchyard_vocab::ids::SessionId;

use super::{Asker, Control};
use crate::intent::{Connection, Heard, Resumption};
use crate::notice::{EndReason, Notice, Own, Snapshot};
use crate::session::Session;

impl Control {
    /// A connection is lost. Its session stays for a while, if another has not come in its place. Of one that is not
    /// there the gateway is told so, whatever it believed: it forgets a session by that alone.
    pub(super) fn disconnect(&mut self, now: Instant, id: SessionId, lost: Resumption) {
        let until = now + self.config.resume_for;
        match self.sessions.get_mut(&id) {
            Some(session) if until > now && !self.stopping => {
                if session.presence.lose(lost, until) {
                    self.outputs.silence(id);
                    self.tell_connected(now, id, false);
                    self.rearm(id);
                }
            }
            _ => self.end_session(now, Asker { session: id, request: None }, EndReason::Left),
        }
    }

    /// A participant is back on another connection, and has to hear all there is.
    pub(super) fn resume(&mut self, now: Instant, id: SessionId, by: Resumption, heard: Option<Heard>) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return self.end_session(now, Asker { session: id, request: None }, EndReason::NotResumed);
        };
        if !session.presence.resume(by) {
            return;
        }
        self.counted.sessions_resumed += 1;
        let offer = session.subscribing.resume(now);
        let (messages, missed_messages) = session.presence.messages.missed(heard);
        self.outputs.listen(id);
        let Some(mut snapshot) = self.snapshot(id) else { return };
        snapshot.missed_messages = missed_messages;
        snapshot.then.extend(messages.iter().map(|message| Notice::Message((**message).clone())));
        snapshot.then.extend(offer);
        self.outputs.tell(id, Notice::Snapshot(Box::new(snapshot)));
        self.tell_connected(now, id, true);
        self.rearm(id);
    }

    /// Somebody is back in time whose [`Resume`](crate::intent::Intent::Resume) is yet to be handed in: until then its
    /// session does not end for want of a connection.
    pub fn expect_return(&mut self, id: SessionId) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.presence.expect_return();
            self.rearm(id);
        }
    }

    /// Ends a session that nobody has come back to in time.
    pub(super) fn on_lingering_due(&mut self, now: Instant, id: SessionId) {
        let due = self.sessions.get(&id).and_then(|session| session.presence.due());
        if due.is_some_and(|due| due <= now) {
            self.counted.sessions_not_resumed += 1;
            self.end_session(now, Asker { session: id, request: None }, EndReason::NotResumed);
        }
        self.rearm(id);
    }

    /// Notes whether a participant listens, and tells those who see it at a bearable pace.
    fn tell_connected(&mut self, now: Instant, id: SessionId, connected: bool) {
        let room = self.room_of_mut(id);
        let Some(member) = room.and_then(|room| room.membership.get_mut(id)) else { return };
        if std::mem::replace(&mut member.connected, connected) == connected {
            return;
        }
        if self.sessions.get_mut(&id).is_some_and(|session| session.returns.is_told_now(now, ())) {
            self.tell_presence(id);
        }
    }

    /// Tells those who see a participant whether it listens.
    pub(super) fn tell_presence(&mut self, id: SessionId) {
        let Some(room) = self.room_of(id) else { return };
        let viewers: Vec<_> = room.membership.viewers(id).collect();
        if let Some(participant) = room.participant(id) {
            self.outputs.tell_all(viewers, &Notice::ParticipantChanged(participant));
        }
    }

    fn snapshot(&self, id: SessionId) -> Option<Snapshot> {
        let session = self.sessions.get(&id)?;
        let room = self.rooms.get(&session.room)?;
        let own = session.publishing.sections().map(|(mid, publication)| {
            let muted = room.track(publication).is_some_and(|track| track.about.muted);
            Own { mid, publication, muted }
        });
        let lines = [
            session.publishing.peer().map(|_| Connection::Publish),
            session.subscribing.peer().map(|_| Connection::Subscribe),
        ];
        let member = room.membership.get(id)?;
        Some(Snapshot {
            room: session.room.name.clone(),
            identity: member.identity.clone(),
            display_name: member.display_name.clone(),
            own_metadata: member.metadata.clone(),
            participants: room.participants_except(id),
            permissions: session.pass.permissions,
            metadata: room.metadata.clone(),
            locked: room.locked,
            codecs: room.codecs.clone(),
            own: own.collect(),
            subscriptions: session.subscribing.settled(),
            connections: lines.into_iter().flatten().collect(),
            missed_messages: 0,
            then: self.told_again(id, session),
        })
    }

    /// What has a state that a snapshot does not say: what is sent, what is received, what is asked for.
    fn told_again(&self, id: SessionId, session: &Session) -> Vec<Notice> {
        let Some(room) = self.rooms.get(&session.room) else { return Vec::new() };
        let mut again = Vec::new();
        for track in room.tracks_of(id) {
            let publication = track.about.id;
            again.push(Notice::PublicationLayers { publication, layers: track.layers });
            if track.backup.is_none() && !track.wanted_codecs.is_empty() {
                again.push(Notice::CodecWanted { publication, codecs: track.wanted_codecs.clone() });
            }
        }
        for (publication, wanted) in session.subscribing.all_wanted() {
            let carrier = room.track(wanted.carrier).filter(|_| wanted.flowing);
            again
                .extend(carrier.map(|track| Notice::PublicationLayers { publication, layers: track.layers }));
            again.extend(wanted.decision.map(|decision| {
                let decision = self.capped_decision(id, publication, decision);
                Notice::SubscriptionChanged { publication, decision }
            }));
        }
        again.retain(|notice| !matches!(notice, Notice::PublicationLayers { layers, .. } if layers.iter().next().is_none()));
        again
    }
}
