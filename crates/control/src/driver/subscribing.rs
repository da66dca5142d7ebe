//! Subscribing: what a participant wants to receive.

use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_vocab::demand::Preference;
use switchyard_vocab::ids::{PublicationId, SessionId};

use super::Control;
use crate::admission::room_for_one_more;
use crate::directory::SubscriptionEntry;
use crate::grants::Grant;
use crate::refusal::Refusal;

impl Control {
    /// Wants a publication for a session; wanting it twice is wanting it once.
    pub(super) fn subscribe(
        &mut self,
        now: Instant,
        session: SessionId,
        publication: PublicationId,
    ) -> Result<(), Refusal> {
        let limit = self.config.limits.subscriptions_per_session;
        let subscriber = self.sessions.get_mut(&session).ok_or(Refusal::NotJoined)?;
        let permissions = subscriber.pass.permissions;
        permissions.grants.check(Grant::Subscribe)?;
        let room = self.rooms.get_mut(&subscriber.room).ok_or(Refusal::NotJoined)?;
        let track = room.track_mut(publication).ok_or(Refusal::UnknownPublication(publication.0))?;
        if track.owner == session {
            return Err(Refusal::OwnPublication(publication.0));
        }
        if track.backup_of.is_some() {
            return Err(Refusal::UnknownPublication(publication.0));
        }
        if subscriber.subscribing.is_wanted(publication) {
            return Ok(());
        }
        room_for_one_more("subscriptions per session", subscriber.subscribing.len(), limit)?;
        permissions.caps.check_subscriptions(subscriber.subscribing.len())?;

        track.subscribers.insert(session);
        let subscription = self.issuer.subscription();
        subscriber.subscribing.want(now, publication, subscription);
        self.directory.subscriptions.insert(subscription, SubscriptionEntry::new(session, publication));
        self.find_carrier(now, session, publication);
        Ok(())
    }

    /// Wants whatever is published now, up to the limit.
    pub(super) fn subscribe_to_all(&mut self, now: Instant, session: SessionId) {
        let tracks = self.room_of(session).map(|room| room.tracks_of_others(session)).unwrap_or_default();
        for publication in tracks {
            if self.subscribe(now, session, publication).is_err() {
                break;
            }
        }
    }

    pub(super) fn unsubscribe(
        &mut self,
        now: Instant,
        session: SessionId,
        publication: PublicationId,
    ) -> Result<(), Refusal> {
        let room = self.room_of_mut(session).ok_or(Refusal::NotJoined)?;
        let track = room.track_mut(publication).ok_or(Refusal::UnknownPublication(publication.0))?;
        if !track.subscribers.remove(&session) {
            return Err(Refusal::NotSubscribed(publication.0));
        }
        self.stop_subscription(now, session, publication);
        Ok(())
    }

    /// Stops forwarding at once; the m-line follows with the next offer.
    pub(super) fn stop_subscription(&mut self, now: Instant, session: SessionId, publication: PublicationId) {
        let Some(subscriber) = self.sessions.get_mut(&session) else { return };
        if let Some(watching) = &mut subscriber.watching
            && let Some(subscription) = watching.stop(publication)
        {
            self.directory.subscriptions.remove(&subscription);
            if let Some(worker) = subscriber.worker {
                self.outputs.command(worker, Command::Unsubscribe { subscription });
            }
        }
        let Some(stopped) = subscriber.subscribing.unwant(now, publication) else { return };
        self.directory.subscriptions.remove(&stopped.subscription);
        if let (true, Some(worker)) = (stopped.flowing, subscriber.worker) {
            self.outputs.command(worker, Command::Unsubscribe { subscription: stopped.subscription });
        }
        self.rearm(session);
    }

    /// Changes what a session wants of a publication. Kept when nothing flows yet.
    pub(super) fn prefer(
        &mut self,
        session: SessionId,
        publication: PublicationId,
        change: impl FnOnce(&mut Preference),
    ) -> Result<(), Refusal> {
        let room = self.room_of(session).ok_or(Refusal::NotJoined)?;
        room.track(publication).ok_or(Refusal::UnknownPublication(publication.0))?;
        let subscriber = self.sessions.get_mut(&session).ok_or(Refusal::NotJoined)?;
        let wanted =
            subscriber.subscribing.wanted_mut(publication).ok_or(Refusal::NotSubscribed(publication.0))?;
        let caps = subscriber.pass.permissions.caps;
        let before = caps.bound(wanted.preference);
        change(&mut wanted.preference);
        let preference = caps.bound(wanted.preference);
        if let (true, Some(worker)) = (wanted.flowing && preference != before, subscriber.worker) {
            let command = Command::Prefer { subscription: wanted.subscription, preference };
            self.outputs.command(worker, command);
        }
        Ok(())
    }
}
