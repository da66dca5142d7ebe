//! Coming and going: join, replace, leave, and all that has to be cleaned up after somebody.

use std::sync::Arc;
use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_vocab::ids::{SessionId, WorkerId};

use super::{Asker, Control};
use crate::admission::{check_name, check_optional, room_for_one_more};
use crate::intent::Join;
use crate::notice::{EndReason, Notice, Participant};
use crate::placement::WorkerLoad;
use crate::refusal::Refusal;
use crate::room::Room;
use crate::room::membership::Member;
use crate::session::Session;

impl Control {
    pub(super) fn join(&mut self, now: Instant, asker: Asker, join: Join) -> Result<(), Refusal> {
        let replaced = self.admit(now, asker.session, &join)?;
        // Whoever is alone in its room and comes back as itself finds it as it was.
        let left_behind = replaced.and_then(|_| self.rooms.get(&join.room_key())).map(Room::without_anybody);
        if let Some(session) = replaced {
            self.end_session(now, Asker { session, request: None }, EndReason::Replaced);
        }
        self.waiting.remove(&asker.session);
        self.deadlines.set(asker.session, None);
        self.counted.joins_accepted += 1;

        let auto_subscribe = join.auto_subscribe;
        self.enter(now, asker, join, left_behind);
        self.rearm(asker.session);
        if auto_subscribe {
            self.subscribe_to_all(now, asker.session);
        }
        Ok(())
    }

    /// Checks whether a session may join. Gives back the session it would replace.
    fn admit(&self, now: Instant, session: SessionId, join: &Join) -> Result<Option<SessionId>, Refusal> {
        if self.stopping {
            return Err(Refusal::Stopping);
        }
        if self.sessions.contains_key(&session) {
            return Err(Refusal::AlreadyJoined);
        }
        if self.overloaded {
            return Err(Refusal::Overloaded);
        }
        let limits = &self.config.limits;
        check_name("room", join.room.as_str(), limits.room_name_bytes)?;
        check_name("identity", join.identity.as_str(), limits.identity_bytes)?;
        check_optional("display name", join.display_name.as_deref(), limits.display_name_bytes)?;

        if self.revocations.covers(now, &join.pass, &join.identity) {
            return Err(Refusal::TokenRevoked);
        }
        self.check_metadata(join.metadata.as_deref())?;
        let key = join.room_key();
        self.bans.check(now, &key, &join.identity)?;
        let room = self.rooms.get(&key);
        let replaced = room.and_then(|room| room.membership.session_of(&join.identity));
        if replaced.is_some() {
            return Ok(replaced);
        }
        // Whoever is in may come back: elsewhere they would not find their room.
        if self.draining {
            return Err(Refusal::Draining);
        }
        if room.is_some_and(|room| room.locked) && !join.pass.permissions.grants.admin {
            return Err(Refusal::RoomLocked);
        }
        self.tenancy.check_join(&join.pass.tenant, room.is_none())?;
        let already_counted = usize::from(self.waiting.contains_key(&session));
        let held = self.sessions.len() + self.waiting.len() - already_counted;
        room_for_one_more("sessions", held, limits.sessions)?;
        match room {
            Some(room) => {
                room_for_one_more(
                    "participants per room",
                    room.membership.len(),
                    limits.participants_per_room,
                )?;
            }
            None => room_for_one_more("rooms", self.rooms.len(), limits.rooms)?,
        }
        Ok(None)
    }

    fn enter(&mut self, now: Instant, asker: Asker, join: Join, left_behind: Option<Room>) {
        let grants = join.pass.permissions.grants;
        let key = join.room_key();
        let metadata: Option<Arc<str>> = join.metadata.as_deref().map(Arc::from);
        let member = Member {
            identity: join.identity.clone(),
            display_name: join.display_name.clone(),
            since: now,
            metadata: metadata.clone(),
            messages: 0,
            auto_subscribe: join.auto_subscribe,
            hidden: grants.hidden,
            connected: true,
            sees_hidden: grants.admin,
            cname: self.issuer.cname(),
        };
        let newcomer = Participant {
            identity: join.identity.clone(),
            display_name: join.display_name.clone(),
            metadata: metadata.clone(),
            hidden: grants.hidden,
            connected: true,
            publications: Vec::new(),
        };
        self.tenancy.join(&key.tenant, !self.rooms.contains_key(&key));
        let codecs = join.pass.codecs.as_deref();
        let codecs =
            || codecs.map_or_else(|| self.config.codecs.clone(), |to| self.config.codecs.narrowed(to));
        let open = || left_behind.unwrap_or_else(|| Room::new(codecs().into()));
        let room = self.rooms.entry(key.clone()).or_insert_with(open);
        room.since.get_or_insert(now);
        room.membership.join(asker.session, member);
        let joined = Notice::Joined {
            room: join.room,
            identity: join.identity,
            display_name: join.display_name,
            own_metadata: metadata,
            participants: room.participants_except(asker.session),
            permissions: join.pass.permissions,
            metadata: room.metadata.clone(),
            locked: room.locked,
            codecs: room.codecs.clone(),
        };
        self.outputs.reply(asker.session, asker.request, joined);
        self.outputs.tell_all(room.membership.viewers(asker.session), &Notice::ParticipantJoined(newcomer));
        self.sessions.insert(asker.session, Session::new(key, join.pass));
    }

    /// Remembers that a session has spoken without being in a room, so that it has to join in time.
    pub(super) fn expect_join(&mut self, now: Instant, session: SessionId) {
        let known = self.sessions.contains_key(&session) || self.waiting.contains_key(&session);
        let held = self.sessions.len() + self.waiting.len();
        if known || self.stopping || held >= self.config.limits.sessions {
            return;
        }
        let until = now + self.config.join_timeout;
        self.waiting.insert(session, until);
        self.deadlines.set(session, Some(until));
    }

    /// Lets a session go. Somebody who is not here is told so only when it asked with a number:
    /// the gateway sends a leave without one for every connection it loses.
    pub(super) fn leave(&mut self, now: Instant, asker: Asker) {
        let known = self.sessions.contains_key(&asker.session) || self.waiting.contains_key(&asker.session);
        if known || asker.request.is_some() {
            self.end_session(now, asker, EndReason::Left);
        }
    }

    /// Ends a session and everything that hangs on it.
    pub(super) fn end_session(&mut self, now: Instant, asker: Asker, reason: EndReason) {
        self.end_session_with(now, asker, Notice::Ended(reason));
    }

    /// Ends a session with last words.
    pub(super) fn end_session_with(&mut self, now: Instant, asker: Asker, last: Notice) {
        let id = asker.session;
        self.waiting.remove(&id);
        self.deadlines.set(id, None);
        if let Some(session) = self.sessions.remove(&id) {
            for peer in session.peers() {
                self.close_peer(peer);
            }
            for subscription in session.subscriptions() {
                self.directory.subscriptions.remove(&subscription);
            }
            self.leave_room(now, id, &session);
        }
        self.outputs.reply(id, asker.request, last);
        self.outputs.listen(id);
    }

    fn leave_room(&mut self, now: Instant, id: SessionId, session: &Session) {
        let Some(room) = self.rooms.get_mut(&session.room) else { return };
        let viewers: Vec<_> = room.membership.viewers(id).collect();
        let Some((member, published)) = room.leave(id) else { return };
        let is_last = room.membership.len() == 0;
        if is_last {
            self.rooms.remove(&session.room);
        }
        let tenant = &session.pass.tenant;
        // What is given back is never refused.
        let _ = self.tenancy.set_aside(tenant, session.set_aside, None);
        self.tenancy.leave(tenant, is_last);
        for track in &published {
            self.forget_publication(now, track);
        }
        self.outputs.tell_all(viewers, &Notice::ParticipantLeft { identity: member.identity });
    }

    pub(super) fn close_peer(&mut self, peer: switchyard_vocab::ids::PeerId) {
        if let Some(entry) = self.directory.remove_peer(peer) {
            self.outputs.command(entry.worker, Command::ClosePeer { peer });
        }
    }

    /// The worker of a session's peers, chosen when the first of them is needed.
    pub(super) fn worker_of(&mut self, id: SessionId) -> Option<WorkerId> {
        if let Some(worker) = self.sessions.get(&id)?.worker {
            return Some(worker);
        }
        let worker = self.config.placement.choose(&self.loads(id), self.counted.sessions_placed)?;
        self.counted.sessions_placed += 1;
        self.sessions.get_mut(&id)?.worker = Some(worker);
        Some(worker)
    }

    fn loads(&self, id: SessionId) -> Vec<WorkerLoad> {
        let peers = self.directory.peers_per_worker().iter();
        let mut loads: Vec<_> = peers.map(|&peers| WorkerLoad { peers, of_room: 0 }).collect();
        let members = self.room_of(id).into_iter().flat_map(|room| room.membership.sessions());
        for member in members.filter_map(|member| self.sessions.get(&member)) {
            if let Some(load) = member.worker.and_then(|worker| loads.get_mut(worker.index())) {
                load.of_room += member.peers().count();
            }
        }
        loads
    }
}
