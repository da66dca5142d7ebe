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
}

impl Codec {
    /// What it carries.
    pub const fn kind(self) -> MediaKind {
        match self {
            Self::Opus => MediaKind::Audio,
            Self::Vp8 => MediaKind::Video,
        }
    }

    /// The clock its timestamps count.
    pub const fn clock_rate(self) -> ClockRate {
        match self {
            Self::Opus => ClockRate::OPUS,
            Self::Vp8 => ClockRate::VIDEO,
        }
    }

    /// Encoding name as in `a=rtpmap` (compared without case).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Vp8 => "VP8",
        }
    }
}
