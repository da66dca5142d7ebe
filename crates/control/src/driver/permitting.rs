//! Permitting: what passes allow, when they change and when they end.

use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_sdp::{Direction, RemoteDescription, Section, SectionKind};
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::ids::{PublicationId, SessionId};

use super::Control;
use crate::grants::{Pass, Permissions};
use crate::intent::{TrackDescription, TrackSource};
use crate::notice::{Notice, Participant, Published};
use crate::refusal::Refusal;
use crate::session::publishing::Publishing;

impl Control {
    /// Stills the m-lines of an offer on which a participant may not send, as if it did not. Gives back what
    /// it has to be told of them.
    pub(super) fn deny(
        &self,
        session: SessionId,
        offer: &mut RemoteDescription,
        tracks: &[TrackDescription],
    ) -> Result<Vec<Published>, Refusal> {
        let session = self.sessions.get(&session).ok_or(Refusal::NotJoined)?;
        let Permissions { grants, caps } = session.pass.permissions;
        let mut denied = Vec::new();
        let mut held = 0;
        for index in published_first(&session.publishing, offer) {
            let Some(mid) = offer.sections.get(index).and_then(|section| section.mid) else { continue };
            let described = tracks.iter().find(|track| track.mid == mid.as_str());
            let source = described.map(|track| track.source).unwrap_or_default();
            // The same picture in a second codec is no second track, for as long as it is there in the first.
            let backed = described.and_then(|track| track.backup_of);
            let is_backup = backed.is_some_and(|first| session.publishing.goes_on(offer, first));
            let Some(section) = offer.sections.get_mut(index) else { continue };
            match check_kind(section, source)
                .and_then(|()| grants.check_source(source))
                .and_then(|()| caps.check_tracks(if is_backup { 0 } else { held }))
            {
                Ok(()) => held += usize::from(!is_backup),
                Err(refusal) => {
                    section.direction = Direction::Inactive;
                    denied.push(Published { mid, outcome: Err(refusal) });
                }
            }
        }
        Ok(denied)
    }

    /// Sets aside what a publisher may use of its tenant's quota, once it sends anything. Says whether that was now:
    /// when nothing comes of the offer it has to be [given back](Self::give_back).
    pub(super) fn set_aside_for(
        &mut self,
        session: SessionId,
        offer: &RemoteDescription,
    ) -> Result<bool, Refusal> {
        let Some(publisher) = self.sessions.get_mut(&session) else { return Err(Refusal::NotJoined) };
        let begins = !publisher.has_published && offer.sections.iter().any(|section| section.is_sending());
        if begins {
            let Pass { tenant, permissions, .. } = &publisher.pass;
            let allowance = self.tenancy.quota(tenant).allowance(&permissions.caps);
            self.tenancy.set_aside(tenant, None, allowance)?;
            publisher.has_published = true;
            publisher.set_aside = allowance;
            // Nothing is connected yet that would have to hear of it: the answer says it.
            let _ = publisher.publishing.limit(allowance);
        }
        Ok(begins)
    }

    /// Gives back what was set aside for somebody who sends nothing after all.
    pub(super) fn give_back(&mut self, session: SessionId) {
        let Some(publisher) = self.sessions.get_mut(&session) else { return };
        // What is given back is never refused.
        let _ = self.tenancy.set_aside(&publisher.pass.tenant, publisher.set_aside.take(), None);
        publisher.has_published = false;
        // Nothing flows that would have to be limited otherwise.
        let _ = publisher.publishing.limit(None);
    }

    pub(super) fn has_expired(&self, now: Instant, session: SessionId) -> bool {
        let expires_at = self.sessions.get(&session).and_then(|session| session.pass.expires_at);
        expires_at.is_some_and(|end| end <= now)
    }

    /// Takes another pass in mid-call and makes true what it says.
    pub(super) fn refresh(&mut self, now: Instant, id: SessionId, pass: Pass) -> Result<(), Refusal> {
        let session = self.sessions.get(&id).ok_or(Refusal::NotJoined)?;
        if session.pass.tenant != pass.tenant {
            return Err(Refusal::TokenForOtherRoom);
        }
        let member = self.rooms.get(&session.room).and_then(|room| room.membership.get(id));
        if member.is_some_and(|member| self.revocations.covers(now, &pass, &member.identity)) {
            return Err(Refusal::TokenRevoked);
        }
        self.take_pass(now, id, pass)
    }

    /// Lets a session be in by another pass of its tenant from now on, and makes true what that says.
    pub(super) fn take_pass(&mut self, now: Instant, id: SessionId, pass: Pass) -> Result<(), Refusal> {
        let session = self.sessions.get_mut(&id).ok_or(Refusal::NotJoined)?;
        if session.has_published {
            let allowance = self.tenancy.quota(&pass.tenant).allowance(&pass.permissions.caps);
            self.tenancy.set_aside(&pass.tenant, session.set_aside, allowance)?;
            session.set_aside = allowance;
            let limited = session.publishing.limit(allowance);
            if let (Some(command), Some(worker)) = (limited, session.worker) {
                self.outputs.command(worker, command);
            }
        }
        let after = pass.permissions;
        let before = std::mem::replace(&mut session.pass, pass).permissions;
        self.rearm(id);
        if before != after {
            self.outputs.tell(id, Notice::PermissionsChanged(after));
            self.withdraw_denied(now, id);
            self.change_sight(id, before, after);
            self.fit_subscriptions(now, id, before);
        }
        Ok(())
    }

    /// Hides or shows a participant to the others, and whoever hides to it.
    fn change_sight(&mut self, id: SessionId, before: Permissions, after: Permissions) {
        let (was, is) = (before.grants, after.grants);
        let Some(room) = self.room_of_mut(id) else { return };
        let identity = match room.membership.get_mut(id) {
            Some(member) => {
                member.hidden = is.hidden;
                member.sees_hidden = is.admin;
                member.identity.clone()
            }
            None => return,
        };
        let blind = room.membership.others(id).filter(|(_, other)| !other.sees_hidden);
        let blind: Vec<_> = blind.map(|(other, _)| other).collect();
        let hidden: Vec<_> = room.hidden_except(id);
        let shown = room.participant(id);
        match (was.hidden, is.hidden, shown) {
            (false, true, _) => self.outputs.tell_all(blind, &Notice::ParticipantLeft { identity }),
            (true, false, Some(shown)) => self.outputs.tell_all(blind, &Notice::ParticipantJoined(shown)),
            _ => {}
        }
        for Participant { identity, .. } in hidden.iter().filter(|_| was.admin && !is.admin) {
            self.outputs.tell(id, Notice::ParticipantLeft { identity: identity.clone() });
        }
        for participant in hidden.into_iter().filter(|_| !was.admin && is.admin) {
            self.outputs.tell(id, Notice::ParticipantJoined(participant));
        }
    }

    /// Ends the publications that are no longer allowed, as the next offer would.
    fn withdraw_denied(&mut self, now: Instant, id: SessionId) {
        let Some(publisher) = self.sessions.get(&id) else { return };
        let Permissions { grants, caps } = publisher.pass.permissions;
        let Some(room) = self.rooms.get(&publisher.room) else { return };
        let mut held = 0;
        let mut check = |publication| -> Result<(), Refusal> {
            let Some(track) = room.track(publication) else { return Ok(()) };
            grants.check_source(track.about.source)?;
            let is_backup = track.backup_of.is_some_and(|first| room.track(first).is_some());
            caps.check_tracks(if is_backup { 0 } else { held })?;
            held += usize::from(!is_backup);
            Ok(())
        };
        let denied: Vec<_> = publisher
            .publishing
            .publications()
            .filter_map(|publication| Some((publication, check(publication).err()?)))
            .collect();
        for (publication, why) in denied {
            self.withdraw(now, id, publication, why);
        }
    }

    /// Ends a publication against its publisher's will.
    fn withdraw(&mut self, now: Instant, id: SessionId, publication: PublicationId, why: Refusal) {
        let Some(publisher) = self.sessions.get_mut(&id) else { return };
        let worker = publisher.worker;
        if let (Some(command), Some(worker)) = (publisher.publishing.withdraw(publication), worker) {
            self.outputs.command(worker, command);
        }
        let Some(notice) = self.take_publication(now, id, publication) else { return };
        self.tell_others(id, &notice);
        if let Notice::PublicationRemoved { identity, publication, .. } = notice {
            self.outputs.tell(id, Notice::PublicationRemoved { identity, publication, why: Some(why) });
        }
    }

    /// Ends the subscriptions that are no longer allowed, begins those that now are, and bounds their layers.
    fn fit_subscriptions(&mut self, now: Instant, id: SessionId, before: Permissions) {
        let Some(subscriber) = self.sessions.get(&id) else { return };
        let Permissions { grants, caps } = subscriber.pass.permissions;
        let allowed = if grants.subscribe { caps.max_subscriptions.unwrap_or(usize::MAX) } else { 0 };
        let beyond: Vec<_> = subscriber.subscribing.publications().skip(allowed).collect();
        for publication in beyond {
            if let Some(track) = self.room_of_mut(id).and_then(|room| room.track_mut(publication)) {
                track.subscribers.remove(&id);
            }
            self.stop_subscription(now, id, publication);
        }
        if !grants.subscribe {
            self.stop_watching(id);
        }
        self.bound_layers(id, before);
        let wants_all = self.room_of(id).and_then(|room| room.membership.get(id));
        if wants_all.is_some_and(|member| member.auto_subscribe) {
            self.subscribe_to_all(now, id);
        }
    }

    fn bound_layers(&mut self, id: SessionId, before: Permissions) {
        let Some(subscriber) = self.sessions.get(&id) else { return };
        let (caps, Some(worker)) = (subscriber.pass.permissions.caps, subscriber.worker) else { return };
        for publication in subscriber.subscribing.publications() {
            let Some(wanted) = subscriber.subscribing.wanted(publication) else { continue };
            let preference = caps.bound(wanted.preference);
            if wanted.flowing && preference != before.caps.bound(wanted.preference) {
                let subscription = wanted.subscription;
                self.outputs.command(worker, Command::Prefer { subscription, preference });
            }
        }
    }
}

/// Refuses a picture from a microphone, and sound from a camera: a grant of a source is one of its kind as well.
fn check_kind(section: &Section, source: TrackSource) -> Result<(), Refusal> {
    let SectionKind::Media(kind) = section.kind else { return Ok(()) };
    if source.kind().is_none_or(|its| its == kind) {
        return Ok(());
    }
    let comes = match kind {
        MediaKind::Audio => "sound does not come",
        MediaKind::Video => "pictures do not come",
    };
    Err(Refusal::BadDescription(format!("m-line {}: {comes} from the source {source}", section.index)))
}

/// The m-lines that send, by their places: those first that are publications already, so that one that is new
/// does not take the place of one that is there.
fn published_first(publishing: &Publishing, offer: &RemoteDescription) -> Vec<usize> {
    let sending = offer.sections.iter().filter(|section| section.is_sending());
    let (mut there, new): (Vec<_>, Vec<_>) =
        sending.partition(|section| publishing.publication_of(offer, section).is_some());
    there.extend(new);
    there.iter().map(|section| section.index).collect()
}
