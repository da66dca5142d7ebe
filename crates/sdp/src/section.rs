//! One m-line of a remote description, read once into values.

use rtc_sdp::MediaDescription;
use rtc_sdp::description::common::Attribute;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::rtp::{Mid, Ssrc};

use crate::codec::{self, RemoteCodec};
use crate::error::SdpError;
use crate::extmap::{MAX_EXTENSIONS, OfferedExtension};
use crate::simulcast::{SentEncodings, SentRid};
use crate::ssrc;

/// Longest stream or track id kept of `a=msid`; browsers use 36 characters.
const MAX_MSID: usize = 256;

/// Which way media flows, as the author of the description sees it (RFC 8866 §6.7).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Direction {
    /// Both ways; the default.
    #[default]
    SendRecv,
    /// The author sends.
    SendOnly,
    /// The author receives.
    RecvOnly,
    /// Nothing flows.
    Inactive,
}

impl Direction {
    /// Whether the author sends.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the author receives.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The attribute's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive]
            .into_iter()
            .find(|direction| direction.as_str() == name)
    }

    /// The last direction among attributes.
    pub(crate) fn among(attributes: &[Attribute]) -> Option<Self> {
        attributes.iter().rev().find_map(|attribute| Self::parse(&attribute.key))
    }
}

/// What an m-line is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SectionKind {
    /// Sound or picture.
    Media(MediaKind),
    /// Data channels (RFC 8841).
    Data,
    /// Something the server has no use for.
    Other,
}

/// Stream and track as the peer's API knows them (RFC 8830).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Msid {
    /// The stream; `None` where the peer wrote `-`.
    pub stream: Option<String>,
    /// The track, where the peer names it.
    pub track: Option<String>,
}

/// One m-line.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its place, from 0. It never changes within a connection.
    pub index: usize,
    /// Its name. Every m-line that is not [`stopped`](Self::stopped) has one.
    pub mid: Option<Mid>,
    /// What it is for.
    pub kind: SectionKind,
    /// Rejected or no longer used: port 0 without `a=bundle-only` (RFC 8843 §6).
    pub stopped: bool,
    /// Which way media flows, as the peer sees it.
    pub direction: Direction,
    /// Formats, in the peer's order of preference.
    pub codecs: Vec<RemoteCodec>,
    /// Header extensions.
    pub extensions: Vec<OfferedExtension>,
    /// Encodings the peer sends by name, in its order; empty without `a=rid`.
    pub rids: Vec<SentRid>,
    /// Whether the encodings stand in an `a=simulcast` line.
    pub simulcast: bool,
    /// Media streams with their RTX streams, where the peer numbers them.
    pub ssrcs: Vec<(Ssrc, Option<Ssrc>)>,
    /// Stream and track, where the peer names them.
    pub msid: Option<Msid>,
    /// One-byte and two-byte header extensions may be mixed (`a=extmap-allow-mixed`, RFC 8285 §6).
    pub mixed_extensions: bool,
    /// RTP and RTCP share the port.
    pub rtcp_mux: bool,
    /// RTCP packets may be sent alone (RFC 5506).
    pub rtcp_rsize: bool,
    /// The `<media>` word, protocol and formats, to be echoed when the m-line is rejected.
    pub(crate) media: String,
    pub(crate) protocol: Vec<String>,
    pub(crate) formats: Vec<String>,
    /// How many lines were left out because of a limit.
    pub(crate) ignored: u32,
}

/// Allows ids above 14 and values above 16 bytes (RFC 8285 §6).
pub(crate) const EXTMAP_ALLOW_MIXED: &str = "extmap-allow-mixed";

/// What holds for every m-line that says nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inherited {
    direction: Option<Direction>,
    mixed_extensions: bool,
}

impl Inherited {
    /// Reads the attributes of the session.
    pub(crate) fn parse(attributes: &[Attribute]) -> Self {
        let mixed_extensions = attributes.iter().any(|attribute| attribute.key == EXTMAP_ALLOW_MIXED);
        Self { direction: Direction::among(attributes), mixed_extensions }
    }
}

impl Section {
    pub(crate) fn parse(
        index: usize,
        media: &MediaDescription,
        inherited: Inherited,
    ) -> Result<Self, SdpError> {
        let attributes = &media.attributes;
        let has = |key: &str| attributes.iter().any(|attribute| attribute.key == key);
        let stopped = media.media_name.port.value == 0 && !has("bundle-only");
        let (codecs, ignored_codecs) = codec::parse(&media.media_name.formats, attributes);
        let (ssrcs, ignored_ssrcs) = ssrc::parse(attributes);
        let SentEncodings { rids, simulcast, ignored: ignored_rids } = SentEncodings::parse(attributes);
        let (extensions, ignored_extensions) = parse_extensions(attributes);
        Ok(Self {
            index,
            mid: parse_mid(index, stopped, attributes)?,
            kind: kind_of(&media.media_name.media),
            stopped,
            direction: Direction::among(attributes).or(inherited.direction).unwrap_or_default(),
            codecs,
            extensions,
            rids,
            simulcast,
            ssrcs,
            msid: parse_msid(attributes),
            mixed_extensions: inherited.mixed_extensions || has(EXTMAP_ALLOW_MIXED),
            rtcp_mux: has("rtcp-mux"),
            rtcp_rsize: has("rtcp-rsize"),
            media: media.media_name.media.clone(),
            protocol: media.media_name.protos.clone(),
            formats: media.media_name.formats.iter().take(codec::MAX_CODECS).cloned().collect(),
            ignored: ignored_codecs + ignored_ssrcs + ignored_rids + ignored_extensions,
        })
    }

    /// Whether the peer sends, or would send, media here.
    pub fn is_sending(&self) -> bool {
        !self.stopped && matches!(self.kind, SectionKind::Media(_)) && self.direction.sends()
    }

    /// Whether the profile is DTLS-SRTP with feedback (RFC 5764 §8); older clients leave out `UDP/TLS`.
    pub(crate) fn is_secure_profile(&self) -> bool {
        self.protocol.last().is_some_and(|profile| profile.eq_ignore_ascii_case("SAVPF"))
    }
}

fn kind_of(media: &str) -> SectionKind {
    match media {
        "audio" => SectionKind::Media(MediaKind::Audio),
        "video" => SectionKind::Media(MediaKind::Video),
        "application" => SectionKind::Data,
        _ => SectionKind::Other,
    }
}

fn parse_mid(index: usize, stopped: bool, attributes: &[Attribute]) -> Result<Option<Mid>, SdpError> {
    let value = attributes
        .iter()
        .find(|attribute| attribute.key == "mid")
        .and_then(|attribute| attribute.value.as_deref());
    match value.map(|name| Mid::parse(name.trim().as_bytes())) {
        Some(Ok(mid)) => Ok(Some(mid)),
        None | Some(Err(_)) if stopped => Ok(None),
        Some(Err(problem)) => Err(SdpError::BadMid { index, problem }),
        None => Err(SdpError::MissingMid { index }),
    }
}

fn parse_extensions(attributes: &[Attribute]) -> (Vec<OfferedExtension>, u32) {
    let mut extensions = Vec::new();
    let mut ignored = 0;
    for attribute in attributes.iter().filter(|attribute| attribute.key == "extmap") {
        let Some(extension) = attribute.value.as_deref().and_then(OfferedExtension::parse) else { continue };
        if extensions.len() < MAX_EXTENSIONS { extensions.push(extension) } else { ignored += 1 }
    }
    (extensions, ignored)
}

fn parse_msid(attributes: &[Attribute]) -> Option<Msid> {
    let value = attributes.iter().find(|attribute| attribute.key == "msid")?.value.as_deref()?;
    let mut words = value.split_ascii_whitespace();
    let mut next = || words.next().filter(|word| *word != "-" && word.len() <= MAX_MSID).map(str::to_owned);
    Some(Msid { stream: next(), track: next() })
}

#[cfg(test)]
mod tests;
