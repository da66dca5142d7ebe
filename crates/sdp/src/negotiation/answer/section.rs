//! The m-lines of an answer, one for each of the offer, in its order.

use rtc_sdp::MediaDescription;
use switchyard_vocab::negotiated::{CodecMapping, ExtensionMap};
use switchyard_vocab::rtp::Mid;

use super::Verdict;
use crate::codec::RemoteCodec;
use crate::extmap;
use crate::negotiation::offer::write_occupant;
use crate::section::{Direction, Section, SectionKind};
use crate::simulcast::SentRid;
use crate::slots::Occupant;
use crate::transport::{LocalTransport, Setup};
use crate::write;

/// Writes m-lines and keeps the bundle's members.
pub(super) struct Writer<'a> {
    local: &'a LocalTransport,
    setup: Setup,
    /// The offer's m-line that owns the transport: rejecting it would close the others too.
    tagged: Option<usize>,
    written: Written,
}

/// Everything written.
#[derive(Default)]
pub(super) struct Written {
    pub(super) sections: Vec<MediaDescription>,
    pub(super) bundle: Vec<Mid>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(local: &'a LocalTransport, setup: Setup, tagged: Option<usize>) -> Self {
        Self { local, setup, tagged, written: Written::default() }
    }

    pub(super) fn write(&mut self, section: &Section, verdict: &Verdict) {
        let media = match verdict {
            Verdict::Usable { codecs, extensions, receives } => {
                self.usable(section, codecs, extensions, *receives)
            }
            Verdict::Rejected(_) if self.tagged == Some(section.index) => self.kept(section),
            Verdict::Rejected(_) | Verdict::Stopped => rejected(section),
        };
        self.written.sections.push(media);
    }

    /// An m-line on which we send.
    pub(super) fn write_sending(
        &mut self,
        section: &Section,
        codec: &CodecMapping,
        extensions: &ExtensionMap,
        occupant: &Occupant,
    ) {
        let mut media = self.open(section, write::formats(std::slice::from_ref(codec)), Direction::SendOnly);
        write::extensions(&mut media, extensions, |id| extmap::sending_direction(section, id));
        write::codec(&mut media, codec, false);
        if codec.ccfb {
            write::ccfb(&mut media);
        }
        write_occupant(&mut media, occupant);
        self.written.sections.push(media);
    }

    /// Puts the bundle into the offer's order, so that the same m-line owns the transport on both
    /// sides, and the candidates with it. An offer without a group gets none (RFC 8843 §7.3).
    pub(super) fn finish(mut self, offered: &[Mid]) -> Written {
        let members = &self.written.bundle;
        let bundle: Vec<Mid> = offered.iter().copied().filter(|mid| members.contains(mid)).collect();
        let owner = bundle.first().or_else(|| members.first()).map(Mid::to_string);
        let is_owner = |media: &&mut MediaDescription| media.attribute("mid").flatten() == owner.as_deref();
        if let Some(media) = self.written.sections.iter_mut().find(is_owner).filter(|_| owner.is_some()) {
            write::candidates(media, self.local);
        }
        Written { bundle, ..self.written }
    }

    fn usable(
        &mut self,
        section: &Section,
        codecs: &[CodecMapping],
        extensions: &ExtensionMap,
        receives: bool,
    ) -> MediaDescription {
        let direction = if receives { Direction::RecvOnly } else { Direction::Inactive };
        let mut media = self.open(section, in_offered_order(section, codecs), direction);
        write::extensions(&mut media, extensions, |id| extmap::answered_direction(section, id));
        for mapping in codecs {
            write::codec(&mut media, mapping, sends_stereo(section, mapping));
        }
        write_rids(&mut media, section, codecs);
        media
    }

    /// An unusable m-line that owns the transport: it stays open and nothing flows (RFC 8843 §7.3.2).
    fn kept(&mut self, section: &Section) -> MediaDescription {
        if section.kind == SectionKind::Data {
            let mut media = self.open(section, section.formats.clone(), Direction::Inactive);
            media.attributes.retain(|attribute| !attribute.key.starts_with("rtcp-"));
            media.attributes.push(write::value("sctp-port", "5000".to_owned()));
            return media;
        }
        // One format as it came, known or not: an m-line without any is no m-line.
        let formats = section.formats.iter().take(1).cloned().collect();
        let mut media = self.open(section, formats, Direction::Inactive);
        let codec = section
            .codecs
            .first()
            .filter(|codec| media.media_name.formats == [codec.payload_type.to_string()]);
        if let Some(codec) = codec.filter(|codec| is_plain(codec)) {
            write::rtpmap(&mut media, codec.payload_type, &codec.rtpmap());
            if !codec.fmtp.is_empty() {
                media.attributes.push(write::value("fmtp", format!("{} {}", codec.payload_type, codec.fmtp)));
            }
        }
        media
    }

    fn open(&mut self, section: &Section, formats: Vec<String>, direction: Direction) -> MediaDescription {
        let mut media = write::media(&section.media, &section.protocol, formats, false);
        if let Some(mid) = section.mid {
            write::transport(&mut media, self.local, self.setup);
            self.written.bundle.push(mid);
            write::media_facts(&mut media, mid, direction, section.rtcp_rsize);
        }
        media
    }
}

/// The formats of an m-line: those of each codec in the order in which the peer lists them, so that RED
/// stands in front of what it holds where the peer prefers that.
fn in_offered_order(section: &Section, codecs: &[CodecMapping]) -> Vec<String> {
    let place = |format: &String| section.formats.iter().position(|offered| offered == format);
    let of_each = codecs.iter().flat_map(|codec| {
        let mut formats = write::formats(std::slice::from_ref(codec));
        formats.sort_by_key(place);
        formats
    });
    of_each.collect()
}

fn rejected(section: &Section) -> MediaDescription {
    let mut media = write::media(&section.media, &section.protocol, section.formats.clone(), true);
    if let Some(mid) = section.mid {
        media.attributes.push(write::value("mid", mid.to_string()));
    }
    media.attributes.push(write::flag(Direction::Inactive.as_str()));
    media
}

/// Whether a codec has a name that can be written back.
fn is_plain(codec: &RemoteCodec) -> bool {
    !codec.name.is_empty() && codec.name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Music in stereo is sent as mono unless we say that we take both channels (RFC 7587 §7.1).
fn sends_stereo(section: &Section, mapping: &CodecMapping) -> bool {
    let listed = section.codecs.iter().find(|codec| codec.payload_type == mapping.payload_type);
    listed.is_some_and(|codec| codec.parameter("sprop-stereo") == Some("1"))
}

/// The encodings of an m-line that may use an accepted codec, in the offer's order.
pub(super) fn usable_rids<'a>(
    section: &'a Section,
    codecs: &'a [CodecMapping],
) -> impl Iterator<Item = &'a SentRid> {
    let usable = |rid: &&SentRid| codecs.iter().any(|mapping| rid.allows(mapping.payload_type));
    section.rids.iter().filter(usable)
}

/// Mirrors the encodings. None is marked as paused: which of them flow is decided per packet, and
/// an answer that pauses one races with the demand of subscribers. An m-line on which nothing flows for now
/// keeps them: Chromium forgets for good what an answer leaves out.
fn write_rids(media: &mut MediaDescription, section: &Section, codecs: &[CodecMapping]) {
    let names: Vec<&str> = usable_rids(section, codecs).map(|rid| rid.rid.as_str()).collect();
    for name in &names {
        media.attributes.push(write::value("rid", format!("{name} recv")));
    }
    if section.simulcast && !names.is_empty() {
        media.attributes.push(write::value("simulcast", format!("recv {}", names.join(";"))));
    }
}
