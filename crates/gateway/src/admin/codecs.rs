//! Codecs as operators name them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use switchyard_control::codec_policy::{CodecName, CodecPolicy};

use super::problem;
use crate::http_error::HttpError;

/// Codecs by name: `opus`, `VP8`, `VP9`, `H264`, `AV1`, `H265`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Codecs {
    /// Those that may be published; absent for all that the server takes.
    allowed: Option<Vec<String>>,
    /// Those that publishers are to use if they can, the best one first.
    preferred: Vec<String>,
}

impl Codecs {
    pub(super) fn policy(self) -> Result<CodecPolicy, HttpError> {
        let names = |names: Vec<String>| {
            let named = names.into_iter().map(|name| {
                let unknown = || problem::bad_field("codecs", format!("there is no codec {name:?}"));
                CodecName::named(&name).ok_or_else(unknown)
            });
            named.collect::<Result<Vec<_>, _>>()
        };
        let allowed = self.allowed.map_or_else(|| Ok(CodecPolicy::default().allowed), names)?;
        Ok(CodecPolicy { allowed, preferred: names(self.preferred)? })
    }
}

/// What a room takes, by name.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct CodecsTaken {
    /// What may be published.
    allowed: Vec<String>,
    /// What publishers are to use if they can, the best one first.
    preferred: Vec<String>,
}

impl From<&CodecPolicy> for CodecsTaken {
    fn from(policy: &CodecPolicy) -> Self {
        let names = |names: &[CodecName]| names.iter().map(|name| name.as_str().to_owned()).collect();
        Self { allowed: names(&policy.allowed), preferred: names(&policy.preferred) }
    }
}
