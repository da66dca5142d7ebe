//! Offering: when it is time, the server offers what a participant wants to receive; when the
//! answer is here, it flows.

use std::time::Instant;

use switchyard_bus::command::{Command, Subscribe};
use switchyard_sdp::RemoteDescription;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::ids::{SessionId, WorkerId};

use super::Control;
use super::publishing::NO_WORKERS;
use crate::directory::{PeerEntry, SubscriptionEntry};
use crate::intent::{Connection, OfferId};
use crate::notice::Notice;
use crate::refusal::Refusal;
use crate::session::negotiation::Output;
use crate::session::subscribing::{Flowing, Subject};

impl Control {
    /// Looks at a session whose time has come.
    pub(super) fn on_negotiation_due(&mut self, now: Instant, session: SessionId) {
        let Some(subscriber) = self.sessions.get_mut(&session) else { return };
        match subscriber.subscribing.handle_tick(now) {
            Some(Output::MakeOffer) => self.make_offer(now, session),
            Some(Output::GiveUp) => self.give_up(now, session),
            Some(Output::OfferAgain) | None => {}
        }
        self.rearm(session);
    }

    fn make_offer(&mut self, now: Instant, session: SessionId) {
        let worker = self.worker_of(session);
        let endpoint = worker.and_then(|worker| self.config.endpoint(worker));
        let Some(subscriber) = self.sessions.get_mut(&session) else { return };
        let (Some(worker), Some(endpoint)) = (worker, endpoint) else {
            subscriber.subscribing.nothing_to_offer(now);
            return;
        };
        let Some(room) = self.rooms.get(&subscriber.room) else { return };
        let lacking = subscriber.subscribing.undecodable().to_vec();
        let subject = |publication| {
            let track = room.carrier(publication, |format| !lacking.iter().any(|one| one.is_same(format)))?;
            let cname = &room.membership.get(track.owner)?.cname;
            Some(Subject {
                carrier: track.about.id,
                format: self.config.offered(track.format),
                owner: track.owner,
                cname: cname.clone(),
            })
        };
        let Some(made) =
            subscriber.subscribing.make_offer(now, &endpoint, session, &mut self.issuer, subject)
        else {
            return;
        };

        if let Some(peer) = made.opened {
            let entry = PeerEntry { session, connection: Connection::Subscribe, worker, open: false };
            self.directory.add_peer(peer, entry);
        }
        for command in made.commands {
            self.outputs.command(worker, command);
        }
        self.outputs.tell(session, made.notice);
    }

    /// Takes the answer to the offer in flight and lets what it accepts flow.
    pub(super) fn accept_answer(
        &mut self,
        now: Instant,
        session: SessionId,
        offer: OfferId,
        sdp: &str,
    ) -> Result<(), Refusal> {
        let subscriber = self.sessions.get_mut(&session).ok_or(Refusal::NotJoined)?;
        if !subscriber.subscribing.waits_for(offer) {
            return Err(Refusal::StaleAnswer(offer.0));
        }
        let worker = subscriber.worker.ok_or(NO_WORKERS)?;
        let answer = RemoteDescription::parse(sdp)?;
        let accepted = subscriber.subscribing.handle_answer(now, &answer)?;

        for command in accepted.commands {
            self.outputs.command(worker, command);
        }
        for stopped in accepted.declined {
            self.decline(worker, session, stopped);
        }
        for publication in accepted.undecodable {
            self.on_undecodable(now, session, publication);
        }
        for flowing in accepted.flowing {
            self.start_flowing(worker, session, flowing);
        }
        self.rearm(session);
        Ok(())
    }

    fn start_flowing(&mut self, worker: WorkerId, session: SessionId, flowing: Flowing) {
        let Flowing { peer, publication, carrier, section, preference } = flowing;
        let Some(caps) = self.sessions.get(&session).map(|session| session.pass.permissions.caps) else {
            return;
        };
        let preference = caps.bound(preference);
        let Some(room) = self.room_of(session) else { return };
        let Some(track) = room.track(carrier) else { return };
        let Some(member) = room.membership.get(track.owner) else { return };
        let (home, layers, cname) = (track.home, track.layers, member.cname.clone());
        let command = Subscribe { peer, publication: carrier, home, section, preference, cname };
        self.outputs.command(worker, Command::Subscribe(Box::new(command)));
        if layers.iter().next().is_some() {
            self.outputs.tell(session, Notice::PublicationLayers { publication, layers });
        }
    }

    /// The participant's answer turned an m-line down: it is as if it had unsubscribed.
    fn decline(
        &mut self,
        worker: WorkerId,
        session: SessionId,
        declined: crate::session::subscribing::Stopped,
    ) {
        self.directory.subscriptions.remove(&declined.subscription);
        if let Some(track) = self.room_of_mut(session).and_then(|room| room.track_mut(declined.publication)) {
            track.subscribers.remove(&session);
        }
        if declined.flowing {
            self.outputs.command(worker, Command::Unsubscribe { subscription: declined.subscription });
        }
    }

    /// New credentials for the subscribe connection, or a fresh connection when it was lost.
    pub(super) fn restart_subscribing(&mut self, now: Instant, session: SessionId) {
        if let Some(subscriber) = self.sessions.get_mut(&session) {
            subscriber.subscribing.restart(now);
        }
        self.rearm(session);
    }

    /// Nobody answers: the connection ends, the session stays.
    fn give_up(&mut self, now: Instant, session: SessionId) {
        let peer = self.sessions.get(&session).and_then(|subscriber| subscriber.subscribing.peer());
        if let Some(peer) = peer {
            self.close_peer(peer);
        }
        self.on_subscribing_ended(now, session);
        self.tell_ended(session, Connection::Subscribe, LineEnd::ClosedByUs);
    }

    /// The subscribe connection is gone. What was wanted stays wanted, under new numbers, until
    /// the participant asks for a fresh offer.
    pub(super) fn on_subscribing_ended(&mut self, now: Instant, session: SessionId) {
        let Some(subscriber) = self.sessions.get_mut(&session) else { return };
        for renumbered in subscriber.subscribing.lose_line(now, &mut self.issuer) {
            self.directory.subscriptions.remove(&renumbered.before);
            let entry = SubscriptionEntry::new(session, renumbered.publication);
            self.directory.subscriptions.insert(renumbered.after, entry);
        }
        self.rearm(session);
    }
}
