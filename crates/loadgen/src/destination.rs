//! Where load may be sent to.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

/// A server that may be put under load.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Destination {
    /// The signalling URL without a query.
    pub url: String,
    /// Where it leads. The name is looked up once, so that it cannot lead elsewhere later.
    pub address: SocketAddr,
    /// Whether public addresses are allowed.
    pub any_address: bool,
}

/// Why a server is not put under load.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// Something other than `ws://`.
    #[error("{0} is no signalling URL: it begins with ws:// and has no query (wss is not spoken)")]
    NotAUrl(String),
    /// The name leads nowhere.
    #[error("{host} cannot be found")]
    Unknown {
        /// What was looked up.
        host: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A public address.
    #[error(
        "{0} is a public address: load is an attack unless you run the server; if you do, say --i-own-this-server"
    )]
    Public(IpAddr),
}

impl Destination {
    /// Reads a URL and looks its host up.
    ///
    /// # Errors
    ///
    /// When it is no `ws` URL, leads nowhere, or leads to a public address without leave.
    pub fn find(url: &str, any_address: bool) -> Result<Self, DestinationError> {
        let bad = || DestinationError::NotAUrl(url.to_owned());
        let rest = url.strip_prefix("ws://").ok_or_else(bad)?;
        if rest.contains(['?', '#', '@']) {
            return Err(bad());
        }
        let host = rest.split('/').next().filter(|host| !host.is_empty()).ok_or_else(bad)?;
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let host = if has_port { host.to_owned() } else { format!("{host}:80") };
        let unknown = |source| DestinationError::Unknown { host: host.clone(), source };
        let mut addresses = host.to_socket_addrs().map_err(unknown)?;
        let address = addresses.next().ok_or_else(|| unknown(std::io::ErrorKind::NotFound.into()))?;
        let destination = Self { url: url.to_owned(), address, any_address };
        destination.check(address.ip())?;
        Ok(destination)
    }

    /// Whether datagrams may be sent there. The server names its media addresses itself, so each is
    /// looked at.
    pub fn check(&self, ip: IpAddr) -> Result<(), DestinationError> {
        if self.any_address || is_private(ip) { Ok(()) } else { Err(DestinationError::Public(ip)) }
    }
}

/// Loopback, link-local, and networks that are nobody else's (RFC 1918, RFC 4193, RFC 6598).
fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || (a == 100 && b & 0xc0 == 64)
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests;
