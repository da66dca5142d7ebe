//! What a token says, and what that allows.

mod numeric_date;

use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use switchyard_control::codec_policy::CodecPolicy;
use switchyard_control::grants::{Caps, Grants, Permissions, Sources};
use switchyard_control::intent::TrackSource;
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::units::Bitrate;

/// What a token says. Claims that are not listed are ignored.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Claims {
    /// Whom it names: the participant's identity.
    pub sub: String,
    /// The room it is for.
    pub room: String,
    /// When it ends, in seconds since 1970. A fraction is left out.
    #[serde(deserialize_with = "numeric_date::read_end")]
    pub exp: u64,
    /// When it begins to hold, in seconds since 1970. A fraction is made a whole second.
    #[serde(
        default,
        deserialize_with = "numeric_date::read_beginning",
        skip_serializing_if = "Option::is_none"
    )]
    pub nbf: Option<u64>,
    /// Its own name, by which it can be revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The participant's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the application wants others to know of the participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
    /// What the participant may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<GrantClaims>,
    /// How much of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caps: Option<CapClaims>,
    /// What the room takes that the participant opens, within what the server takes. As with grants, a field
    /// that is not listed is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codecs: Option<CodecPolicy>,
}

/// What a token for the admin API says. It names no room: one that does is a participant's.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct AdminClaims {
    /// Whom it names: who stands in the audit log.
    pub sub: String,
    /// When it ends, in seconds since 1970. A fraction is left out.
    #[serde(deserialize_with = "numeric_date::read_end")]
    pub exp: u64,
    /// Has to be true.
    pub server_admin: bool,
    /// Its own name, by which it can be revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
}

/// What a participant may do. A field that is not listed is an error: a slip would allow what was meant to be
/// forbidden.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GrantClaims {
    /// Publish: everything, nothing, or tracks of the sources listed.
    #[serde(deserialize_with = "read_sources", serialize_with = "write_sources")]
    pub publish: Sources,
    /// Receive what others publish.
    pub subscribe: bool,
    /// Send text messages.
    pub messages: bool,
    /// Change one's own name and metadata.
    pub rename: bool,
    /// Moderate.
    pub admin: bool,
    /// Be seen by nobody but those who moderate.
    pub hidden: bool,
}

/// How much a participant may have. As with grants, a field that is not listed is an error.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CapClaims {
    /// The highest layer it receives of anything; 0 is the smallest picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_layer: Option<u8>,
    /// The rate at which what it publishes is forwarded at most, in bits per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bitrate: Option<u64>,
    /// Tracks it publishes at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tracks: Option<usize>,
    /// Publications it receives at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_subscriptions: Option<usize>,
}

impl Default for GrantClaims {
    fn default() -> Self {
        let Grants { publish, subscribe, messages, rename, admin, hidden } = Grants::default();
        Self { publish, subscribe, messages, rename, admin, hidden }
    }
}

impl Claims {
    /// What they allow; what they don't speak of is as it is without grants.
    pub fn permissions(&self) -> Permissions {
        let GrantClaims { publish, subscribe, messages, rename, admin, hidden } =
            self.grants.unwrap_or_default();
        let caps = self.caps.unwrap_or_default();
        Permissions {
            grants: Grants { publish, subscribe, messages, rename, admin, hidden },
            caps: Caps {
                max_layer: caps.max_layer.map(SpatialLayer),
                max_bitrate: caps.max_bitrate.map(Bitrate::bps),
                max_tracks: caps.max_tracks,
                max_subscriptions: caps.max_subscriptions,
            },
        }
    }
}

/// The source of a name.
///
/// # Errors
/// The names there are.
pub fn source(name: &str) -> Result<TrackSource, String> {
    let names = || TrackSource::ALL.map(|source| source.to_string());
    let found = TrackSource::ALL.into_iter().find(|source| source.to_string() == name);
    found.ok_or_else(|| format!("there is no source {name:?}, only {}", names().join(", ")))
}

fn read_sources<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sources, D::Error> {
    struct YesNoOrList;
    impl<'de> Visitor<'de> for YesNoOrList {
        type Value = Sources;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false or a list of sources")
        }

        fn visit_bool<E: Error>(self, yes: bool) -> Result<Sources, E> {
            Ok(if yes { Sources::ALL } else { Sources::NONE })
        }

        fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Sources, S::Error> {
            let mut sources = Vec::new();
            while let Some(name) = list.next_element::<String>()? {
                sources.push(source(&name).map_err(S::Error::custom)?);
            }
            Ok(sources.into_iter().collect())
        }
    }
    deserializer.deserialize_any(YesNoOrList)
}

fn write_sources<S: Serializer>(sources: &Sources, serializer: S) -> Result<S::Ok, S::Error> {
    if *sources == Sources::ALL {
        return serializer.serialize_bool(true);
    }
    let mut list = serializer.serialize_seq(None)?;
    for source in sources.iter() {
        list.serialize_element(&source.to_string())?;
    }
    list.end()
}
