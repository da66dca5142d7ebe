//! Which codecs rooms take, and which they would rather have.

use serde::{Deserialize, Serialize};
use switchyard_sdp::AnswerPolicy;
use switchyard_vocab::codec::{Codec, MediaKind};

use crate::refusal::Refusal;

/// What every room takes of those who publish.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodecPolicy {
    /// Codecs that may be published; whatever else is offered is refused.
    pub allowed: Vec<CodecName>,
    /// Codecs that publishers are to use if they can, the best one first. Behind these, and where it is
    /// empty, the publisher's own order counts.
    pub preferred: Vec<CodecName>,
}

/// A codec as it is called in the configuration.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum CodecName {
    /// Sound.
    #[serde(rename = "opus")]
    Opus,
    /// Picture.
    #[serde(rename = "VP8")]
    Vp8,
    /// Picture.
    #[serde(rename = "VP9")]
    Vp9,
    /// Picture.
    H264,
    /// Picture.
    #[serde(rename = "AV1")]
    Av1,
    /// Picture.
    H265,
}

impl CodecName {
    const ALL: [Self; 6] = [Self::Opus, Self::Vp8, Self::Vp9, Self::H264, Self::Av1, Self::H265];

    /// How the configuration calls it.
    pub const fn as_str(self) -> &'static str {
        self.codec().name()
    }

    const fn codec(self) -> Codec {
        match self {
            Self::Opus => Codec::Opus,
            Self::Vp8 => Codec::Vp8,
            Self::Vp9 => Codec::Vp9,
            Self::H264 => Codec::H264,
            Self::Av1 => Codec::Av1,
            Self::H265 => Codec::H265,
        }
    }
}

impl Default for CodecPolicy {
    fn default() -> Self {
        Self { allowed: CodecName::ALL.to_vec(), preferred: Vec::new() }
    }
}

/// The order in which a second codec is asked for: the likelier a browser has it, the earlier.
const COMMON_FIRST: [Codec; 5] = [Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1, Codec::H265];

impl CodecPolicy {
    /// What is accepted of an offer.
    pub(crate) fn answering(&self) -> AnswerPolicy {
        let codecs = |names: &[CodecName]| names.iter().map(|name| name.codec()).collect();
        AnswerPolicy { codecs: codecs(&self.allowed), preferred: codecs(&self.preferred), max_bitrate: None }
    }

    /// Codecs for pictures in which a publisher may be asked to publish as well, for somebody who lacks
    /// `lacking`.
    pub(crate) fn alternatives(&self, lacking: &[Codec]) -> Vec<Codec> {
        let is_allowed = |codec: &Codec| self.allowed.iter().any(|name| name.codec() == *codec);
        COMMON_FIRST.into_iter().filter(is_allowed).filter(|codec| !lacking.contains(codec)).collect()
    }

    /// Why nothing of what was offered is taken: the operator left it out, or nobody knows it.
    pub(crate) fn refusal(&self, offered: String) -> Refusal {
        let names: Vec<&str> = self.allowed.iter().map(|name| name.codec().name()).collect();
        let accepted = names.join(", ");
        let is_left_out = |name: &str| Codec::named(name.trim()).is_some() && !names.contains(&name.trim());
        if offered.split(',').any(is_left_out) {
            Refusal::CodecNotAllowed { offered, accepted }
        } else {
            Refusal::NoUsableCodec { offered, accepted }
        }
    }

    /// Whether there is a codec for sound and one for pictures: without, nobody can publish one of them.
    pub fn is_complete(&self) -> bool {
        [MediaKind::Audio, MediaKind::Video]
            .into_iter()
            .all(|kind| self.allowed.iter().any(|name| name.codec().kind() == kind))
    }
}
