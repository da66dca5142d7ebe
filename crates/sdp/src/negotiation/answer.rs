//! We answer: the client offers and sends, we receive.

pub(crate) mod keeping;
mod section;
pub(crate) mod sending;
mod share;

use switchyard_vocab::codec::Codec;
use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::line::{DtlsRole, RemoteLine};
use switchyard_vocab::negotiated::{CodecMapping, ExtensionMap, ReceiveSection, Receiving};
use switchyard_vocab::rtp::Mid;
use switchyard_vocab::units::Bitrate;

use crate::codec;
use crate::error::SdpError;
use crate::extmap;
use crate::remote::RemoteDescription;
use crate::section::{Section, SectionKind};
use crate::transport::{LocalTransport, Setup, role_as_answerer};
use crate::write;

pub use share::share_bitrate;

/// What the server accepts of offers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnswerPolicy {
    /// Codecs that are forwarded.
    pub codecs: Vec<Codec>,
    /// Codecs that come before all others, the first one first. The rest keep the order in which the
    /// peer prefers them.
    pub preferred: Vec<Codec>,
    /// M-lines for which another choice of codecs counts than for the rest.
    pub exceptions: Vec<Exception>,
    /// What the peer may send, all m-lines together; each is told its share.
    pub max_bitrate: Option<Bitrate>,
}

impl Default for AnswerPolicy {
    /// Everything the server can forward.
    fn default() -> Self {
        Self { codecs: Codec::ALL.to_vec(), preferred: Vec::new(), exceptions: Vec::new(), max_bitrate: None }
    }
}

/// What counts for one m-line in place of the codecs of its [`AnswerPolicy`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exception {
    /// Which one.
    pub mid: Mid,
    /// Codecs that are forwarded.
    pub codecs: Vec<Codec>,
    /// Codecs that come before all others.
    pub preferred: Vec<Codec>,
}

impl AnswerPolicy {
    /// The codecs that are accepted on an m-line, and those that come first.
    fn choice(&self, section: &Section) -> (&[Codec], &[Codec]) {
        let excepted = self.exceptions.iter().find(|exception| section.mid == Some(exception.mid));
        excepted.map_or((&self.codecs, &self.preferred), |one| (&one.codecs, &one.preferred))
    }
}

/// Our answer, and all that it settles.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The text to send.
    pub sdp: String,
    /// What the peer may send from now on, for its worker.
    pub receiving: Receiving,
    /// The peer's end, for its worker; `None` when the offer stops every m-line, which leaves nothing to connect.
    /// Other credentials than before mean that ICE restarts.
    pub remote: Option<RemoteLine>,
    /// What became of each m-line, in order.
    pub sections: Vec<SectionOutcome>,
}

/// What became of an m-line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SectionOutcome {
    /// Its name; stopped ones may have none.
    pub mid: Option<Mid>,
    /// What it is for.
    pub kind: SectionKind,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an m-line, in a word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It feeds this publication.
    Accepted(PublicationId),
    /// The peer does not send on it, or no longer: a publication it fed has ended.
    Idle,
    /// The peer has stopped it for good: a publication it fed has ended.
    Stopped,
    /// The server has no use for it.
    Rejected(Rejection),
}

/// Why an m-line was rejected.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Rejection {
    /// None of its formats is forwarded.
    NoUsableCodec {
        /// Names of what was offered.
        offered: String,
    },
    /// It wants a transport of its own.
    NotBundled,
    /// It wants RTCP on another port.
    NoRtcpMux,
    /// Not DTLS-SRTP with feedback.
    WrongProfile,
    /// Data channels and other things that are neither sound nor picture.
    NotMedia,
}

/// What will be answered to one m-line, before anything has been created for it.
struct Plan<'a> {
    section: &'a Section,
    verdict: Verdict,
}

enum Verdict {
    Stopped,
    Rejected(Rejection),
    /// Usable; `receives` when the peer sends on it.
    Usable {
        codecs: Vec<CodecMapping>,
        extensions: ExtensionMap,
        receives: bool,
    },
}

/// Answers an offer.
///
/// Used for the first offer and for every later one on the same connection: what the offer no
/// longer sends ends, what is new begins. `publication_of` is asked once for each accepted m-line, after the
/// whole offer was found usable; it returns the publication that the m-line's MID already feeds, or a new one.
///
/// # Errors
///
/// The offerer's mistakes, and [`SdpError::NoUsableCodec`] when it wants to send and nothing can be
/// accepted. An offer of which a part is usable is no error: see [`Answer::sections`].
pub fn answer(
    offer: &RemoteDescription,
    policy: &AnswerPolicy,
    local: &LocalTransport,
    mut publication_of: impl FnMut(&Section) -> PublicationId,
) -> Result<Answer, SdpError> {
    let our_role = role_as_answerer(offer.setup, local.role)?;
    extmap::check_ids(offer.live_sections())?;
    let plans = plan(offer, policy);
    refuse_useless(&plans, policy)?;

    let tagged = offer.tagged().map(|section| section.index);
    let setup = match our_role {
        DtlsRole::Server => Setup::Passive,
        DtlsRole::Client => Setup::Active,
    };
    let mut writer = section::Writer::new(local, setup, tagged);
    let mut receiving = Receiving::default();
    let mut outcomes = Vec::with_capacity(plans.len());
    for Plan { section, verdict } in plans {
        writer.write(section, &verdict);
        let fate = match verdict {
            Verdict::Stopped => Fate::Stopped,
            Verdict::Rejected(why) => Fate::Rejected(why),
            Verdict::Usable { receives: false, .. } => Fate::Idle,
            Verdict::Usable { codecs, extensions, receives: true } => {
                let publication = publication_of(section);
                extensions.iter().for_each(|(extension, id)| receiving.extensions.set(extension, id));
                receiving.extensions.set_mixed(receiving.extensions.is_mixed() || extensions.is_mixed());
                receiving.sections.extend(receive_section(section, publication, codecs));
                Fate::Accepted(publication)
            }
        };
        outcomes.push(SectionOutcome { mid: section.mid, kind: section.kind, fate });
    }

    let section::Written { mut sections, bundle } = writer.finish(&offer.bundle);
    share_bitrate(&mut receiving.sections, policy.max_bitrate);
    share::write(&mut sections, &receiving.sections);
    let sdp = write::session(local, offer.version, &bundle, sections).marshal();
    Ok(Answer { sdp, receiving, remote: offer.line(our_role), sections: outcomes })
}

fn plan<'a>(offer: &'a RemoteDescription, policy: &AnswerPolicy) -> Vec<Plan<'a>> {
    let abs_send_time = !extmap::has_transport_cc(offer.live_sections());
    let verdict = |section: &Section| {
        if section.stopped {
            return Verdict::Stopped;
        }
        match usable(offer, section, policy, abs_send_time) {
            Ok(usable) => usable,
            Err(why) => Verdict::Rejected(why),
        }
    };
    offer.sections.iter().map(|section| Plan { section, verdict: verdict(section) }).collect()
}

fn usable(
    offer: &RemoteDescription,
    section: &Section,
    policy: &AnswerPolicy,
    abs_send_time: bool,
) -> Result<Verdict, Rejection> {
    let SectionKind::Media(kind) = section.kind else { return Err(Rejection::NotMedia) };
    if !section.is_secure_profile() {
        return Err(Rejection::WrongProfile);
    }
    if !offer.is_bundled(section) {
        return Err(Rejection::NotBundled);
    }
    if !section.rtcp_mux {
        return Err(Rejection::NoRtcpMux);
    }

    let extensions = extmap::accepted(section, abs_send_time);
    let transport_cc = extensions.id(switchyard_vocab::negotiated::Extension::TransportCc).is_some();
    let (accepted, preferred) = policy.choice(section);
    let mut codecs = codec::common(&section.codecs, accepted, transport_cc);
    codecs.retain(|mapping| mapping.codec.kind() == kind);
    let rank = |mapping: &CodecMapping| preferred.iter().position(|&codec| codec == mapping.codec);
    codecs.sort_by_key(|mapping| rank(mapping).unwrap_or(usize::MAX));
    if codecs.is_empty() {
        return Err(Rejection::NoUsableCodec { offered: codec::names(&section.codecs) });
    }
    Ok(Verdict::Usable { codecs, extensions, receives: section.direction.sends() })
}

/// An offer that wants to send and of which nothing can be accepted is refused as a whole.
fn refuse_useless(plans: &[Plan<'_>], policy: &AnswerPolicy) -> Result<(), SdpError> {
    let wanted = || plans.iter().filter(|plan| plan.section.is_sending());
    let reasons = || {
        wanted().filter_map(|plan| match &plan.verdict {
            Verdict::Rejected(why) => Some(why),
            _ => None,
        })
    };
    let Some(first) = reasons().next() else { return Ok(()) };
    if reasons().count() < wanted().count() {
        return Ok(());
    }

    if reasons().any(|why| matches!(why, Rejection::NoUsableCodec { .. })) {
        let offered = codec::names(wanted().flat_map(|plan| &plan.section.codecs));
        let accepted: Vec<&str> = policy.codecs.iter().map(|codec| codec.name()).collect();
        return Err(SdpError::NoUsableCodec { offered, accepted: accepted.join(", ") });
    }
    Err(match first {
        Rejection::NoRtcpMux => SdpError::NoRtcpMux,
        Rejection::WrongProfile => SdpError::WrongProfile,
        _ => SdpError::NotBundled,
    })
}

fn receive_section(
    section: &Section,
    publication: PublicationId,
    codecs: Vec<CodecMapping>,
) -> Option<ReceiveSection> {
    let (Some(mid), SectionKind::Media(kind)) = (section.mid, section.kind) else { return None };
    let rids = section::usable_rids(section, &codecs).map(|rid| rid.rid).collect();
    Some(ReceiveSection {
        publication,
        mid,
        kind,
        codecs,
        rids,
        ssrcs: section.ssrcs.clone(),
        max_bitrate: None,
    })
}

#[cfg(test)]
mod tests;
