//! Backing: a second codec for those who can't decode the first.
//!
//! A backup is a publication of its own to its publisher and to the workers, and to nobody else: whoever can't
//! decode the first gets the backup under the first one's number.

use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_sdp::RemoteDescription;
use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::decision::{Decision, LimitingFactor};
use switchyard_vocab::ids::{PublicationId, SessionId};

use super::Control;
use crate::intent::TrackDescription;
use crate::notice::Notice;
use crate::refusal::Refusal;
use crate::room::Track;

/// What somebody gets of a publication that they can't decode.
pub(super) const NOTHING: Decision =
    Decision { current: None, layer: None, target: None, limited_by: LimitingFactor::CodecUnsupported };

/// What somebody gets who can decode it from now on.
pub(super) const SOON: Decision = Decision { limited_by: LimitingFactor::KeyframeWait, ..NOTHING };

impl Control {
    /// Checks what an offer says to be backups: of own pictures that are none themselves, one of each.
    pub(super) fn check_backups(
        &self,
        session: SessionId,
        offer: &RemoteDescription,
        tracks: &[TrackDescription],
    ) -> Result<(), Refusal> {
        let Some(room) = self.room_of(session) else { return Err(Refusal::NotJoined) };
        let publishing = self.sessions.get(&session).map(|session| &session.publishing);
        let goes_on = |publication: &PublicationId| {
            publishing.is_some_and(|publishing| publishing.goes_on(offer, *publication))
        };
        let mut backed: Vec<PublicationId> = Vec::new();
        for track in tracks {
            let Some(first) = track.backup_of else { continue };
            let section = offer.sections.iter().find(|section| {
                section.is_sending() && section.mid.is_some_and(|mid| mid.as_str() == track.mid)
            });
            // What is published already was checked when it began; the first may be gone since.
            let begins = section.is_some_and(|section| {
                publishing.is_none_or(|publishing| publishing.publication_of(offer, section).is_none())
            });
            if !begins {
                continue;
            }
            let known = room.track(first).ok_or(Refusal::UnknownPublication(first.0))?;
            if known.owner != session {
                return Err(Refusal::NotYours(first.0));
            }
            if known.about.kind != MediaKind::Video || known.backup_of.is_some() {
                return Err(Refusal::UnfitForBackup(first.0));
            }
            // Those who receive by one backup are not moved to another.
            if known.backup.as_ref().is_some_and(goes_on) || backed.contains(&first) {
                return Err(Refusal::LimitReached { what: "backups of one publication", limit: 1 });
            }
            backed.push(first);
        }
        Ok(())
    }

    /// A subscriber's answer did not take the format in which a publication was offered.
    pub(super) fn on_undecodable(&mut self, now: Instant, session: SessionId, publication: PublicationId) {
        let Some(room) = self.room_of(session) else { return };
        let kind = room.track(publication).map(|track| track.about.kind);
        if kind == Some(MediaKind::Audio) {
            // Everybody has Opus (RFC 7874 §3): the page has no use for this one.
            let _ = self.unsubscribe(now, session, publication);
            return;
        }
        let decodes = |format: &_| {
            self.sessions.get(&session).is_some_and(|session| session.subscribing.decodes(format))
        };
        // What was offered is what it was thought to decode; another m-line may have shown the same before.
        let offered = room.carrier(publication, decodes).map(|track| track.format);
        if let (Some(format), Some(subscriber)) = (offered, self.sessions.get_mut(&session)) {
            subscriber.subscribing.note_undecodable(format);
        }
        self.find_carrier(now, session, publication);
    }

    /// Offers whatever there is of a publication that a subscriber may be able to decode, or tells it that
    /// there is nothing, and asks the publisher.
    pub(super) fn find_carrier(&mut self, now: Instant, session: SessionId, publication: PublicationId) {
        let Some(subscriber) = self.sessions.get(&session) else { return };
        let Some(room) = self.rooms.get(&subscriber.room) else { return };
        let carrier = room.carrier(publication, |format| subscriber.subscribing.decodes(format));
        if carrier.is_none() {
            let lacking: Vec<Codec> =
                subscriber.subscribing.undecodable().iter().map(|format| format.codec).collect();
            if let Some(subscriber) = self.sessions.get_mut(&session) {
                subscriber.subscribing.note_decision(publication, NOTHING);
            }
            self.outputs.tell(session, Notice::SubscriptionChanged { publication, decision: NOTHING });
            self.ask_for_backup(session, publication, &lacking);
        } else if let Some(subscriber) = self.sessions.get_mut(&session) {
            subscriber.subscribing.reconsider(now);
        }
        self.rearm(session);
    }

    /// Asks a publisher to publish a picture in another codec as well, once for each choice, for somebody who
    /// lacks some. Says whether there is one that it was asked for.
    pub(super) fn ask_for_backup(
        &mut self,
        session: SessionId,
        publication: PublicationId,
        lacking: &[Codec],
    ) -> bool {
        let Some(room) = self.room_of_mut(session) else { return false };
        let codecs = room.codecs.alternatives(lacking);
        let Some(track) = room.track_mut(publication) else { return false };
        let may_ask = track.about.kind == MediaKind::Video && track.backup.is_none() && !codecs.is_empty();
        if may_ask && track.wanted_codecs != codecs {
            track.wanted_codecs.clone_from(&codecs);
            let owner = track.owner;
            self.outputs.tell(owner, Notice::CodecWanted { publication, codecs });
        }
        may_ask
    }

    /// A backup is there: those who waited for it are offered it.
    pub(super) fn on_backup(&mut self, now: Instant, owner: SessionId, backup: PublicationId) {
        let Some(room) = self.room_of_mut(owner) else { return };
        let Some(track) = room.track(backup) else { return };
        let (Some(first), home) = (track.backup_of, track.home) else { return };
        let Some(first_track) = room.track_mut(first) else { return };
        first_track.backup = Some(backup);
        let subscribers: Vec<_> = first_track.subscribers.iter().copied().collect();
        let awaiting = std::mem::take(&mut first_track.awaiting);
        if first_track.about.muted {
            self.outputs.command(home, Command::SetMuted { publication: backup, muted: true });
        }
        self.outputs.tell_all(
            awaiting.into_keys(),
            &Notice::SubscriptionChanged { publication: first, decision: SOON },
        );
        for session in subscribers {
            let Some(subscriber) = self.sessions.get_mut(&session) else { continue };
            subscriber.subscribing.reconsider(now);
            self.rearm(session);
        }
    }

    /// A backup is gone: those who got it get nothing, until there is another.
    pub(super) fn on_backup_ended(&mut self, now: Instant, owner: SessionId, ended: &Track) {
        let backup = ended.about.id;
        let Some(first) = ended.backup_of else { return };
        let Some(track) = self.room_of_mut(owner).and_then(|room| room.track_mut(first)) else { return };
        if track.backup != Some(backup) {
            return;
        }
        track.backup = None;
        track.wanted_codecs.clear();
        let subscribers: Vec<_> = track.subscribers.iter().copied().collect();
        for session in subscribers {
            let Some(subscriber) = self.sessions.get_mut(&session) else { continue };
            if subscriber.carrier_of(first) != Some(backup) {
                continue;
            }
            if subscriber.watching.is_some() {
                self.end_watching(session);
                continue;
            }
            let stopped = subscriber.subscribing.let_go(first);
            subscriber.subscribing.reconsider(now);
            if let (Some(subscription), Some(worker)) = (stopped, subscriber.worker) {
                self.outputs.command(worker, Command::Unsubscribe { subscription });
            }
            self.find_carrier(now, session, first);
        }
    }

    /// Those who receive a publication, with the number under which they know it.
    pub(super) fn receivers_of(&self, track: &Track) -> (PublicationId, Vec<SessionId>) {
        let carrier = track.about.id;
        let known_as = track.backup_of.unwrap_or(carrier);
        let Some(room) = self.room_of(track.owner) else { return (known_as, Vec::new()) };
        let Some(first) = room.track(known_as) else { return (known_as, Vec::new()) };
        let by_carrier = |session: &SessionId| {
            let subscriber = self.sessions.get(session);
            let carried = subscriber.and_then(|subscriber| subscriber.carrier_of(known_as));
            carried.unwrap_or(known_as) == carrier
        };
        (known_as, first.subscribers.iter().copied().filter(by_carrier).collect())
    }
}
