//! Media kinds and codecs.

use crate::rtp::ClockRate;

/// Sound or picture.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum MediaKind {
    /// Opus and its like.
    Audio,
    /// VP8 and its like.
    Video,
}

impl MediaKind {
    /// The word SDP and metrics use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// A codec the server can forward.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Codec {
    /// RFC 7587.
    Opus,
    /// RFC 7741.
    Vp8,
    /// RFC 9628.
    Vp9,
    /// RFC 6184.
    H264,
    /// RTP Payload Format For AV1, version 1.0.
    Av1,
    /// RFC 7798.
    H265,
}

impl Codec {
    /// Every codec, sound first.
    pub const ALL: [Self; 6] = [Self::Opus, Self::Vp8, Self::Vp9, Self::H264, Self::Av1, Self::H265];

    /// What it carries.
    pub const fn kind(self) -> MediaKind {
        match self {
            Self::Opus => MediaKind::Audio,
            Self::Vp8 | Self::Vp9 | Self::H264 | Self::Av1 | Self::H265 => MediaKind::Video,
        }
    }

    /// The clock its timestamps count.
    pub const fn clock_rate(self) -> ClockRate {
        match self.kind() {
            MediaKind::Audio => ClockRate::OPUS,
            MediaKind::Video => ClockRate::VIDEO,
        }
    }

    /// The codec of that encoding name, compared without case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// Encoding name as in `a=rtpmap` (compared without case).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Vp8 => "VP8",
            Self::Vp9 => "VP9",
            Self::H264 => "H264",
            Self::Av1 => "AV1",
            Self::H265 => "H265",
        }
    }
}
