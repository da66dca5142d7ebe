//! Watching: somebody offers to receive what one participant publishes.

use std::collections::BTreeSet;

use switchyard_bus::command::{Command, Subscribe};
use switchyard_sdp::{Occupant, RemoteDescription, SdpError, answer_sending};
use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::demand::Preference;
use switchyard_vocab::ids::{Identity, PeerId, PublicationId, SessionId};
use switchyard_vocab::negotiated::SendSection;
use switchyard_vocab::rtp::Ssrc;

use super::backing::NOTHING;
use super::publishing::NO_WORKERS;
use super::{Asker, Control};
use crate::directory::{PeerEntry, SubscriptionEntry};
use crate::grants::{Grant, Permissions};
use crate::intent::Connection;
use crate::notice::{Notice, Published};
use crate::refusal::Refusal;
use crate::room::Track;
use crate::session::line::OurEnd;
use crate::session::watching::Watching;

/// A publication of the one who is watched, and a stream it could be received as.
struct Watched {
    publication: PublicationId,
    /// Whose media that would be: its own, or its backup's.
    carrier: PublicationId,
    occupant: Occupant,
}

impl Control {
    /// Answers an offer to receive with everything that `identity` publishes now and that the offer has
    /// m-lines for. A second offer of a session replaces its first.
    pub(super) fn watch(
        &mut self,
        asker: Asker,
        identity: &Identity,
        (sdp, whole): (&str, bool),
    ) -> Result<(), Refusal> {
        let id = asker.session;
        let offer = RemoteDescription::parse(sdp)?;
        let watched = self.watched(id, identity)?;
        let worker = self.worker_of(id).ok_or(NO_WORKERS)?;
        let endpoint = self.config.endpoint(worker).ok_or(NO_WORKERS)?;
        let ours = OurEnd::new(worker, &mut self.issuer);
        let transport = endpoint.transport(&ours, None);
        let occupants = watched.iter().map(|one| one.occupant.clone()).collect();
        let served = answer_sending(&offer, &transport, occupants);
        let is_lacking = |one: &&Watched| match &served {
            Ok(served) => served.lacking.contains(&one.occupant.subscription),
            Err(error) => matches!(error, SdpError::NoUsableCodec { .. }),
        };
        let lacking: Vec<_> = watched.iter().filter(is_lacking).map(|one| one.publication).collect();
        let is_awaited = self.await_backups(id, &lacking, &offer);
        if whole && is_awaited {
            return Err(missing(&offer, &watched, &lacking));
        }
        let served = served?;

        self.stop_watching(id);
        let peer = self.issuer.peer();
        self.directory.add_peer(
            peer,
            PeerEntry { session: id, connection: Connection::Subscribe, worker, open: false },
        );
        self.outputs.command(worker, Command::OpenPeer { peer, session: id, local: ours.ice.clone() });
        let mut watching = Watching::new(peer, ours, served.remote.ice.clone());
        self.outputs.command(worker, Command::ConnectPeer { peer, remote: served.remote });
        let mut publications = Vec::new();
        for section in served.sections {
            let carried = watched.iter().find(|one| one.occupant.ssrc == section.ssrc);
            let Some(&Watched { publication, carrier, .. }) = carried else { continue };
            publications.push(Published { mid: section.mid, outcome: Ok(publication) });
            watching.carry(publication, carrier, section.subscription);
            self.start_watching(id, peer, (publication, carrier), section);
        }
        if let Some(session) = self.sessions.get_mut(&id) {
            session.watching = Some(watching);
        }
        self.outputs.reply(id, asker.request, Notice::Answer { sdp: served.sdp, publications });
        Ok(())
    }

    /// Asks for backups of what a viewer can't decode, and tells it what it misses for now. Says whether there is
    /// anything to wait for: publishers that hear nothing are not asked.
    fn await_backups(&mut self, id: SessionId, lacking: &[PublicationId], offer: &RemoteDescription) -> bool {
        let mut is_awaited = false;
        let able = |codec: &Codec| offer.live_sections().any(|one| one.codecs.iter().any(|c| c.is(*codec)));
        let unable: Vec<_> = Codec::ALL.into_iter().filter(|codec| !able(codec)).collect();
        for &publication in lacking {
            let owner = self.directory.publications.get(&publication);
            let is_deaf = owner.and_then(|owner| self.sessions.get(owner)).is_none_or(|owner| owner.is_deaf);
            let format = self.room_of(id).and_then(|room| room.track(publication)).map(|track| track.format);
            let unable: Vec<_> = unable.iter().copied().chain(format.map(|format| format.codec)).collect();
            if is_deaf || !self.ask_for_backup(id, publication, &unable) {
                continue;
            }
            if let Some(track) = self.room_of_mut(id).and_then(|room| room.track_mut(publication)) {
                track.awaiting.insert(id, unable);
            }
            self.outputs.tell(id, Notice::SubscriptionChanged { publication, decision: NOTHING });
            is_awaited = true;
        }
        is_awaited
    }

    /// What `identity` publishes, up to the limit of what one session may receive.
    fn watched(&mut self, id: SessionId, identity: &Identity) -> Result<Vec<Watched>, Refusal> {
        let session = self.sessions.get(&id).ok_or(Refusal::NotJoined)?;
        let Permissions { grants, caps } = session.pass.permissions;
        grants.check(Grant::Subscribe)?;
        caps.check_subscriptions(0)?;
        let room = self.rooms.get(&session.room).ok_or(Refusal::NotJoined)?;
        let unknown = || Refusal::UnknownParticipant(identity.to_string());
        let owner = room.membership.session_of(identity).filter(|&owner| room.membership.sees(id, owner));
        let owner = owner.ok_or_else(unknown)?;
        let cname = room.membership.get(owner).map(|member| member.cname.clone()).ok_or_else(unknown)?;
        let backup = |track: &Track| Some((track.backup?, room.track(track.backup?)?.format));
        let carriers = |track: &Track| {
            let own = (track.about.id, track.format);
            (track.about.id, [Some(own), backup(track)])
        };
        let tracks: Vec<_> = room.tracks_of(owner).map(carriers).collect();
        let Some(&(first, _)) = tracks.first() else {
            return Err(Refusal::NothingPublished(identity.to_string()));
        };
        if owner == id {
            return Err(Refusal::OwnPublication(first.0));
        }

        let mut taken: Vec<Ssrc> = Vec::new();
        let mut watched = Vec::new();
        let limit = self.config.limits.subscriptions_per_session;
        let limit = caps.max_subscriptions.map_or(limit, |cap| limit.min(cap));
        for (publication, carriers) in tracks.into_iter().take(limit) {
            let subscription = self.issuer.subscription();
            for (carrier, format) in carriers.into_iter().flatten() {
                let ssrc = self.issuer.ssrc(|ssrc| taken.contains(&ssrc));
                taken.push(ssrc);
                let rtx_ssrc = (format.codec.kind() == MediaKind::Video)
                    .then(|| self.issuer.ssrc(|ssrc| taken.contains(&ssrc)));
                taken.extend(rtx_ssrc);
                let occupant = Occupant {
                    subscription,
                    format: self.config.offered(format),
                    ssrc,
                    rtx_ssrc,
                    cname: cname.clone(),
                    stream: owner.to_string(),
                    track: publication.to_string(),
                };
                watched.push(Watched { publication, carrier, occupant });
            }
        }
        Ok(watched)
    }

    fn start_watching(
        &mut self,
        id: SessionId,
        peer: PeerId,
        (publication, carrier): (PublicationId, PublicationId),
        section: SendSection,
    ) {
        let subscription = section.subscription;
        let Some(session) = self.sessions.get(&id) else { return };
        let caps = session.pass.permissions.caps;
        let (Some(worker), Some(room)) = (session.worker, self.rooms.get_mut(&session.room)) else { return };
        let Some(track) = room.track_mut(publication) else { return };
        track.subscribers.insert(id);
        track.awaiting.remove(&id);
        let (home, owner) = (track.home, track.owner);
        let Some(cname) = room.membership.get(owner).map(|member| member.cname.clone()) else { return };
        self.directory.subscriptions.insert(subscription, SubscriptionEntry::new(id, publication));
        let preference = caps.bound(Preference::default());
        let command = Subscribe { peer, publication: carrier, home, section, preference, cname };
        self.outputs.command(worker, Command::Subscribe(Box::new(command)));
    }

    /// Closes the connection on which a session watches, if there is one.
    pub(super) fn stop_watching(&mut self, id: SessionId) {
        let watching = self.sessions.get(&id).and_then(|session| session.watching.as_ref());
        if let Some(peer) = watching.map(Watching::peer) {
            self.close_peer(peer);
            self.on_watching_ended(id, peer);
        }
    }

    /// The connection on which a session watched is gone, and its subscriptions with it.
    pub(super) fn on_watching_ended(&mut self, id: SessionId, peer: PeerId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let Some(watching) = session.watching.take_if(|watching| watching.peer() == peer) else { return };
        for subscription in watching.subscriptions() {
            self.directory.subscriptions.remove(&subscription);
        }
        let Some(room) = self.room_of_mut(id) else { return };
        for publication in watching.publications() {
            if let Some(track) = room.track_mut(publication) {
                track.subscribers.remove(&id);
            }
        }
    }
}

/// What a viewer lacks, as a refusal.
fn missing(offer: &RemoteDescription, watched: &[Watched], lacking: &[PublicationId]) -> Refusal {
    let listed = offer.live_sections().flat_map(|section| &section.codecs);
    let known = listed.filter_map(|codec| codec.format()).map(|(codec, _)| codec.name());
    let published = watched.iter().filter(|one| lacking.contains(&one.publication));
    let published = published.map(|one| one.occupant.format.codec.name());
    let names = |names: &mut dyn Iterator<Item = &'static str>| {
        let all: BTreeSet<_> = names.collect();
        all.into_iter().collect::<Vec<_>>().join(", ")
    };
    Refusal::NoUsableCodec {
        offered: names(&mut known.into_iter()),
        accepted: names(&mut published.into_iter()),
    }
}
