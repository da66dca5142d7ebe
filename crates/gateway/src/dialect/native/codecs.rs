//! Codecs by name, and which of them a room takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use switchyard_control::codec_policy::{self, CodecPolicy};

/// A codec.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
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

/// What a room takes of those who publish.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Codecs {
    /// Codecs that may be published.
    pub allowed: Vec<CodecName>,
    /// Codecs that publishers are to use if they can, the best one first; they stand first in the server's
    /// answers. Behind these the publisher's own order counts.
    pub preferred: Vec<CodecName>,
}

impl From<&CodecPolicy> for Codecs {
    fn from(policy: &CodecPolicy) -> Self {
        let names = |names: &[codec_policy::CodecName]| names.iter().map(|&name| name.into()).collect();
        Self { allowed: names(&policy.allowed), preferred: names(&policy.preferred) }
    }
}

/// The policy of a message; without a list of what is allowed, everything is that the server takes.
pub(super) fn policy(allowed: Option<Vec<CodecName>>, preferred: Vec<CodecName>) -> CodecPolicy {
    let names = |names: Vec<CodecName>| names.into_iter().map(Into::into).collect();
    let allowed = allowed.map_or_else(|| CodecPolicy::default().allowed, names);
    CodecPolicy { allowed, preferred: names(preferred) }
}

impl From<codec_policy::CodecName> for CodecName {
    fn from(name: codec_policy::CodecName) -> Self {
        match name {
            codec_policy::CodecName::Opus => Self::Opus,
            codec_policy::CodecName::Vp8 => Self::Vp8,
            codec_policy::CodecName::Vp9 => Self::Vp9,
            codec_policy::CodecName::H264 => Self::H264,
            codec_policy::CodecName::Av1 => Self::Av1,
            codec_policy::CodecName::H265 => Self::H265,
        }
    }
}

impl From<CodecName> for codec_policy::CodecName {
    fn from(name: CodecName) -> Self {
        match name {
            CodecName::Opus => Self::Opus,
            CodecName::Vp8 => Self::Vp8,
            CodecName::Vp9 => Self::Vp9,
            CodecName::H264 => Self::H264,
            CodecName::Av1 => Self::Av1,
            CodecName::H265 => Self::H265,
        }
    }
}
