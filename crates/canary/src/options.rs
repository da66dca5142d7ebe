//! Where to go, and as whom.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use anyhow::{Context, Result};
use tokio_tungstenite::tungstenite::http::Uri;

/// Where to go, and as whom.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server's signalling URL, as in `ws://localhost:7880/v1/connect`.
    pub url: String,
    /// The room to enter.
    pub room: String,
    /// The name to enter under.
    pub identity: String,
    /// What proves that we may; a server in development mode needs none.
    pub token: Option<String>,
    /// Receive everything there is and will be.
    pub subscribe: bool,
    /// The local address to use; by default the one on the way to the server.
    pub bind: Option<IpAddr>,
}

impl Options {
    /// Enters `room` as `identity` and receives everything.
    pub fn new(url: &str, room: &str, identity: &str) -> Self {
        Self {
            url: url.into(),
            room: room.into(),
            identity: identity.into(),
            token: None,
            subscribe: true,
            bind: None,
        }
    }

    /// The URL with everything the server wants to know before it lets a connection in.
    pub(crate) fn door(&self) -> String {
        let mut url = self.url.clone();
        let token = self.token.as_deref().unwrap_or_default();
        for (name, value) in [("room", &*self.room), ("identity", &*self.identity), ("token", token)] {
            if !value.is_empty() {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(name);
                url.push('=');
                url.extend(value.bytes().map(percent_encoded));
            }
        }
        url
    }

    /// The address media is sent from.
    ///
    /// # Errors
    ///
    /// When the URL names no host, or there is no way to it.
    pub(crate) async fn local_address(&self) -> Result<IpAddr> {
        if let Some(address) = self.bind {
            return Ok(address);
        }
        address_towards(&self.url).await
    }
}

/// The local address on the way to a server.
///
/// # Errors
///
/// When the URL names no host, or there is no way to it.
pub(crate) async fn address_towards(url: &str) -> Result<IpAddr> {
    let url: Uri = url.parse().context("the URL cannot be read")?;
    let host = url.host().context("the URL names no host")?.trim_matches(['[', ']']);
    let mut found = tokio::net::lookup_host((host, url.port_u16().unwrap_or(80))).await?;
    let server = found.find(SocketAddr::is_ipv4).context("the host has no IPv4 address")?;

    // Connecting a UDP socket sends nothing; it only asks the kernel for the way.
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect(server)?;
    Ok(socket.local_addr()?.ip())
}

/// A byte of a query's value (RFC 3986 §2.3).
pub(crate) fn percent_encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests;
