//! One connection on which the server offers: its m-lines, its credentials, its restarts.

use std::collections::BTreeMap;

use switchyard_bus::command::Command;
use switchyard_sdp::{Occupant, Offer, RemoteDescription, Sending, SlotMap, accept_answer};
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::ids::{PeerId, PublicationId, SessionId, SubscriptionId};
use switchyard_vocab::line::RemoteLine;
use switchyard_vocab::rtp::Ssrc;

use super::{Subject, Wanted};
use crate::intent::OfferId;
use crate::issuer::Issuer;
use crate::notice::{Notice, Subscribed};
use crate::refusal::Refusal;
use crate::session::line::{OurEnd, WorkerEndpoint};

/// A connection from its first offer to its end.
pub(super) struct Downlink {
    peer: PeerId,
    ours: OurEnd,
    slots: SlotMap,
    /// Known from the first answer on.
    remote: Option<RemoteLine>,
    in_flight: Option<Offer>,
    /// The next offer brings new credentials.
    restart_wanted: bool,
    /// The offer in flight brought them.
    restart_offered: bool,
}

impl Downlink {
    pub(super) fn new(endpoint: &WorkerEndpoint<'_>, issuer: &mut Issuer) -> Self {
        Self {
            peer: issuer.peer(),
            ours: OurEnd::new(endpoint.worker, issuer),
            slots: SlotMap::new(endpoint.offers),
            remote: None,
            in_flight: None,
            restart_wanted: false,
            restart_offered: false,
        }
    }

    pub(super) const fn peer(&self) -> PeerId {
        self.peer
    }

    /// The command that makes the worker answer checks which come before the answer does.
    pub(super) fn open(&self, session: SessionId) -> Command {
        Command::OpenPeer { peer: self.peer, session, local: self.ours.ice.clone() }
    }

    /// Gives every wanted publication an m-line. Says whether all of them have one: slots that the
    /// client is about to let go become free only with its next answer.
    pub(super) fn open_slots(
        &mut self,
        wanted: &mut BTreeMap<PublicationId, Wanted>,
        issuer: &mut Issuer,
        subject: impl Fn(PublicationId) -> Option<Subject>,
    ) -> bool {
        let mut complete = true;
        for (&publication, Wanted { subscription, carrier, .. }) in wanted {
            if self.slots.mid_of(*subscription).is_some() {
                continue;
            }
            let Some(subject) = subject(publication) else { continue };
            *carrier = subject.carrier;
            let occupant = self.occupant(*subscription, publication, subject, issuer);
            complete &= self.slots.open(occupant).is_ok();
        }
        complete
    }

    fn occupant(
        &self,
        subscription: SubscriptionId,
        publication: PublicationId,
        subject: Subject,
        issuer: &mut Issuer,
    ) -> Occupant {
        let taken = |ssrc: Ssrc| {
            self.slots.occupied().any(|(_, other)| other.ssrc == ssrc || other.rtx_ssrc == Some(ssrc))
        };
        let ssrc = issuer.ssrc(taken);
        let rtx_ssrc = match subject.format.codec.kind() {
            MediaKind::Audio => None,
            MediaKind::Video => Some(issuer.ssrc(|other| other == ssrc || taken(other))),
        };
        Occupant {
            subscription,
            format: subject.format,
            ssrc,
            rtx_ssrc,
            cname: subject.cname,
            stream: subject.owner.to_string(),
            track: publication.to_string(),
        }
    }

    pub(super) fn close(&mut self, subscription: SubscriptionId) {
        self.slots.close(subscription);
    }

    pub(super) fn restart(&mut self) {
        self.restart_wanted = true;
    }

    /// Whether the client has yet to hear of something.
    pub(super) fn has_something_to_say(&self) -> bool {
        self.slots.needs_offer() || (self.restart_wanted && !self.slots.is_empty())
    }

    /// New credentials for the offer about to be made, when they are wanted.
    pub(super) fn begin_restart(
        &mut self,
        endpoint: &WorkerEndpoint<'_>,
        issuer: &mut Issuer,
    ) -> Option<Command> {
        if !std::mem::take(&mut self.restart_wanted) {
            return None;
        }
        self.restart_offered = true;
        self.ours = self.ours.restarted(endpoint.worker, issuer);
        Some(Command::RestartIce { peer: self.peer, local: self.ours.ice.clone(), remote: None })
    }

    pub(super) fn offer(
        &mut self,
        offer: OfferId,
        endpoint: &WorkerEndpoint<'_>,
        wanted: &BTreeMap<PublicationId, Wanted>,
    ) -> Notice {
        let made = self.slots.offer(&endpoint.transport(&self.ours, None));
        let sdp = made.sdp.clone();
        self.in_flight = Some(made);
        Notice::Offer { offer, sdp, subscriptions: self.carried(wanted) }
    }

    /// The offer in flight once more.
    pub(super) fn offer_again(
        &self,
        offer: OfferId,
        wanted: &BTreeMap<PublicationId, Wanted>,
    ) -> Option<Notice> {
        let sdp = self.in_flight.as_ref()?.sdp.clone();
        Some(Notice::Offer { offer, sdp, subscriptions: self.carried(wanted) })
    }

    fn carried(&self, wanted: &BTreeMap<PublicationId, Wanted>) -> Vec<Subscribed> {
        wanted.iter().filter_map(|(&publication, wanted)| self.carrying(publication, wanted)).collect()
    }

    /// The m-line of a publication, when it has one.
    pub(super) fn carrying(&self, publication: PublicationId, wanted: &Wanted) -> Option<Subscribed> {
        Some(Subscribed { mid: self.slots.mid_of(wanted.subscription)?, publication })
    }

    /// Holds an answer against the offer in flight. Nothing changes when it is refused.
    pub(super) fn handle_answer(&mut self, answer: &RemoteDescription) -> Result<Option<Sending>, Refusal> {
        let Some(offer) = &self.in_flight else { return Ok(None) };
        self.check_certificate(answer)?;
        let sending = accept_answer(&mut self.slots, offer, answer)?;
        self.in_flight = None;
        Ok(Some(sending))
    }

    /// One connection keeps one certificate: its keys came from it.
    fn check_certificate(&self, answer: &RemoteDescription) -> Result<(), Refusal> {
        let Some(remote) = &self.remote else { return Ok(()) };
        if answer.ice.is_none() || answer.fingerprints.iter().any(|one| remote.fingerprints.contains(one)) {
            return Ok(());
        }
        Err(Refusal::BadDescription(
            "the certificate is not the one this connection began with: answer on the same RTCPeerConnection"
                .to_owned(),
        ))
    }

    /// Takes the client's end from its answer. Gives back what the worker has to know of it.
    pub(super) fn connect(&mut self, remote: RemoteLine) -> Option<Command> {
        let restarted = std::mem::take(&mut self.restart_offered);
        let ice = remote.ice.clone();
        let before = self.remote.replace(remote.clone());
        match before {
            None => Some(Command::ConnectPeer { peer: self.peer, remote }),
            Some(before) if restarted || before.ice != ice => {
                let local = self.ours.ice.clone();
                Some(Command::RestartIce { peer: self.peer, local, remote: Some(ice) })
            }
            Some(_) => None,
        }
    }
}
