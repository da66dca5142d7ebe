//! Codecs of an m-line: what the peer lists, and which of them the server forwards.

use rtc_sdp::description::common::Attribute;
use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::negotiated::CodecMapping;
use switchyard_vocab::profile::Profile;
use switchyard_vocab::rtp::PayloadType;

use crate::error::excerpt;

pub(crate) mod offered;
mod parameters;

pub(crate) use parameters::our_fmtp;

/// Most formats read of one m-line. Browsers list up to about 50; later ones are ignored and
/// counted, since offerers list what they prefer first.
pub const MAX_CODECS: usize = 64;

/// Longest `a=fmtp` value kept: parameter sets of H.265 are the longest real ones.
const MAX_FMTP: usize = 1024;

/// Feedback messages listed for a codec (`a=rtcp-fb`, RFC 4585 §4.2).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Feedback {
    /// Generic NACK.
    pub nack: bool,
    /// Picture loss indication.
    pub pli: bool,
    /// Full intra request.
    pub fir: bool,
    /// Transport-wide congestion control feedback.
    pub transport_cc: bool,
    /// Congestion control feedback by stream (RFC 8888 §6).
    pub ccfb: bool,
}

impl Feedback {
    const NAMES: [&'static str; 4] = ["nack", "nack pli", "ccm fir", "transport-cc"];

    fn add(&mut self, name: &str) {
        let words: Vec<&str> = name.split_ascii_whitespace().collect();
        match words.as_slice() {
            ["nack"] => self.nack = true,
            ["nack", "pli"] => self.pli = true,
            ["ccm", "fir", ..] => self.fir = true,
            ["transport-cc"] => self.transport_cc = true,
            ["ack", "ccfb"] => self.ccfb = true,
            _ => {}
        }
    }

    const fn either(self, other: Self) -> Self {
        Self {
            nack: self.nack || other.nack,
            pli: self.pli || other.pli,
            fir: self.fir || other.fir,
            transport_cc: self.transport_cc || other.transport_cc,
            ccfb: self.ccfb || other.ccfb,
        }
    }

    /// The listed messages by name, but for what is listed for all formats at once.
    fn names(self) -> impl Iterator<Item = &'static str> {
        let listed = [self.nack, self.pli, self.fir, self.transport_cc];
        Self::NAMES.into_iter().zip(listed).filter_map(|(name, listed)| listed.then_some(name))
    }

    /// What the server understands of a codec's feedback. Audio is never NACKed: by the time a
    /// resend arrives, concealment or in-band FEC has played.
    const fn understood(codec: Codec) -> Self {
        let is_video = matches!(codec.kind(), MediaKind::Video);
        Self { nack: is_video, pli: is_video, fir: is_video, transport_cc: true, ccfb: false }
    }
}

/// One format of a remote m-line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RemoteCodec {
    /// Its payload type.
    pub payload_type: PayloadType,
    /// Encoding name as written (compared without case); empty for static types without `a=rtpmap`.
    pub name: String,
    /// Clock rate in Hz.
    pub clock_rate: u32,
    /// Channels, for audio that says so.
    pub channels: Option<u8>,
    /// Format parameters as written, without the payload type.
    pub fmtp: String,
    /// Feedback messages listed for it.
    pub feedback: Feedback,
}

impl RemoteCodec {
    /// Whether this format is `codec` in a configuration the server forwards.
    pub fn is(&self, codec: Codec) -> bool {
        self.format().is_some_and(|(known, _)| known == codec)
    }

    /// Which codec this is and in which profile; `None` where the server does not forward it.
    pub fn format(&self) -> Option<(Codec, Profile)> {
        let codec = Codec::named(&self.name)?;
        let channels_match = codec != Codec::Opus || self.channels == Some(2);
        let is_plain = self.payload_type.is_dynamic() && self.clock_rate == codec.clock_rate().0;
        let profile = parameters::profile(codec, self)?;
        let is_known = is_plain && channels_match && offered::has_number(codec, profile);
        is_known.then_some((codec, profile))
    }

    /// The value of a format parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.fmtp
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// Whether it retransmits `payload_type` (RFC 4588 §8.1).
    fn is_rtx_of(&self, payload_type: PayloadType) -> bool {
        self.payload_type.is_dynamic()
            && self.name.eq_ignore_ascii_case("rtx")
            && self.parameter("apt").and_then(|apt| apt.parse().ok()) == Some(payload_type.0)
    }

    /// Whether it repeats packets of `payload_type` in later ones (RFC 2198 §5). Without parameters it
    /// may hold anything that the m-line lists.
    fn is_red_of(&self, opus: &Self) -> bool {
        let first = self.fmtp.split('/').next().unwrap_or_default().trim();
        self.payload_type.is_dynamic()
            && self.name.eq_ignore_ascii_case("red")
            && (self.clock_rate, self.channels) == (opus.clock_rate, opus.channels)
            && (first.is_empty() || first.parse() == Ok(opus.payload_type.0))
    }

    /// The value of its `a=rtpmap`, without the payload type.
    pub(crate) fn rtpmap(&self) -> String {
        match self.channels {
            Some(channels) => format!("{}/{}/{channels}", self.name, self.clock_rate),
            None => format!("{}/{}", self.name, self.clock_rate),
        }
    }
}

/// Reads the formats of an m-line in its order of preference; the second value counts those ignored.
pub(crate) fn parse(formats: &[String], attributes: &[Attribute]) -> (Vec<RemoteCodec>, u32) {
    let mut ignored = 0;
    let mut codecs: Vec<RemoteCodec> = Vec::new();
    for format in formats {
        let number = format.parse::<u8>().ok().filter(|&number| number < 128);
        let fresh = number.filter(|&number| codecs.iter().all(|codec| codec.payload_type.0 != number));
        match fresh {
            Some(number) if codecs.len() < MAX_CODECS => codecs.push(bare(PayloadType(number))),
            _ => ignored += 1,
        }
    }

    let mut for_all = Feedback::default();
    for attribute in attributes {
        let Some(value) = attribute.value.as_deref() else { continue };
        let Some((payload_type, rest)) = value.trim().split_once(' ') else { continue };
        let key = attribute.key.as_str();
        if key == "rtcp-fb" && payload_type == "*" {
            for_all.add(rest);
            continue;
        }
        let Ok(payload_type) = payload_type.parse::<u8>() else { continue };
        let Some(codec) = codecs.iter_mut().find(|codec| codec.payload_type.0 == payload_type) else {
            continue;
        };
        match key {
            "rtpmap" => read_rtpmap(codec, rest),
            "fmtp" if rest.len() <= MAX_FMTP => codec.fmtp = rest.trim().to_owned(),
            "rtcp-fb" => codec.feedback.add(rest),
            _ => {}
        }
    }
    for codec in &mut codecs {
        codec.feedback = codec.feedback.either(for_all);
    }
    (codecs, ignored)
}

const fn bare(payload_type: PayloadType) -> RemoteCodec {
    RemoteCodec {
        payload_type,
        name: String::new(),
        clock_rate: 0,
        channels: None,
        fmtp: String::new(),
        feedback: Feedback { nack: false, pli: false, fir: false, transport_cc: false, ccfb: false },
    }
}

fn read_rtpmap(codec: &mut RemoteCodec, value: &str) {
    let mut parts = value.trim().split('/');
    codec.name = excerpt(parts.next().unwrap_or_default());
    codec.clock_rate = parts.next().and_then(|rate| rate.parse().ok()).unwrap_or_default();
    codec.channels = parts.next().and_then(|channels| channels.parse().ok());
}

/// The formats that both sides know, in the peer's order: each once, with its RTX or its RED.
///
/// Feedback is what both understand; `transport_cc` needs the header extension as well.
pub(crate) fn common(remote: &[RemoteCodec], accepted: &[Codec], transport_cc: bool) -> Vec<CodecMapping> {
    let mut common: Vec<CodecMapping> = Vec::new();
    for listed in remote {
        let Some((codec, profile)) = listed.format().filter(|(codec, _)| accepted.contains(codec)) else {
            continue;
        };
        if common.iter().any(|known| known.codec == codec && known.profile.is_same(profile)) {
            continue;
        }
        let understood = Feedback::understood(codec);
        let rtx = remote.iter().find(|other| other.is_rtx_of(listed.payload_type));
        let red = remote.iter().find(|other| codec == Codec::Opus && other.is_red_of(listed));
        common.push(CodecMapping {
            codec,
            profile,
            payload_type: listed.payload_type,
            rtx: rtx.map(|rtx| rtx.payload_type),
            red: red.map(|red| red.payload_type),
            nack: understood.nack && listed.feedback.nack,
            pli: understood.pli && listed.feedback.pli,
            fir: understood.fir && listed.feedback.fir,
            transport_cc: transport_cc && understood.transport_cc && listed.feedback.transport_cc,
            ccfb: false,
        });
    }
    common
}

/// Of the formats in which we may send, the first that fits; with the feedback on it that only a receiver gives.
pub(crate) fn sendable(
    remote: &[RemoteCodec],
    codec: Codec,
    transport_cc: bool,
    fits: impl Fn(&CodecMapping) -> bool,
) -> Option<CodecMapping> {
    let mapping = common(remote, &[codec], transport_cc).into_iter().find(fits)?;
    let listed = remote.iter().find(|listed| listed.payload_type == mapping.payload_type);
    Some(CodecMapping { ccfb: listed.is_some_and(|listed| listed.feedback.ccfb), ..mapping })
}

/// Names of the feedback messages of a mapping, as `a=rtcp-fb` lists them.
pub(crate) fn feedback_names(mapping: &CodecMapping) -> impl Iterator<Item = &'static str> {
    let CodecMapping { nack, pli, fir, transport_cc, .. } = *mapping;
    Feedback { nack, pli, fir, transport_cc, ccfb: false }.names()
}

/// Names of codecs for an error message, each once.
pub(crate) fn names<'a>(codecs: impl IntoIterator<Item = &'a RemoteCodec>) -> String {
    // Browsers have about a dozen; who has more learns what it needs from these.
    const MAX_NAMES: usize = 16;

    let mut names: Vec<&str> = Vec::new();
    for codec in codecs {
        let name = if codec.name.is_empty() { "(static)" } else { codec.name.as_str() };
        if names.len() < MAX_NAMES && !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests;
