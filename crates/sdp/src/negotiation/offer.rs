//! We offer: the server sends, the client answers.

use rtc_sdp::MediaDescription;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::negotiated::{CodecMapping, ExtensionMap};
use switchyard_vocab::profile::Format;
use switchyard_vocab::rtp::Mid;

use crate::codec::offered::mappings;
use crate::extmap;
use crate::section::Direction;
use crate::slots::{Occupant, OfferPolicy};
use crate::transport::{LocalTransport, Setup};
use crate::write;

/// Longest identifier written into `a=msid` and `cname`.
const MAX_TOKEN: usize = 64;

/// One offer, and what its answer will be held against.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The text to send.
    pub sdp: String,
    /// The version of its `o=` line: 1 for the first, one more for each.
    pub version: u64,
    /// Its m-lines, in order.
    pub sections: Vec<OfferedSection>,
    pub(crate) policy: OfferPolicy,
}

/// One m-line of our offer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OfferedSection {
    /// Its name.
    pub mid: Mid,
    /// The format it is offered with.
    pub format: Format,
    /// What it carries; inactive without.
    pub occupant: Option<Occupant>,
    /// The client stopped it: it only keeps its place.
    pub stopped: bool,
}

impl OfferedSection {
    /// Sound or picture.
    pub const fn kind(&self) -> MediaKind {
        self.format.codec.kind()
    }

    /// The payload types it is offered with: the format itself, and what else it may be called.
    pub fn mappings(&self) -> Vec<CodecMapping> {
        mappings(self.format)
    }

    /// The header extensions it is offered with.
    pub(crate) fn extensions(&self, policy: OfferPolicy) -> ExtensionMap {
        extmap::offered(self.kind(), policy.abs_send_time)
    }
}

pub(crate) fn write(
    version: u64,
    local: &LocalTransport,
    policy: OfferPolicy,
    sections: Vec<OfferedSection>,
) -> Offer {
    let bundle: Vec<Mid> =
        sections.iter().filter(|section| !section.stopped).map(|section| section.mid).collect();
    let media = |section: &OfferedSection| {
        if section.stopped {
            return stopped(section);
        }
        let mut media = live(section, local, policy);
        if bundle.first() == Some(&section.mid) {
            write::candidates(&mut media, local);
        }
        media
    };
    let media = sections.iter().map(media).collect();
    let sdp = write::session(local, version, &bundle, media).marshal();
    Offer { sdp, version, sections, policy }
}

fn frame(section: &OfferedSection) -> MediaDescription {
    let protocol = ["UDP", "TLS", "RTP", "SAVPF"].map(str::to_owned);
    let formats = write::formats(&section.mappings());
    write::media(section.kind().as_str(), &protocol, formats, section.stopped)
}

fn stopped(section: &OfferedSection) -> MediaDescription {
    let mut media = frame(section);
    media.attributes.push(write::value("mid", section.mid.to_string()));
    media.attributes.push(write::flag(Direction::Inactive.as_str()));
    media
}

fn live(section: &OfferedSection, local: &LocalTransport, policy: OfferPolicy) -> MediaDescription {
    let mut media = frame(section);
    write::transport(&mut media, local, Setup::ActPass);
    let direction = if section.occupant.is_some() { Direction::SendOnly } else { Direction::Inactive };
    write::media_facts(&mut media, section.mid, direction, true);
    write::extensions(&mut media, &section.extensions(policy), |_| None);
    for mapping in section.mappings() {
        write::codec(&mut media, &mapping, false);
    }
    if policy.ccfb {
        write::ccfb(&mut media);
    }
    if let Some(occupant) = &section.occupant {
        write_occupant(&mut media, occupant);
    }
    media
}

/// Stream, track and SSRCs (RFC 8830, RFC 5576).
pub(crate) fn write_occupant(media: &mut MediaDescription, occupant: &Occupant) {
    let Occupant { ssrc, rtx_ssrc, cname, stream, track, .. } = occupant;
    let (stream, track, cname) = (token(stream), token(track), token(cname));
    media.attributes.push(write::value("msid", format!("{stream} {track}")));
    if let Some(rtx) = rtx_ssrc {
        media.attributes.push(write::value("ssrc-group", format!("FID {} {}", ssrc.0, rtx.0)));
    }
    for ssrc in [Some(*ssrc), *rtx_ssrc].into_iter().flatten() {
        media.attributes.push(write::value("ssrc", format!("{} cname:{cname}", ssrc.0)));
        media.attributes.push(write::value("ssrc", format!("{} msid:{stream} {track}", ssrc.0)));
    }
}

/// A name as SDP may hold it: whatever is not plainly harmless becomes `_`.
fn token(name: &str) -> String {
    let harmless = |c: char| if c.is_ascii_alphanumeric() || "-_.+{}".contains(c) { c } else { '_' };
    let token: String = name.chars().take(MAX_TOKEN).map(harmless).collect();
    if token.is_empty() { "-".to_owned() } else { token }
}

#[cfg(test)]
mod tests;
