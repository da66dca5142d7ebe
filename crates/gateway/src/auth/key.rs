//! Keys: what tokens are signed with, and what whoever holds one may use of the server.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use switchyard_control::tenancy::Quota;

use super::secret::Secret;

/// A key that signs tokens. Its id names the tenant whose participants come by them.
///
/// In configuration it is its secret alone, or a table with `secret`, the quotas `max_rooms`,
/// `max_participants` and `max_bitrate`, and `max_connects_per_second`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Key {
    /// What proves that a token was signed with it.
    pub secret: Secret,
    /// How much the participants who come by it may use.
    pub quota: Quota,
    /// How many of them may connect per second; `None` is as many as of any key.
    pub max_connects_per_second: Option<u32>,
}

impl Key {
    /// The names of what a key may have beside its secret.
    pub const LIMITS: [&str; 4] = ["max_rooms", "max_participants", "max_bitrate", "max_connects_per_second"];

    /// A key without quotas.
    pub fn new(secret: impl Into<String>) -> Self {
        Self { secret: Secret::new(secret), quota: Quota::default(), max_connects_per_second: None }
    }
}

/// The longer form. The fields of a quota are spelled out so that a wrong one is refused by its name.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Table {
    secret: Secret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_rooms: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_participants: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_bitrate: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_connects_per_second: Option<u32>,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherForm;
        impl<'de> Visitor<'de> for EitherForm {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a secret, or a table with secret and quotas")
            }

            fn visit_str<E: Error>(self, secret: &str) -> Result<Key, E> {
                Ok(Key::new(secret))
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Key, M::Error> {
                let table = Table::deserialize(MapAccessDeserializer::new(map))?;
                let Table { secret, max_rooms, max_participants, max_bitrate, max_connects_per_second } =
                    table;
                let quota = Quota { max_rooms, max_participants, max_bitrate };
                Ok(Key { secret, quota, max_connects_per_second })
            }
        }
        deserializer.deserialize_any(EitherForm)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.quota == Quota::default() && self.max_connects_per_second.is_none() {
            return self.secret.serialize(serializer);
        }
        let Quota { max_rooms, max_participants, max_bitrate } = self.quota;
        let (secret, max_connects_per_second) = (self.secret.clone(), self.max_connects_per_second);
        Table { secret, max_rooms, max_participants, max_bitrate, max_connects_per_second }
            .serialize(serializer)
    }
}
