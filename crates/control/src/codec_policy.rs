//! Which codecs rooms take, and which they would rather have.
//!
//! The server has a policy. A room has its own within that: it gets it when it is opened, by what the pass says
//! that opens it, and whoever moderates may change it for what is published later.

use serde::{Deserialize, Serialize};
use switchyard_sdp::{AnswerPolicy, Exception};
use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::rtp::Mid;

use crate::refusal::Refusal;

/// What a room takes of those who publish.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodecPolicy {
    /// Codecs that may be published; whatever else is offered is refused.
    pub allowed: Vec<CodecName>,
    /// Codecs that publishers are to use if they can, the best one first. Behind these, and where it is
    /// empty, the publisher's own order counts.
    pub preferred: Vec<CodecName>,
}

/// A codec as it is called in the configuration, in tokens and in messages.
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
    /// Every codec, sound first.
    pub const ALL: [Self; 6] = [Self::Opus, Self::Vp8, Self::Vp9, Self::H264, Self::Av1, Self::H265];

    /// How it is called.
    pub const fn as_str(self) -> &'static str {
        self.codec().name()
    }

    /// The codec of that name, compared without case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.as_str().eq_ignore_ascii_case(name))
    }

    const fn kind(self) -> MediaKind {
        self.codec().kind()
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
    /// As much of another policy as this one leaves. Where the other names no codec for sound, or none for
    /// pictures, that kind is as it is here; where it prefers nothing, what is preferred here is.
    #[must_use]
    pub fn narrowed(&self, to: &Self) -> Self {
        let is_named = |kind| to.allowed.iter().any(|name| name.kind() == kind);
        let is_left = |name: &CodecName| to.allowed.contains(name) || !is_named(name.kind());
        let allowed: Vec<_> = self.allowed.iter().copied().filter(is_left).collect();
        let wanted = if to.preferred.is_empty() { &self.preferred } else { &to.preferred };
        let mut preferred: Vec<CodecName> = Vec::new();
        for &name in wanted.iter().filter(|name| allowed.contains(name)) {
            if !preferred.contains(&name) {
                preferred.push(name);
            }
        }
        Self { allowed, preferred }
    }

    /// The same without preference: the publisher's own order counts.
    pub(crate) fn indifferent(&self) -> Self {
        Self { allowed: self.allowed.clone(), preferred: Vec::new() }
    }

    /// What is accepted of an offer.
    pub(crate) fn answering(&self) -> AnswerPolicy {
        let (codecs, preferred) = self.codecs();
        AnswerPolicy { codecs, preferred, ..AnswerPolicy::default() }
    }

    /// What is accepted on one m-line of an offer to which another policy applies as a whole.
    pub(crate) fn answering_at(&self, mid: Mid) -> Exception {
        let (codecs, preferred) = self.codecs();
        Exception { mid, codecs, preferred }
    }

    fn codecs(&self) -> (Vec<Codec>, Vec<Codec>) {
        let codecs = |names: &[CodecName]| names.iter().map(|name| name.codec()).collect();
        (codecs(&self.allowed), codecs(&self.preferred))
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
            .all(|kind| self.allowed.iter().any(|name| name.kind() == kind))
    }
}

#[cfg(test)]
mod tests;
