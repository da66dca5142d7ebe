//! All that offer and answer settled, as the media side needs to know it.
//!
//! `control` fills these from SDP; nothing below `control` ever sees a session description.

use crate::codec::{Codec, MediaKind};
use crate::ids::{PublicationId, SubscriptionId};
use crate::layer::MAX_ENCODINGS;
use crate::profile::{Format, Profile};
use crate::rtp::{Mid, PayloadType, Rid, Ssrc};
use crate::units::Bitrate;

/// Tracks that one peer may ever be allowed to publish at once; what it is allowed is for control to
/// say, and never more. Each costs a cache of a megabyte or two while it is sent.
pub const MAX_PUBLICATIONS: usize = 32;

/// Streams of one peer that are kept apart: every layer of all its tracks, with its retransmissions.
/// Whoever obeys what was negotiated fits; more SSRCs are an attack or a leak.
pub const MAX_STREAMS: usize = MAX_PUBLICATIONS * MAX_ENCODINGS * 2;

/// A header extension the server understands (RFC 8285; each variant names its own source).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Extension {
    /// `urn:ietf:params:rtp-hdrext:sdes:mid` (RFC 8843 §15).
    Mid,
    /// `urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id` (RFC 8852).
    Rid,
    /// `urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id` (RFC 8852).
    RepairedRid,
    /// draft-holmer-rmcat-transport-wide-cc-extensions-01.
    TransportCc,
    /// `http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time`.
    AbsSendTime,
    /// `urn:ietf:params:rtp-hdrext:ssrc-audio-level` (RFC 6464).
    AudioLevel,
    /// `urn:3gpp:video-orientation`.
    VideoOrientation,
    /// AV1 RTP specification, appendix A; for any codec.
    DependencyDescriptor,
    /// `http://www.webrtc.org/experiments/rtp-hdrext/playout-delay`.
    PlayoutDelay,
    /// `http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time`.
    AbsCaptureTime,
    /// `http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00`.
    VideoLayersAllocation,
    /// `http://www.webrtc.org/experiments/rtp-hdrext/color-space`.
    ColorSpace,
}

impl Extension {
    /// Every extension, in the order of their table slots.
    pub const ALL: [Self; 12] = [
        Self::Mid,
        Self::Rid,
        Self::RepairedRid,
        Self::TransportCc,
        Self::AbsSendTime,
        Self::AudioLevel,
        Self::VideoOrientation,
        Self::DependencyDescriptor,
        Self::PlayoutDelay,
        Self::AbsCaptureTime,
        Self::VideoLayersAllocation,
        Self::ColorSpace,
    ];

    /// The URI that names it in `a=extmap`.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Mid => "urn:ietf:params:rtp-hdrext:sdes:mid",
            Self::Rid => "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            Self::RepairedRid => "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
            Self::TransportCc => "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
            Self::AbsSendTime => "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
            Self::AudioLevel => "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
            Self::VideoOrientation => "urn:3gpp:video-orientation",
            Self::DependencyDescriptor => {
                "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
            }
            Self::PlayoutDelay => "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
            Self::AbsCaptureTime => "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
            Self::VideoLayersAllocation => {
                "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"
            }
            Self::ColorSpace => "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
        }
    }
}

/// Which id stands for which extension within one bundle, both ways.
///
/// Ids are 1–14 (one-byte form), and 16–255 where both sides agreed to mix both forms; 15 is forbidden
/// (RFC 8285 §4.2, §6).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ExtensionMap {
    ids: [u8; Extension::ALL.len()],
    mixed: bool,
}

impl ExtensionMap {
    /// Notes whether both sides agreed to mix the one-byte and the two-byte form
    /// (`a=extmap-allow-mixed`).
    pub const fn set_mixed(&mut self, mixed: bool) {
        self.mixed = mixed;
    }

    /// Whether a packet may use the two-byte form.
    pub const fn is_mixed(&self) -> bool {
        self.mixed
    }

    /// Binds an extension to an id; a second binding of the same extension replaces the first.
    pub const fn set(&mut self, extension: Extension, id: u8) {
        self.ids[extension as usize] = id;
    }

    /// The id of an extension, when it was negotiated.
    pub const fn id(&self, extension: Extension) -> Option<u8> {
        match self.ids[extension as usize] {
            0 => None,
            id => Some(id),
        }
    }

    /// The extension of an id, when it was negotiated.
    pub fn extension(&self, id: u8) -> Option<Extension> {
        Extension::ALL.into_iter().find(|&extension| id != 0 && self.ids[extension as usize] == id)
    }

    /// Everything bound, in the order of [`Extension::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Extension, u8)> + '_ {
        Extension::ALL.into_iter().filter_map(|extension| Some((extension, self.id(extension)?)))
    }
}

/// A payload type with the codec it stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CodecMapping {
    /// The codec.
    pub codec: Codec,
    /// Which of its profiles, where it has several.
    pub profile: Profile,
    /// Its payload type on this leg.
    pub payload_type: PayloadType,
    /// The payload type of its retransmissions (`apt`), when RTX was negotiated (RFC 4588).
    pub rtx: Option<PayloadType>,
    /// The payload type under which several of its packets travel in one, when RED was negotiated
    /// (RFC 2198). Sound only.
    pub red: Option<PayloadType>,
    /// Whether the receiving side may ask for packets again (`a=rtcp-fb … nack`).
    pub nack: bool,
    /// Whether the receiving side may ask for a keyframe (`… nack pli`).
    pub pli: bool,
    /// Whether the older form is understood (`… ccm fir`).
    pub fir: bool,
    /// Whether transport-wide feedback covers it (`… transport-cc`).
    pub transport_cc: bool,
    /// Whether the receiving side tells of each stream's packets (`a=rtcp-fb:* ack ccfb`, RFC 8888).
    pub ccfb: bool,
}

impl CodecMapping {
    /// A codec in its plainest form, with nothing around it.
    pub const fn new(codec: Codec, payload_type: PayloadType) -> Self {
        Self {
            codec,
            profile: Profile::default_of(codec),
            payload_type,
            rtx: None,
            red: None,
            nack: false,
            pli: false,
            fir: false,
            transport_cc: false,
            ccfb: false,
        }
    }

    /// What it is a mapping of.
    pub const fn format(&self) -> Format {
        Format { codec: self.codec, profile: self.profile, red: self.red.is_some() }
    }
}

/// An m-line on which a peer sends to us: one publication.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReceiveSection {
    /// The publication that this m-line feeds.
    pub publication: PublicationId,
    /// Its MID.
    pub mid: Mid,
    /// Sound or picture.
    pub kind: MediaKind,
    /// Codecs accepted, in the sender's order of preference; the first is what it will use.
    pub codecs: Vec<CodecMapping>,
    /// Simulcast encodings in SDP order; empty when there is just one encoding without a name.
    pub rids: Vec<Rid>,
    /// Streams announced by `a=ssrc`: media, and its RTX from `a=ssrc-group:FID`.
    pub ssrcs: Vec<(Ssrc, Option<Ssrc>)>,
    /// The rate at which it is forwarded at most, all encodings together.
    pub max_bitrate: Option<Bitrate>,
}

/// Everything one peer may send us. Replaces what was known before.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Receiving {
    /// Header extension ids of the bundle.
    pub extensions: ExtensionMap,
    /// The m-lines on which it sends.
    pub sections: Vec<ReceiveSection>,
}

/// An m-line on which we send to a peer: one subscription.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SendSection {
    /// The subscription that this m-line carries.
    pub subscription: SubscriptionId,
    /// Its MID.
    pub mid: Mid,
    /// The codec with the payload types the subscriber knows it by.
    pub codec: CodecMapping,
    /// Our SSRC, constant for the life of the subscription.
    pub ssrc: Ssrc,
    /// Our SSRC for retransmissions, when RTX was negotiated.
    pub rtx_ssrc: Option<Ssrc>,
    /// Header extension ids of the bundle.
    pub extensions: ExtensionMap,
}
