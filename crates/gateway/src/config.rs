//! What operators can choose about signalling.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::auth::{AuthConfig, DEVELOPMENT_KEY_ID, DEVELOPMENT_SECRET, Key, MIN_SECRET_BYTES, Secret};
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
    /// Loopback is exempt: whoever is there is the operator, or a proxy that speaks for many.
    pub max_connects_per_second_per_address: u32,
    /// Notices that may wait for a slow client before its session is ended. A room of hundreds tells a
    /// newcomer much at once.
    pub max_waiting_notices: usize,
    /// Requests of all clients together that may wait for control before their connections have to wait.
    pub max_waiting_requests: usize,
    /// How often a WebSocket ping asks for a sign of life.
    #[serde(with = "humantime_serde")]
    pub ping_interval: Duration,
    /// After this long without any frame from a client its session is over. Longer spares clients on bad
    /// networks, shorter removes ghosts from rooms sooner.
    #[serde(with = "humantime_serde")]
    pub ping_timeout: Duration,
    /// Time a client has from opening the connection to being in a room.
    #[serde(with = "humantime_serde")]
    pub join_timeout: Duration,
    /// Time that connections get to close when the server stops.
    #[serde(with = "humantime_serde")]
    pub shutdown_timeout: Duration,
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
            max_waiting_notices: 1_024,
            max_waiting_requests: 4_096,
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(30),
            join_timeout: Duration::from_secs(10),
            shutdown_timeout: Duration::from_secs(5),
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
    /// This configuration with the development key and with names that need no token.
    #[must_use]
    pub fn for_development(mut self) -> Self {
        self.auth.allow_identity_without_token = true;
        self.auth.keys.insert(DEVELOPMENT_KEY_ID.to_owned(), Key::new(DEVELOPMENT_SECRET));
        self
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
        for (id, Key { secret, .. }) in &self.auth.keys {
            if secret.len() < MIN_SECRET_BYTES {
                let value = format!("a secret of {} bytes", secret.len());
                return Err(refused(
                    &format!("auth.keys.{id}"),
                    value,
                    "at least 32 bytes, best random ones",
                ));
            }
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
