//! Publishing: what a participant sends, and who hears of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_sdp::{MAX_SECTIONS, RemoteDescription, Section, SectionKind};
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::ids::{PublicationId, SessionId};
use switchyard_vocab::layer::Layers;
use switchyard_vocab::negotiated::ReceiveSection;

use super::{Asker, Control};
use crate::admission::check_optional;
use crate::directory::PeerEntry;
use crate::intent::{Connection, TrackDescription, TrackSource};
use crate::notice::{Notice, Publication};
use crate::refusal::Refusal;
use crate::room::Track;
use crate::session::publishing::{Choice, Settled};

/// Publications that one participant may begin per second in the long run. Each is a notice to everybody in the room,
/// and an offer to most; people publish a handful in an hour.
const BEGUN_PER_SECOND: u32 = 5;

/// How many times everything that one participant may publish may begin in a burst: a client that has lost its
/// connection begins all of it anew, and its next attempt may be lost as well.
const CHANGES_IN_BURST: usize = 3;

impl Control {
    /// Answers an offer and carries out what it changes.
    pub(super) fn publish(
        &mut self,
        now: Instant,
        asker: Asker,
        sdp: &str,
        tracks: &[TrackDescription],
    ) -> Result<(), Refusal> {
        let mut offer = RemoteDescription::parse(sdp)?;
        self.check_offer(&offer, tracks)?;
        let tracks = self.describe(asker.session, &offer, tracks)?;
        self.check_backups(asker.session, &offer, &tracks)?;
        let denied = self.deny(asker.session, &mut offer, &tracks)?;
        self.take_publishing_pace(now, asker.session, &offer)?;
        let worker = self.worker_of(asker.session).ok_or(NO_WORKERS)?;
        let codecs = self.room_of(asker.session).ok_or(Refusal::NotJoined)?.codecs.clone();
        let is_backup = |section: &Section| {
            let named = |track: &&TrackDescription| section.mid.is_some_and(|mid| mid.as_str() == track.mid);
            tracks.iter().find(named).is_some_and(|track| track.backup_of.is_some())
        };
        let begins = self.set_aside_for(asker.session, &offer)?;
        let Some(endpoint) = self.config.endpoint(worker) else { return Err(NO_WORKERS) };
        let Some(session) = self.sessions.get_mut(&asker.session) else { return Err(Refusal::NotJoined) };
        let settled = session.publishing.handle_offer(
            &offer,
            &endpoint,
            Choice { room: &codecs, is_backup: &is_backup },
            asker.session,
            &mut self.issuer,
        );
        if begins && session.publishing.publications().next().is_none() {
            self.give_back(asker.session);
        }

        let Settled { closed, opened, commands, removed, added, answer } = settled?;
        if let Some(peer) = closed {
            self.close_peer(peer);
        }
        if let Some(peer) = opened {
            let entry =
                PeerEntry { session: asker.session, connection: Connection::Publish, worker, open: false };
            self.directory.add_peer(peer, entry);
        }
        for command in commands {
            self.outputs.command(worker, command);
        }
        let added: Vec<_> = added
            .iter()
            .filter_map(|section| self.add_publication(asker.session, section, &tracks))
            .collect();
        if let Some(session) = self.sessions.get_mut(&asker.session) {
            session.publishing.remember(tracks);
        }
        let removed: Vec<_> = removed
            .into_iter()
            .filter_map(|publication| self.take_publication(now, asker.session, publication))
            .collect();

        self.outputs.reply(asker.session, asker.request, answer.with_refused(denied));
        for notice in removed {
            self.tell_others(asker.session, &notice);
        }
        for publication in added {
            self.announce(now, asker.session, publication);
        }
        Ok(())
    }

    /// Publishes every m-line that sends, each from where its kind usually comes.
    pub(super) fn ingest(&mut self, now: Instant, asker: Asker, sdp: &str) -> Result<(), Refusal> {
        if let Some(session) = self.sessions.get_mut(&asker.session) {
            session.is_deaf = true;
        }
        let offer = RemoteDescription::parse(sdp)?;
        let described = |section: &Section| {
            let SectionKind::Media(kind) = section.kind else { return None };
            let source = match kind {
                MediaKind::Audio => TrackSource::Microphone,
                MediaKind::Video => TrackSource::Camera,
            };
            Some(TrackDescription {
                mid: section.mid?.to_string(),
                source,
                name: None,
                muted: false,
                backup_of: None,
            })
        };
        let sending = offer.sections.iter().filter(|section| section.is_sending());
        let tracks: Vec<_> = sending.filter_map(described).collect();
        if tracks.is_empty() {
            let problem = "no m-line sends: whoever publishes offers a=sendonly";
            return Err(Refusal::BadDescription(problem.to_owned()));
        }
        self.publish(now, asker, sdp, &tracks)
    }

    /// What the m-lines of an offer are about. It needs to say it only of those that are new.
    fn describe(
        &self,
        session: SessionId,
        offer: &RemoteDescription,
        said: &[TrackDescription],
    ) -> Result<Vec<TrackDescription>, Refusal> {
        let publishing = &self.sessions.get(&session).ok_or(Refusal::NotJoined)?.publishing;
        publishing.check_kept(offer)?;
        Ok(publishing.describe(offer, said))
    }

    fn check_offer(&self, offer: &RemoteDescription, tracks: &[TrackDescription]) -> Result<(), Refusal> {
        if tracks.len() > MAX_SECTIONS {
            return Err(Refusal::LimitReached { what: "tracks described in an offer", limit: MAX_SECTIONS });
        }
        for track in tracks {
            check_optional("track name", track.name.as_deref(), self.config.limits.display_name_bytes)?;
        }
        let sending = offer
            .live_sections()
            .filter(|section| matches!(section.kind, SectionKind::Media(_)) && section.direction.sends());
        let limit = self.config.limits.publications_per_session;
        if sending.count() > limit {
            return Err(Refusal::LimitReached { what: "publications per session", limit });
        }
        Ok(())
    }

    /// Refuses to begin publications too often: everybody is told of each, and offered it.
    fn take_publishing_pace(
        &mut self,
        now: Instant,
        session: SessionId,
        offer: &RemoteDescription,
    ) -> Result<(), Refusal> {
        let session = self.sessions.get_mut(&session).ok_or(Refusal::NotJoined)?;
        let new = offer.sections.iter().filter(|section| {
            section.is_sending() && session.publishing.publication_of(offer, section).is_none()
        });
        let burst = self.config.limits.publications_per_session.saturating_mul(CHANGES_IN_BURST);
        let rate = (BEGUN_PER_SECOND, u32::try_from(burst).unwrap_or(u32::MAX));
        let new = u32::try_from(new.count()).unwrap_or(u32::MAX);
        match new == 0 || session.publishing_pace.take_many(now, new, rate) {
            true => Ok(()),
            false => Err(Refusal::RateLimited { per_second: BEGUN_PER_SECOND }),
        }
    }

    /// Enters a new publication into its room and mutes it when it begins silent.
    fn add_publication(
        &mut self,
        owner: SessionId,
        section: &ReceiveSection,
        tracks: &[TrackDescription],
    ) -> Option<Publication> {
        let described = tracks.iter().find(|track| track.mid == section.mid.as_str());
        let about = Publication {
            id: section.publication,
            kind: section.kind,
            source: described.map(|track| track.source).unwrap_or_default(),
            name: described.and_then(|track| track.name.clone()),
            muted: described.is_some_and(|track| track.muted),
            encodings: section.rids.len().max(1) as u8,
            codec: section.codecs.first()?.codec,
        };
        let home = self.sessions.get(&owner)?.worker?;
        let format = section.codecs.first()?.format();
        let track = Track {
            owner,
            home,
            format,
            about: about.clone(),
            layers: Layers::default(),
            subscribers: BTreeSet::new(),
            backup_of: described.and_then(|track| track.backup_of),
            backup: None,
            awaiting: BTreeMap::new(),
            wanted_codecs: Vec::new(),
        };
        self.room_of_mut(owner)?.publish(track);
        self.directory.publications.insert(about.id, owner);
        if about.muted {
            self.outputs.command(home, Command::SetMuted { publication: about.id, muted: true });
        }
        Some(about)
    }

    /// Tells the others of a new publication and subscribes those who want everything.
    fn announce(&mut self, now: Instant, owner: SessionId, publication: Publication) {
        let Some(room) = self.room_of(owner) else { return };
        if room.track(publication.id).is_some_and(|track| track.backup_of.is_some()) {
            self.on_backup(now, owner, publication.id);
            return;
        }
        let Some(member) = room.membership.get(owner) else { return };
        let wanting = room.auto_subscribers_except(owner);
        let id = publication.id;
        let identity = member.identity.clone();
        self.tell_others(owner, &Notice::PublicationAdded { identity, publication });
        for session in wanting {
            // Whoever is at its limit goes without; it may unsubscribe from something and ask.
            let _ = self.subscribe(now, session, id);
        }
    }

    pub(super) fn unpublish(
        &mut self,
        now: Instant,
        session: SessionId,
        publication: PublicationId,
    ) -> Result<(), Refusal> {
        self.own_track(session, publication)?;
        let publisher = self.sessions.get_mut(&session).ok_or(Refusal::NotJoined)?;
        let worker = publisher.worker;
        if let (Some(command), Some(worker)) = (publisher.publishing.withdraw(publication), worker) {
            self.outputs.command(worker, command);
        }
        if let Some(notice) = self.take_publication(now, session, publication) {
            self.tell_others(session, &notice);
        }
        Ok(())
    }

    fn own_track(&mut self, session: SessionId, publication: PublicationId) -> Result<&mut Track, Refusal> {
        let room = self.room_of_mut(session).ok_or(Refusal::NotJoined)?;
        let track = room.track_mut(publication).ok_or(Refusal::UnknownPublication(publication.0))?;
        if track.owner == session { Ok(track) } else { Err(Refusal::NotYours(publication.0)) }
    }

    /// Takes a publication out of its room. Gives back what the others have to be told.
    pub(super) fn take_publication(
        &mut self,
        now: Instant,
        owner: SessionId,
        publication: PublicationId,
    ) -> Option<Notice> {
        let room = self.room_of_mut(owner)?;
        let track = room.withdraw(publication)?;
        let identity = room.membership.get(owner)?.identity.clone();
        self.forget_publication(now, &track);
        if track.backup_of.is_some() {
            self.on_backup_ended(now, owner, &track);
            return None;
        }
        Some(Notice::PublicationRemoved { identity, publication, why: None })
    }

    /// Stops all that hangs on a publication that is no longer in its room.
    pub(super) fn forget_publication(&mut self, now: Instant, track: &Track) {
        self.directory.publications.remove(&track.about.id);
        for &subscriber in &track.subscribers {
            self.stop_subscription(now, subscriber, track.about.id);
        }
    }

    /// The publish connection is gone, and all that came by it. The next offer makes a fresh one.
    pub(super) fn on_publishing_ended(&mut self, now: Instant, owner: SessionId) {
        let Some(session) = self.sessions.get_mut(&owner) else { return };
        for publication in session.publishing.reset() {
            if let Some(notice) = self.take_publication(now, owner, publication) {
                self.tell_others(owner, &notice);
            }
        }
    }

    pub(super) fn tell_others(&mut self, session: SessionId, notice: &Notice) {
        let Some(session_room) = self.sessions.get(&session).map(|session| &session.room) else { return };
        let Some(room) = self.rooms.get(session_room) else { return };
        self.outputs.tell_all(room.membership.others(session).map(|(other, _)| other), notice);
    }
}

/// A server without workers can carry nothing.
pub(super) const NO_WORKERS: Refusal = Refusal::LimitReached { what: "workers", limit: 0 };
