//! What operators can choose about WHIP and WHEP.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::auth::Secret;

/// Longest time for which a viewer may wait for a publisher; proxies give up soon after.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Most ICE servers, each a header line.
const MAX_ICE_SERVERS: usize = 16;

/// Settings of both dialects.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhipConfig {
    /// How long a viewer waits for somebody to publish before it is told that nobody does. Longer spares
    /// players their attempts, shorter tells their users sooner.
    #[serde(with = "humantime_serde")]
    pub wait_for_publisher: Duration,
    /// STUN and TURN servers that clients are told of. The server itself has a public address and needs
    /// none.
    pub ice_servers: Vec<IceServer>,
}

/// A STUN or TURN server for clients.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IceServer {
    /// `stun:`, `stuns:`, `turn:` or `turns:` with host, port and transport (RFC 7064, RFC 7065).
    pub url: String,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For TURN; every client is told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Secret>,
}

impl Default for WhipConfig {
    fn default() -> Self {
        Self { wait_for_publisher: Duration::from_secs(5), ice_servers: Vec::new() }
    }
}

impl WhipConfig {
    /// The first setting that cannot be: its key, its value and what is accepted.
    pub(crate) fn problem(&self) -> Option<(&'static str, String, &'static str)> {
        if self.wait_for_publisher > LONGEST_WAIT {
            let value = format!("{:?}", self.wait_for_publisher);
            return Some(("whip.wait_for_publisher", value, "\"0s\" to \"60s\""));
        }
        if self.ice_servers.len() > MAX_ICE_SERVERS {
            let value = format!("{} servers", self.ice_servers.len());
            return Some(("whip.ice_servers", value, "at most 16"));
        }
        let wrong = self.ice_servers.iter().find(|server| !server.can_be_told())?;
        let accepted = "stun:, stuns:, turn: or turns:, and no quotes, brackets or spaces in any part";
        Some(("whip.ice_servers", wrong.url.clone(), accepted))
    }

    /// The `Link` headers that tell of the ICE servers (RFC 9725 §4.6).
    pub(crate) fn links(&self) -> impl Iterator<Item = String> {
        self.ice_servers.iter().map(IceServer::link)
    }
}

impl IceServer {
    fn can_be_told(&self) -> bool {
        let schemes = ["stun:", "stuns:", "turn:", "turns:"];
        let secret = self.credential.as_ref().map(text);
        let parts = [Some(self.url.as_str()), self.username.as_deref(), secret];
        let is_plain = |part: &str| part.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\<>".contains(&b));
        schemes.iter().any(|scheme| self.url.starts_with(scheme)) && parts.into_iter().flatten().all(is_plain)
    }

    fn link(&self) -> String {
        let mut link = format!("<{}>; rel=\"ice-server\"", self.url);
        if let (Some(username), Some(credential)) = (&self.username, &self.credential) {
            let credential = text(credential);
            link += &format!(
                "; username=\"{username}\"; credential=\"{credential}\"; credential-type=\"password\""
            );
        }
        link
    }
}

fn text(secret: &Secret) -> &str {
    std::str::from_utf8(secret.expose()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
