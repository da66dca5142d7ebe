//! What operators can choose about signalling.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use switchyard_control::config::RESUME_FOR;

use crate::admin::config::AdminConfig;
use crate::auth::{AuthConfig, DEVELOPMENT_KEY_ID, DEVELOPMENT_SECRET, Key, MIN_SECRET_BYTES, Secret};
use crate::client_address::{Network, ProxyHeader};
use crate::dialect::whip::WhipConfig;

/// Configuration of the gateway. The default is meant for production and lacks only a key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewayConfig {
    /// Where HTTP and WebSocket are served.
    pub listen: SocketAddr,
    /// Where `/metrics` is served. It tells strangers about load and should not face them.
    pub metrics_listen: SocketAddr,
    /// Longest message a client may send. An offer of a participant with two hundred m-lines has about
    /// 250 KiB; a larger limit lets each connection hold more memory.
    pub max_message_bytes: usize,
    /// Messages a client may send per second, for as long as it likes; twice as many in a burst. Trickled
    /// candidates come in bursts of a few dozen.
    pub max_messages_per_second: u32,
    /// Signalling connections at once. Each costs some tens of kilobytes and a file descriptor.
    pub max_connections: usize,
    /// New connections per second from one address (IPv6: one /64), ten times as many in a burst.
    /// Loopback is exempt unless it is a trusted proxy: whoever is there is the operator, or a proxy that speaks for
    /// many.
    pub max_connects_per_second_per_address: u32,
    /// New connections per second of all participants of one key together, ten times as many in a burst; a key may
    /// have a number of its own. Names without tokens are exempt.
    pub max_connects_per_second_per_key: u32,
    /// Proxies whose word counts for where a client is.
    pub trusted_proxies: Vec<Network>,
    /// The header in which they give it. They have to write it themselves: of any other they pass on what clients
    /// invent.
    pub proxy_header: ProxyHeader,
    /// Notices that may wait for a slow client before its session is ended. A room of hundreds tells a
    /// newcomer much at once. At 8 MiB of them it is ended as well.
    pub max_waiting_notices: usize,
    /// Requests of all clients together that may wait for control before their connections have to wait.
    pub max_waiting_requests: usize,
    /// How often a WebSocket ping asks for a sign of life.
    #[serde(with = "humantime_serde")]
    pub ping_interval: Duration,
    /// After this long without any frame from a client its connection is taken for lost. Longer spares clients on bad
    /// networks, shorter removes ghosts from rooms sooner.
    #[serde(with = "humantime_serde")]
    pub ping_timeout: Duration,
    /// Time a client has from opening the connection to being in a room.
    #[serde(with = "humantime_serde")]
    pub join_timeout: Duration,
    /// How long a session stays that has lost its connection, its media going on; zero: not at all.
    #[serde(with = "humantime_serde")]
    pub resume_for: Duration,
    /// Time that connections get to close when the server stops.
    #[serde(with = "humantime_serde")]
    pub shutdown_timeout: Duration,
    /// The admin API.
    pub admin: AdminConfig,
    /// Who may come in.
    pub auth: AuthConfig,
    /// WHIP and WHEP.
    pub whip: WhipConfig,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 7880)),
            metrics_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9464)),
            max_message_bytes: 256 * 1024,
            max_messages_per_second: 50,
            max_connections: 10_000,
            max_connects_per_second_per_address: 20,
            max_connects_per_second_per_key: 200,
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
            max_waiting_notices: 1_024,
            max_waiting_requests: 4_096,
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(30),
            join_timeout: Duration::from_secs(10),
            resume_for: RESUME_FOR,
            shutdown_timeout: Duration::from_secs(5),
            admin: AdminConfig::default(),
            auth: AuthConfig::default(),
            whip: WhipConfig::default(),
        }
    }
}

/// What kind of start the configuration is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Start {
    /// Strangers will come.
    Production,
    /// On a developer's machine: the development key, and names without tokens.
    Development,
}

/// A value that cannot be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{key} = {value}: {accepted}")]
pub struct SettingError {
    /// Which key, within the gateway's section.
    pub key: String,
    /// What it was set to; secrets are left out.
    pub value: String,
    /// What is accepted instead.
    pub accepted: &'static str,
}

impl GatewayConfig {
    /// This configuration with the development key, which opens the admin API as well, and with names that need
    /// no token.
    #[must_use]
    pub fn for_development(mut self) -> Self {
        self.auth.allow_identity_without_token = true;
        self.admin.secret.get_or_insert_with(|| Secret::new(DEVELOPMENT_SECRET));
        self.auth.keys.insert(DEVELOPMENT_KEY_ID.to_owned(), Key::new(DEVELOPMENT_SECRET));
        self
    }

    /// Whether the secret that everybody knows opens anything.
    pub(crate) fn opens_by_development_secret(&self) -> bool {
        let known = Secret::new(DEVELOPMENT_SECRET);
        self.admin.secret.as_ref() == Some(&known) || self.auth.keys.values().any(|key| key.secret == known)
    }

    /// How often participants of each key may connect, per second.
    pub(crate) fn connects_by_key(&self) -> impl Iterator<Item = (String, u32)> {
        let usual = self.max_connects_per_second_per_key;
        let keys = self.auth.keys.iter();
        keys.map(move |(id, key)| (id.clone(), key.max_connects_per_second.unwrap_or(usual)))
    }

    /// Whether the server can start with this.
    ///
    /// # Errors
    /// The first value that cannot be, with what is accepted.
    pub fn check(&self, start: Start) -> Result<(), SettingError> {
        self.check_limits()?;
        self.check_times()?;
        self.check_keys()?;
        if let Some((key, value, accepted)) = self.whip.problem() {
            return Err(refused(key, value, accepted));
        }
        match start {
            Start::Production => self.check_production(),
            Start::Development => Ok(()),
        }
    }

    fn check_limits(&self) -> Result<(), SettingError> {
        check("max_message_bytes", self.max_message_bytes, 4_096..=16 << 20, "4096 to 16777216 bytes")?;
        check("max_messages_per_second", self.max_messages_per_second, 1..=10_000, "1 to 10000")?;
        check("max_connections", self.max_connections, 1..=1_000_000, "1 to 1000000")?;
        check(
            "max_connects_per_second_per_address",
            self.max_connects_per_second_per_address,
            1..=100_000,
            "1 to 100000",
        )?;
        check(
            "max_connects_per_second_per_key",
            self.max_connects_per_second_per_key,
            1..=100_000,
            "1 to 100000",
        )?;
        if self.trusted_proxies.iter().any(Network::is_everybody) {
            let accepted = "networks of your proxies: everybody would be believed about where they are";
            return Err(refused("trusted_proxies", "a network of everybody", accepted));
        }
        check("max_waiting_notices", self.max_waiting_notices, 16..=65_536, "16 to 65536")?;
        check("max_waiting_requests", self.max_waiting_requests, 16..=1_048_576, "16 to 1048576")
    }

    fn check_times(&self) -> Result<(), SettingError> {
        let second_to_hour = Duration::from_secs(1)..=Duration::from_secs(3_600);
        for (key, value) in [
            ("ping_interval", self.ping_interval),
            ("ping_timeout", self.ping_timeout),
            ("join_timeout", self.join_timeout),
            ("shutdown_timeout", self.shutdown_timeout),
        ] {
            if !second_to_hour.contains(&value) {
                return Err(refused(key, format!("{value:?}"), "\"1s\" to \"1h\""));
            }
        }
        if !self.resume_for.is_zero() && !second_to_hour.contains(&self.resume_for) {
            let accepted = "\"0s\" (off) or \"1s\" to \"1h\"";
            return Err(refused("resume_for", format!("{:?}", self.resume_for), accepted));
        }
        if self.ping_timeout <= self.ping_interval {
            return Err(refused(
                "ping_timeout",
                format!("{:?}", self.ping_timeout),
                "more than ping_interval",
            ));
        }
        Ok(())
    }

    fn check_keys(&self) -> Result<(), SettingError> {
        for (id, Key { secret, max_connects_per_second, .. }) in &self.auth.keys {
            if let Some(rate) = max_connects_per_second {
                let key = format!("auth.keys.{id}.max_connects_per_second");
                check(&key, *rate, 1..=100_000, "1 to 100000")?;
            }
            if secret.len() < MIN_SECRET_BYTES {
                let value = format!("a secret of {} bytes", secret.len());
                return Err(refused(
                    &format!("auth.keys.{id}"),
                    value,
                    "at least 32 bytes, best random ones",
                ));
            }
        }
        if let Some(secret) = self.admin.secret.as_ref().filter(|secret| secret.len() < MIN_SECRET_BYTES) {
            let value = format!("a secret of {} bytes", secret.len());
            return Err(refused("admin.secret", value, "at least 32 bytes, best random ones"));
        }
        Ok(())
    }

    fn check_production(&self) -> Result<(), SettingError> {
        if self.auth.allow_identity_without_token {
            let accepted = "false; names without tokens are for --dev alone";
            return Err(refused("auth.allow_identity_without_token", "true", accepted));
        }
        if self.auth.keys.is_empty() {
            return Err(refused(
                "auth.keys",
                "{}",
                "at least one key, as id = \"secret\"; or start with --dev",
            ));
        }
        let is_development = |(id, key): (&String, &Key)| {
            id == DEVELOPMENT_KEY_ID || key.secret == Secret::new(DEVELOPMENT_SECRET)
        };
        if self.auth.keys.iter().any(is_development) {
            let accepted = "a key of your own: everybody knows the development key; or start with --dev";
            return Err(refused("auth.keys", "the development key", accepted));
        }
        if self.admin.secret == Some(Secret::new(DEVELOPMENT_SECRET)) {
            let accepted = "a secret of your own: everybody knows the development one; or start with --dev";
            return Err(refused("admin.secret", "the development secret", accepted));
        }
        Ok(())
    }
}

fn check<T: PartialOrd + ToString>(
    key: &str,
    value: T,
    accepted: std::ops::RangeInclusive<T>,
    words: &'static str,
) -> Result<(), SettingError> {
    if accepted.contains(&value) { Ok(()) } else { Err(refused(key, value.to_string(), words)) }
}

fn refused(key: &str, value: impl Into<String>, accepted: &'static str) -> SettingError {
    SettingError { key: key.to_owned(), value: value.into(), accepted }
}

#[cfg(test)]
mod tests;
