//! The connection on which a participant offers and sends.

use std::collections::BTreeMap;
use std::sync::Arc;

use switchyard_bus::command::Command;
use switchyard_sdp::{
    Answer, AnswerPolicy, Fate, Rejection, RemoteDescription, SdpError, Section, SectionKind, SectionOutcome,
    answer, check_kept, share_bitrate,
};
use switchyard_vocab::ids::{PeerId, PublicationId, SessionId};
use switchyard_vocab::line::{IceCredentials, RemoteLine};
use switchyard_vocab::negotiated::{ReceiveSection, Receiving};
use switchyard_vocab::rtp::Mid;
use switchyard_vocab::units::Bitrate;

use super::line::{OurEnd, WorkerEndpoint};
use crate::codec_policy::CodecPolicy;
use crate::intent::TrackDescription;
use crate::issuer::Issuer;
use crate::notice::{Notice, Published};
use crate::refusal::Refusal;

/// What a participant publishes. Each offer replaces what the one before said.
#[derive(Default)]
pub(crate) struct Publishing {
    line: Option<Line>,
    /// The rate at which all of it is forwarded, at most.
    max_bitrate: Option<Bitrate>,
    /// What each publication began under. It goes on under that, whatever the room takes by then.
    policies: BTreeMap<PublicationId, Arc<CodecPolicy>>,
}

/// Which codecs the m-lines of an offer may have.
#[derive(Clone, Copy)]
pub(crate) struct Choice<'a> {
    /// What the room takes now.
    pub(crate) room: &'a Arc<CodecPolicy>,
    /// Whether an m-line has the same picture as another one: it is in the codec that was asked for,
    /// whatever the room prefers.
    pub(crate) is_backup: &'a dyn Fn(&Section) -> bool,
}

/// An opened connection.
struct Line {
    peer: PeerId,
    ours: OurEnd,
    remote: RemoteLine,
    receiving: Receiving,
    /// What became of the m-lines of the latest offer.
    sections: Vec<SectionOutcome>,
    /// What those m-lines are about.
    tracks: Vec<TrackDescription>,
}

/// What an offer changed. The commands go to the session's worker, in order.
pub(crate) struct Settled {
    /// A peer that another one has replaced.
    pub(crate) closed: Option<PeerId>,
    /// A peer that is new.
    pub(crate) opened: Option<PeerId>,
    pub(crate) commands: Vec<Command>,
    pub(crate) removed: Vec<PublicationId>,
    pub(crate) added: Vec<ReceiveSection>,
    pub(crate) answer: Notice,
}

impl Publishing {
    /// Checks that an offer has the m-lines that it needs to be a later one of the connection there is.
    pub(crate) fn check_kept(&self, offer: &RemoteDescription) -> Result<(), SdpError> {
        self.kept_by(offer).map_or(Ok(()), |line| check_kept(offer, &line.sections))
    }

    /// What the m-lines of an offer are about, in their order, by its own words for them and those of earlier offers
    /// on the same connection. For as long as an m-line feeds a publication, it is what it was when that began.
    pub(crate) fn describe(
        &self,
        offer: &RemoteDescription,
        said: &[TrackDescription],
    ) -> Vec<TrackDescription> {
        let line = self.kept_by(offer);
        let describe = |section: &Section| {
            let mid = section.mid?;
            let of_it = |track: &&TrackDescription| track.mid == mid.as_str();
            let known = line.and_then(|line| line.tracks.iter().find(of_it));
            let is_fed = line.is_some_and(|line| line.publication_of(section).is_some());
            let said = said.iter().find(of_it);
            // One that begins again begins audible, and for itself: what it was a backup of may be gone.
            let again =
                || known.map(|known| TrackDescription { muted: false, backup_of: None, ..known.clone() });
            match known {
                Some(known) if is_fed => Some(known.clone()),
                _ => Some(said.cloned().or_else(again).unwrap_or_else(|| TrackDescription::unknown(mid))),
            }
        };
        offer.sections.iter().filter_map(describe).collect()
    }

    /// Notes what the m-lines of the offer that was just answered are about.
    pub(crate) fn remember(&mut self, tracks: Vec<TrackDescription>) {
        if let Some(line) = &mut self.line {
            line.tracks = tracks;
        }
    }

    /// Takes an offer and answers it. A refused offer changes nothing.
    pub(crate) fn handle_offer(
        &mut self,
        offer: &RemoteDescription,
        endpoint: &WorkerEndpoint<'_>,
        choice: Choice<'_>,
        session: SessionId,
        issuer: &mut Issuer,
    ) -> Result<Settled, Refusal> {
        let kept = self.kept_by(offer);
        let ours = match kept {
            None => OurEnd::new(endpoint.worker, issuer),
            Some(line) if line.is_restarted_by(offer) => line.ours.restarted(endpoint.worker, issuer),
            Some(line) => line.ours.clone(),
        };
        let role = kept.map(|line| line.remote.our_role);
        let transport = endpoint.transport(&ours, role);
        let fed = |section: &Section| kept.and_then(|line| line.publication_of(section));
        let codecs: &CodecPolicy = choice.room;
        let excepted = |section: &Section| {
            let begun = fed(section).and_then(|publication| self.policies.get(&publication)).cloned();
            begun.or_else(|| (choice.is_backup)(section).then(|| Arc::new(codecs.indifferent())))
        };
        let exceptions: Vec<_> =
            offer.sections.iter().filter_map(|section| Some((section.mid?, excepted(section)?))).collect();
        let policy = AnswerPolicy {
            max_bitrate: self.max_bitrate,
            exceptions: exceptions.iter().map(|(mid, policy)| policy.answering_at(*mid)).collect(),
            ..codecs.answering()
        };
        let answered = answer(offer, &policy, &transport, |section| {
            fed(section).unwrap_or_else(|| issuer.publication())
        });
        let answered = answered.map_err(|error| match error {
            SdpError::NoUsableCodec { offered, .. } => codecs.refusal(offered),
            other => other.into(),
        })?;
        let settled = self.settle(ours, answered, codecs, session, issuer);
        let policy_of = |section: &ReceiveSection| {
            let excepted = exceptions.iter().find(|(mid, _)| *mid == section.mid);
            (section.publication, excepted.map_or(choice.room, |(_, policy)| policy).clone())
        };
        self.policies = self.receiving().into_iter().flat_map(|all| &all.sections).map(policy_of).collect();
        Ok(settled)
    }

    fn settle(
        &mut self,
        ours: OurEnd,
        answered: Answer,
        codecs: &CodecPolicy,
        session: SessionId,
        issuer: &mut Issuer,
    ) -> Settled {
        let Answer { sdp, receiving, remote, sections } = answered;
        let published = sections.iter().filter_map(|section| published(section, codecs)).collect();
        let before = self.receiving().map(|before| before.sections.clone()).unwrap_or_default();
        let in_both = |one: &[ReceiveSection], id| one.iter().any(|section| section.publication == id);
        let mut settled = Settled {
            closed: None,
            opened: None,
            commands: Vec::new(),
            removed: before
                .iter()
                .map(|section| section.publication)
                .filter(|&id| !in_both(&receiving.sections, id))
                .collect(),
            added: receiving
                .sections
                .iter()
                .filter(|section| !in_both(&before, section.publication))
                .cloned()
                .collect(),
            answer: Notice::Answer { sdp, publications: published },
        };
        self.move_line(ours, remote, receiving, (session, issuer), &mut settled);
        if let Some(line) = &mut self.line {
            line.sections = sections;
        }
        settled
    }

    /// Makes the connection what the answer says it is, and notes the commands for that.
    fn move_line(
        &mut self,
        ours: OurEnd,
        remote: Option<RemoteLine>,
        receiving: Receiving,
        (session, issuer): (SessionId, &mut Issuer),
        settled: &mut Settled,
    ) {
        let commands = &mut settled.commands;
        match (&mut self.line, remote) {
            // Every m-line is stopped: nothing to connect, nothing more to receive.
            (None, None) => {}
            (Some(line), None) => line.receive(receiving, commands),
            (Some(line), Some(remote)) if shares_certificate(&line.remote, &remote) => {
                if line.remote.ice != remote.ice {
                    let (local, remote) = (ours.ice.clone(), Some(remote.ice.clone()));
                    line.ours = ours;
                    commands.push(Command::RestartIce { peer: line.peer, local, remote });
                }
                line.remote = remote;
                line.receive(receiving, commands);
            }
            (line, Some(remote)) => {
                let peer = issuer.peer();
                settled.closed = line.as_ref().map(|line| line.peer);
                settled.opened = Some(peer);
                commands.push(Command::OpenPeer { peer, session, local: ours.ice.clone() });
                commands.push(Command::ConnectPeer { peer, remote: remote.clone() });
                let nothing = Receiving::default();
                let (sections, tracks) = (Vec::new(), Vec::new());
                let fresh = line.insert(Line { peer, ours, remote, receiving: nothing, sections, tracks });
                fresh.receive(receiving, commands);
            }
        }
    }

    /// The client's credentials, while there is a connection.
    pub(crate) fn remote_ice(&self) -> Option<&IceCredentials> {
        self.line.as_ref().map(|line| &line.remote.ice)
    }

    /// Whether an offer goes on sending a publication that there is.
    pub(crate) fn goes_on(&self, offer: &RemoteDescription, publication: PublicationId) -> bool {
        let mut sending = offer.sections.iter().filter(|section| section.is_sending());
        sending.any(|section| self.publication_of(offer, section) == Some(publication))
    }

    /// Our end, while there is a connection.
    pub(crate) fn our_end(&self) -> Option<&OurEnd> {
        self.line.as_ref().map(|line| &line.ours)
    }

    /// Goes on with other credentials at both ends.
    pub(crate) fn restart(&mut self, ours: OurEnd, remote: IceCredentials) -> Option<Command> {
        let line = self.line.as_mut()?;
        line.ours = ours;
        line.remote.ice = remote.clone();
        let local = line.ours.ice.clone();
        Some(Command::RestartIce { peer: line.peer, local, remote: Some(remote) })
    }

    /// Changes the rate at which all of it is forwarded. The participant is told by the next answer.
    pub(crate) fn limit(&mut self, max_bitrate: Option<Bitrate>) -> Option<Command> {
        if std::mem::replace(&mut self.max_bitrate, max_bitrate) == max_bitrate {
            return None;
        }
        let line = self.line.as_mut()?;
        share_bitrate(&mut line.receiving.sections, max_bitrate);
        Some(Command::Receive { peer: line.peer, receiving: line.receiving.clone() })
    }

    /// Takes one publication out, as if it had not been offered.
    pub(crate) fn withdraw(&mut self, publication: PublicationId) -> Option<Command> {
        let line = self.line.as_mut()?;
        line.receiving.sections.retain(|section| section.publication != publication);
        Some(Command::Receive { peer: line.peer, receiving: line.receiving.clone() })
    }

    /// Forgets the connection, which is gone. Gives back what it fed.
    pub(crate) fn reset(&mut self) -> Vec<PublicationId> {
        let line = self.line.take();
        let sections = line.map(|line| line.receiving.sections).unwrap_or_default();
        sections.into_iter().map(|section| section.publication).collect()
    }

    /// The publication that an m-line of an offer feeds already.
    pub(crate) fn publication_of(
        &self,
        offer: &RemoteDescription,
        section: &Section,
    ) -> Option<PublicationId> {
        self.kept_by(offer)?.publication_of(section)
    }

    /// What the connection feeds, in the order of its m-lines.
    pub(crate) fn publications(&self) -> impl Iterator<Item = PublicationId> {
        self.receiving()
            .into_iter()
            .flat_map(|receiving| &receiving.sections)
            .map(|section| section.publication)
    }

    /// The m-lines that feed something, and what.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (Mid, PublicationId)> {
        let sections = self.receiving().into_iter().flat_map(|receiving| &receiving.sections);
        sections.map(|section| (section.mid, section.publication))
    }

    pub(crate) fn peer(&self) -> Option<PeerId> {
        self.line.as_ref().map(|line| line.peer)
    }

    /// The connection there is, when an offer is about that one.
    fn kept_by(&self, offer: &RemoteDescription) -> Option<&Line> {
        self.line.as_ref().filter(|line| line.is_same_connection(offer))
    }

    fn receiving(&self) -> Option<&Receiving> {
        self.line.as_ref().map(|line| &line.receiving)
    }
}

impl Line {
    /// Whether an offer is about this connection. A description without certificate only stops
    /// m-lines, and those are of the connection there is.
    fn is_same_connection(&self, offer: &RemoteDescription) -> bool {
        offer.ice.is_none() || offer.fingerprints.iter().any(|one| self.remote.fingerprints.contains(one))
    }

    fn is_restarted_by(&self, offer: &RemoteDescription) -> bool {
        offer.ice.as_ref().is_some_and(|ice| *ice != self.remote.ice)
    }

    /// The publication that an m-line feeds already.
    fn publication_of(&self, section: &Section) -> Option<PublicationId> {
        let mut known = self.receiving.sections.iter();
        let same = |known: &&ReceiveSection| {
            section.mid == Some(known.mid) && section.kind == SectionKind::Media(known.kind)
        };
        known.find(same).map(|known| known.publication)
    }

    fn receive(&mut self, receiving: Receiving, commands: &mut Vec<Command>) {
        if self.receiving != receiving {
            self.receiving = receiving.clone();
            commands.push(Command::Receive { peer: self.peer, receiving });
        }
    }
}

fn shares_certificate(one: &RemoteLine, other: &RemoteLine) -> bool {
    one.fingerprints.iter().any(|fingerprint| other.fingerprints.contains(fingerprint))
}

/// What the participant is told of an m-line; nothing of those on which it does not send.
fn published(section: &SectionOutcome, codecs: &CodecPolicy) -> Option<Published> {
    let outcome = match &section.fate {
        Fate::Accepted(publication) => Ok(*publication),
        Fate::Rejected(why) => Err(refusal_of(why, codecs)),
        Fate::Idle | Fate::Stopped => return None,
    };
    Some(Published { mid: section.mid?, outcome })
}

fn refusal_of(why: &Rejection, codecs: &CodecPolicy) -> Refusal {
    let problem = match why {
        Rejection::NoUsableCodec { offered } => return codecs.refusal(offered.clone()),
        Rejection::NotBundled => "the m-line has to be in the a=group:BUNDLE of the others",
        Rejection::NoRtcpMux => "the m-line has to have a=rtcp-mux",
        Rejection::WrongProfile => "the m-line has to use UDP/TLS/RTP/SAVPF",
        Rejection::NotMedia => "the server forwards sound and picture, no other m-lines",
    };
    Refusal::BadDescription(problem.to_owned())
}
