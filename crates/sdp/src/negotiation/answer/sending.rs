//! We answer, and send: the client offers to receive.

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::ids::SubscriptionId;
use switchyard_vocab::line::{DtlsRole, RemoteLine};
use switchyard_vocab::negotiated::{CodecMapping, Extension, SendSection};

use super::{AnswerPolicy, Verdict, section, usable};
use crate::codec::{self, offered};
use crate::error::SdpError;
use crate::extmap;
use crate::remote::RemoteDescription;
use crate::section::{Section, SectionKind};
use crate::slots::Occupant;
use crate::transport::{LocalTransport, Setup, role_as_answerer};
use crate::write;

/// Our answer to somebody who wants to receive, and all that it settles.
#[derive(Clone, Debug)]
pub struct Served {
    /// The text to send.
    pub sdp: String,
    /// What may be sent from now on. Occupants that found no m-line are not among them.
    pub sections: Vec<SendSection>,
    /// Subscriptions for which there was an m-line of their kind, and none with their codec.
    pub lacking: Vec<SubscriptionId>,
    /// The client's end, for its worker.
    pub remote: RemoteLine,
}

/// Answers an offer to receive: each m-line that receives carries the first of `occupants` that it can
/// and that no m-line before it took. The rest is inactive. Occupants of one subscription are the same in several
/// codecs: one of them is taken.
///
/// # Errors
///
/// The offerer's mistakes; [`SdpError::NoUsableCodec`] and [`SdpError::NothingReceived`] when nothing could be
/// sent.
pub fn answer_sending(
    offer: &RemoteDescription,
    local: &LocalTransport,
    occupants: Vec<Occupant>,
) -> Result<Served, SdpError> {
    let our_role = role_as_answerer(offer.setup, local.role)?;
    extmap::check_ids(offer.live_sections())?;
    let setup = match our_role {
        DtlsRole::Server => Setup::Passive,
        DtlsRole::Client => Setup::Active,
    };
    let published = kinds(&occupants);
    let useless = || refusal(offer, &occupants);
    let mut waiting = occupants.clone();
    let (mut sections, mut left) = (Vec::new(), Vec::new());
    let mut writer = section::Writer::new(local, setup, offer.tagged().map(|section| section.index));
    for section in &offer.sections {
        let verdict = verdict(offer, section);
        if !matches!(verdict, Verdict::Usable { .. }) || !section.direction.receives() {
            writer.write(section, &verdict);
            continue;
        }
        match take(section, &mut waiting) {
            Some((sending, occupant)) => {
                writer.write_sending(section, &sending.codec, &sending.extensions, &occupant);
                sections.push(sending);
            }
            None => {
                left.push(section.kind);
                writer.write(section, &verdict);
            }
        }
    }
    waiting.retain(|occupant| left.contains(&SectionKind::Media(occupant.kind())));
    let mut lacking: Vec<_> = waiting.iter().map(|occupant| occupant.subscription).collect();
    lacking.dedup();
    if sections.is_empty() {
        return Err(useless());
    }
    let remote = offer.line(our_role).ok_or(SdpError::NothingReceived { published })?;
    let section::Written { sections: media, bundle } = writer.finish(&offer.bundle);
    let sdp = write::session(local, offer.version, &bundle, media).marshal();
    Ok(Served { sdp, sections, lacking, remote })
}

/// Whether an m-line could be used at all; what is usable and receives nothing is inactive.
fn verdict(offer: &RemoteDescription, section: &Section) -> Verdict {
    if section.stopped {
        return Verdict::Stopped;
    }
    match usable(offer, section, &AnswerPolicy::default(), true) {
        Ok(Verdict::Usable { codecs, extensions, .. }) => {
            Verdict::Usable { codecs, extensions, receives: false }
        }
        Ok(other) => other,
        Err(why) => Verdict::Rejected(why),
    }
}

/// Takes the first occupant that an m-line can carry.
fn take(section: &Section, waiting: &mut Vec<Occupant>) -> Option<(SendSection, Occupant)> {
    let found = waiting
        .iter()
        .enumerate()
        .find_map(|(place, occupant)| send_section(section, occupant).map(|sending| (place, sending)));
    let (place, sending) = found?;
    let taken = waiting.remove(place);
    waiting.retain(|other| other.subscription != taken.subscription);
    Some((sending, taken))
}

fn send_section(section: &Section, occupant: &Occupant) -> Option<SendSection> {
    let format = occupant.format;
    if section.kind != SectionKind::Media(format.codec.kind()) {
        return None;
    }
    let extensions = extmap::answered(section, &extmap::offered(format.codec.kind(), false));
    let transport_cc = extensions.id(Extension::TransportCc).is_some();
    let ours = offered::mappings(format);
    let fits = |one: &CodecMapping| ours.iter().any(|our| our.format().is_same(&one.format()));
    let codec = codec::sendable(&section.codecs, format.codec, transport_cc, fits)?;
    let rtx_ssrc = occupant.rtx_ssrc.filter(|_| codec.rtx.is_some());
    let rtx = codec.rtx.filter(|_| rtx_ssrc.is_some());
    let red = codec.red.filter(|_| format.red);
    Some(SendSection {
        subscription: occupant.subscription,
        mid: section.mid?,
        codec: CodecMapping { rtx, red, ..codec },
        ssrc: occupant.ssrc,
        rtx_ssrc,
        extensions,
    })
}

/// Why nothing can be sent: the m-lines are not for what there is, or lack its codecs.
fn refusal(offer: &RemoteDescription, occupants: &[Occupant]) -> SdpError {
    let receives = |section: &&Section| {
        let SectionKind::Media(kind) = section.kind else { return false };
        let is_published = occupants.iter().any(|occupant| occupant.format.codec.kind() == kind);
        section.direction.receives() && is_published
    };
    let fitting: Vec<&Section> = offer.live_sections().filter(receives).collect();
    if fitting.is_empty() {
        return SdpError::NothingReceived { published: kinds(occupants) };
    }
    let published: Vec<Codec> = occupants.iter().map(|occupant| occupant.format.codec).collect();
    let mut accepted: Vec<&str> = published.iter().map(|codec| codec.name()).collect();
    accepted.dedup();
    let offered = codec::names(fitting.into_iter().flat_map(|section| &section.codecs));
    SdpError::NoUsableCodec { offered, accepted: accepted.join(", ") }
}

fn kinds(occupants: &[Occupant]) -> String {
    let has = |kind| occupants.iter().any(|occupant| occupant.format.codec.kind() == kind);
    let kinds = [MediaKind::Audio, MediaKind::Video].into_iter().filter(|&kind| has(kind));
    kinds.map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
