//! The driver: takes intents and events one at a time, gives commands and notices.
//!
//! It composes and decides little: what a participant may do is told in the modules beside it,
//! one per kind of request.

mod acting;
mod answering;
mod backing;
mod codec_changes;
mod events;
mod joining;
mod messaging;
mod moderating;
mod muting;
mod offering;
mod permitting;
mod publishing;
mod resuming;
mod subscribing;
mod trickling;
mod watching;

use std::collections::BTreeMap;
use std::time::Instant;

use rustc_hash::FxHashMap;
use switchyard_bus::event::Event;
use switchyard_vocab::ids::{SessionId, WorkerId};

use crate::admission;
use crate::bans::Bans;
use crate::config::ControlConfig;
use crate::deadlines::Deadlines;
use crate::directory::Directory;
use crate::intent::{Intent, Parts, Request, RequestId};
use crate::issuer::Issuer;
use crate::notice::{EndReason, Notice};
use crate::output_queue::OutputQueue;
use crate::refusal::Refusal;
use crate::revocations::Revocations;
use crate::room::Room;
use crate::room::key::RoomKey;
use crate::session::Session;
use crate::tenancy::Tenancy;

pub use crate::issuer::IssueCredentials;
pub use crate::output_queue::Output;

/// All sessions and rooms of a server.
///
/// After every `handle_*` call, empty it with [`poll_output`](Self::poll_output) and come back at
/// [`poll_timeout`](Self::poll_timeout). Outputs leave in an order that counts: the commands that
/// make a description true come before the notice that carries it.
pub struct Control {
    config: ControlConfig,
    issuer: Issuer,
    /// Sessions that have spoken but are in no room, with the time by which they must be.
    waiting: FxHashMap<SessionId, Instant>,
    sessions: BTreeMap<SessionId, Session>,
    rooms: BTreeMap<RoomKey, Room>,
    tenancy: Tenancy,
    revocations: Revocations,
    bans: Bans,
    directory: Directory,
    deadlines: Deadlines,
    outputs: OutputQueue,
    counted: Counted,
    overloaded: bool,
    /// Nobody new is let in, so that the server can be stopped when everybody has left.
    draining: bool,
    stopping: bool,
}

/// What is counted since start.
#[derive(Default)]
struct Counted {
    sessions_placed: u64,
    joins_accepted: u64,
    joins_refused: u64,
    joins_overloaded: u64,
    joins_draining: u64,
    sessions_resumed: u64,
    sessions_not_resumed: u64,
    requests_refused: u64,
    codec_changes: u64,
}

/// Who asks, and the number the answer has to carry.
#[derive(Clone, Copy)]
struct Asker {
    session: SessionId,
    request: Option<RequestId>,
}

impl Control {
    /// An empty server. `seed` decides every random choice; `issue_credentials` makes ICE
    /// credentials whose ufrag leads to the given worker.
    pub fn new(config: ControlConfig, seed: [u8; 32], issue_credentials: IssueCredentials) -> Self {
        Self {
            issuer: Issuer::new(seed, issue_credentials),
            directory: Directory::new(config.workers.len()),
            tenancy: Tenancy::new(config.quotas.clone()),
            revocations: Revocations::default(),
            bans: Bans::default(),
            config,
            waiting: FxHashMap::default(),
            sessions: BTreeMap::new(),
            rooms: BTreeMap::new(),
            deadlines: Deadlines::default(),
            outputs: OutputQueue::default(),
            counted: Counted::default(),
            overloaded: false,
            draining: false,
            stopping: false,
        }
    }

    /// Takes what a participant wants. A refused request changes nothing.
    pub fn handle_request(&mut self, now: Instant, request: Request) {
        let Request { session, id, intent } = request;
        let is_join = matches!(intent, Intent::Join(_));
        let asker = Asker { session, request: id };
        let parts = Parts::of(&intent);
        if let Err(refusal) = self.carry_out(now, asker, intent) {
            let at_fault = parts.at_fault(&refusal);
            self.refuse(now, asker, is_join, (refusal, at_fault));
        }
        self.handle_timeout(now);
    }

    /// Refuses what a participant wants without a look at it.
    pub fn turn_away(&mut self, now: Instant, request: &Request, refusal: Refusal) {
        let asker = Asker { session: request.session, request: request.id };
        self.refuse(now, asker, matches!(request.intent, Intent::Join(_)), (refusal, None));
    }

    fn refuse(
        &mut self,
        now: Instant,
        asker: Asker,
        is_join: bool,
        (refusal, at_fault): (Refusal, Option<&'static str>),
    ) {
        self.counted.requests_refused += 1;
        self.counted.joins_refused += u64::from(is_join);
        self.counted.joins_overloaded += u64::from(is_join && refusal == Refusal::Overloaded);
        self.counted.joins_draining += u64::from(refusal == Refusal::Draining);
        self.outputs.refuse((asker.session, asker.request), refusal, at_fault);
        self.expect_join(now, asker.session);
    }

    /// Takes what a worker tells.
    pub fn handle_event(&mut self, now: Instant, worker: WorkerId, event: Event) {
        self.on_event(now, worker, event);
        self.handle_timeout(now);
    }

    /// Does what is due at `now`. May be called at any time.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(session) = self.deadlines.take_due(now) {
            let asker = Asker { session, request: None };
            if self.waiting.contains_key(&session) {
                self.end_session(now, asker, EndReason::ProtocolError);
            } else if self.has_expired(now, session) {
                self.end_session(now, asker, EndReason::TokenExpired);
            } else if self.is_lingering(session) {
                self.tell_late(now, session);
                self.on_lingering_due(now, session);
            } else {
                self.tell_late(now, session);
                self.on_negotiation_due(now, session);
            }
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.soonest()
    }

    /// The next thing to be done, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop()
    }

    /// Lets nobody in for as long as a worker is behind. Whoever is in stays, and may do what they like.
    pub const fn set_overloaded(&mut self, overloaded: bool) {
        self.overloaded = overloaded;
    }

    /// Ends every session and lets nobody in any more. Peers are told to be closed; the workers
    /// themselves are stopped by whoever runs them.
    pub fn stop(&mut self, now: Instant) {
        self.stopping = true;
        let everybody: Vec<_> = self.waiting.keys().chain(self.sessions.keys()).copied().collect();
        for session in everybody {
            self.end_session(now, Asker { session, request: None }, EndReason::ServerStopping);
        }
    }

    fn carry_out(&mut self, now: Instant, asker: Asker, intent: Intent) -> Result<(), Refusal> {
        match intent {
            Intent::Join(join) => return self.join(now, asker, join),
            Intent::Leave => {
                self.leave(now, asker);
                return Ok(());
            }
            Intent::Disconnect { lost } => {
                self.disconnect(now, asker.session, lost);
                return Ok(());
            }
            Intent::Resume { by, heard } => {
                self.resume(now, asker.session, by, heard);
                return Ok(());
            }
            _ if !self.sessions.contains_key(&asker.session) => {
                return Err(if self.stopping { Refusal::Stopping } else { Refusal::NotJoined });
            }
            Intent::Offer { sdp, tracks } => return self.publish(now, asker, &sdp, &tracks),
            Intent::Ingest { sdp } => return self.ingest(now, asker, &sdp),
            Intent::Watch { identity, sdp, whole } => return self.watch(asker, &identity, (&sdp, whole)),
            Intent::Fragment { connection, fragment, may_restart } => {
                return self.take_fragment(asker, connection, &fragment, may_restart);
            }
            Intent::Answer { offer, sdp } => self.accept_answer(now, asker.session, offer, &sdp)?,
            Intent::Candidate { candidate, .. } => admission::check_candidate(&candidate)?,
            Intent::Unpublish { publication } => self.unpublish(now, asker.session, publication)?,
            Intent::SetMuted { publication, muted } => {
                self.set_muted(now, asker.session, publication, muted)?
            }
            Intent::Subscribe { publication } => self.subscribe(now, asker.session, publication)?,
            Intent::Unsubscribe { publication } => self.unsubscribe(now, asker.session, publication)?,
            Intent::SetMaxLayer { publication, layer } => {
                self.prefer(asker.session, publication, |preference| preference.max_layer = layer)?;
            }
            Intent::SetPaused { publication, paused } => {
                self.prefer(asker.session, publication, |preference| preference.paused = paused)?;
            }
            Intent::RestartIce => self.restart_subscribing(now, asker.session),
            Intent::SetName(name) => self.set_name(now, asker.session, name)?,
            Intent::SetMetadata(metadata) => self.set_metadata(now, asker.session, metadata)?,
            Intent::Message { text, to, at } => return self.send_message(now, asker, text, (to, at)),
            Intent::Kick { identity, message, ban } => {
                self.kick(now, asker.session, &identity, (message, ban))?;
            }
            Intent::SetLocked(locked) => self.set_locked(now, asker.session, locked)?,
            Intent::SetRoomCodecs(codecs) => self.set_room_codecs(now, asker.session, &codecs)?,
            Intent::SetRoomMetadata(metadata) => self.set_room_metadata(now, asker.session, metadata)?,
            Intent::EndRoom => return self.end_room(now, asker),
            Intent::Refresh(pass) => self.refresh(now, asker.session, pass)?,
        }
        self.done(asker);
        Ok(())
    }

    /// Confirms a request that carries a number; without one nobody could match the answer.
    fn done(&mut self, asker: Asker) {
        // Whoever sent itself away has heard.
        if asker.request.is_some() && self.sessions.contains_key(&asker.session) {
            self.outputs.reply(asker.session, asker.request, Notice::Done);
        }
    }

    fn room_of(&self, session: SessionId) -> Option<&Room> {
        self.rooms.get(&self.sessions.get(&session)?.room)
    }

    fn room_of_mut(&mut self, session: SessionId) -> Option<&mut Room> {
        self.rooms.get_mut(&self.sessions.get(&session)?.room)
    }

    /// Notes when a session next wants to be looked at; called after whatever may have moved that.
    fn rearm(&mut self, session: SessionId) {
        let deadlines = self.sessions.get(&session).map(|session| {
            // While nobody listens nothing is offered, and no answer is late.
            let presence = &session.presence;
            let offering =
                if presence.is_lingering() { presence.due() } else { session.subscribing.deadline() };
            [offering, session.mutes.deadline(), session.returns.deadline(), session.pass.expires_at]
        });
        self.deadlines.set(session, deadlines.into_iter().flatten().flatten().min());
    }

    /// Whether nobody listens for a session.
    fn is_lingering(&self, session: SessionId) -> bool {
        self.sessions.get(&session).is_some_and(|session| session.presence.is_lingering())
    }
}

#[cfg(test)]
mod tests;
