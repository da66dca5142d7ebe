//! What operators can choose about the admin API.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::auth::Secret;

/// The admin API. Off with `listen = "off"`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminConfig {
    /// Where it is served.
    pub listen: AdminListen,
    /// What lets its holder do everything to every tenant. Without it only tokens with `server_admin` are
    /// taken, each for the tenant of the key that signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
}

impl Default for AdminConfig {
    fn default() -> Self {
        let listen = AdminListen::At(SocketAddr::from((Ipv4Addr::LOCALHOST, 7980)));
        Self { listen, secret: None }
    }
}

/// An address, or nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AdminListen {
    /// There.
    At(SocketAddr),
    /// Nowhere.
    Off,
}

impl AdminListen {
    /// The address, if there is one.
    pub const fn address(self) -> Option<SocketAddr> {
        match self {
            Self::At(address) => Some(address),
            Self::Off => None,
        }
    }
}

impl fmt::Display for AdminListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(address) => address.fmt(f),
            Self::Off => f.write_str("off"),
        }
    }
}

impl FromStr for AdminListen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.parse() {
            Ok(address) => Ok(Self::At(address)),
            Err(_) if text == "off" => Ok(Self::Off),
            Err(_) => Err("an address with a port, like \"127.0.0.1:7980\", or \"off\""),
        }
    }
}

impl Serialize for AdminListen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AdminListen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|accepted| de::Error::invalid_value(de::Unexpected::Str(&text), &accepted))
    }
}
