//! Whose request it is when a proxy brings it.
//!
//! A proxy adds the address it was reached from to a header, behind what others before it said; anybody can
//! have written those others. So headers are believed only of proxies that are named, and read from the right:
//! the first address that is none of theirs is the client's. One kind of header is read, which the proxies have
//! to set themselves: of the other kind they would pass on whatever a client invents.

mod hop;
mod network;

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};
use serde::{Deserialize, Serialize};

use hop::{forwarded, x_forwarded};
pub use network::{Network, NetworkError};

/// Most hops that are looked at. Real chains have two or three.
const MAX_HOPS: usize = 16;

/// Which header tells the client's address.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`: addresses, separated by commas.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl ProxyHeader {
    const fn name(self) -> HeaderName {
        match self {
            Self::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            Self::Forwarded => header::FORWARDED,
        }
    }
}

/// The proxies that are believed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Proxies {
    trusted: Vec<Network>,
    header: ProxyHeader,
}

impl Proxies {
    pub(crate) const fn new(trusted: Vec<Network>, header: ProxyHeader) -> Self {
        Self { trusted, header }
    }

    /// Whether somebody is one of them.
    pub(crate) fn trust(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// The address of whoever asked. Where a proxy tells nothing that can be read, it is the proxy's own, so that
    /// what it hides is limited together.
    pub(crate) fn client(&self, remote: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        if !self.trust(remote.ip()) {
            return remote;
        }
        let mut nearest = remote;
        let lines = headers.get_all(self.header.name()).iter().rev();
        let mut looked_at = 0;
        for line in lines {
            let line = String::from_utf8_lossy(line.as_bytes());
            for element in elements(&line, self.header).into_iter().rev() {
                looked_at += 1;
                let hop = match self.header {
                    ProxyHeader::XForwardedFor => x_forwarded(element),
                    ProxyHeader::Forwarded => forwarded(element),
                };
                let Some(hop) = hop.filter(|_| looked_at <= MAX_HOPS) else { return nearest };
                nearest = hop;
                if !self.trust(hop.ip()) {
                    return hop;
                }
            }
        }
        nearest
    }
}

/// The parts of a header between commas; those within quotes are none.
fn elements(line: &str, header: ProxyHeader) -> Vec<&str> {
    let mut quoted = false;
    let mut escaped = false;
    let is_end = |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if header == ProxyHeader::Forwarded => quoted = !quoted,
            ',' => return !quoted,
            _ => {}
        }
        false
    };
    line.split(is_end).map(str::trim).collect()
}

#[cfg(test)]
mod tests;
