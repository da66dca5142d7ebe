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

use hop::{forwarded, split_unquoted, x_forwarded};
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

/// Whoever asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    /// Whether a proxy that is believed brought the request. Its address, or one that it names, is then nobody's own
    /// machine, even where it is loopback.
    pub(crate) is_proxied: bool,
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

    /// Whoever asked.
    pub(crate) fn identify(&self, remote: SocketAddr, headers: &HeaderMap) -> Client {
        Client { address: self.client(remote, headers), is_proxied: self.trust(remote.ip()) }
    }

    /// The address of whoever asked. Where a proxy tells nothing that can be read, it is the proxy's own, so that
    /// what it hides is limited together.
    fn client(&self, remote: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        if !self.trust(remote.ip()) {
            return remote;
        }
        let mut nearest = remote;
        let lines = headers.get_all(self.header.name()).iter().rev();
        let mut looked_at = 0;
        for line in lines {
            let line = String::from_utf8_lossy(line.as_bytes());
            // A line that ends within quotes is not read at all: whoever opened them, what follows is not what the
            // proxy behind them meant to say.
            let Some(elements) = elements(&line, self.header) else { return nearest };
            for element in elements.into_iter().rev() {
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

/// The parts of a header between commas.
fn elements(line: &str, header: ProxyHeader) -> Option<Vec<&str>> {
    match header {
        ProxyHeader::XForwardedFor => Some(line.split(',').map(str::trim).collect()),
        ProxyHeader::Forwarded => split_unquoted(line, ','),
    }
}

#[cfg(test)]
mod tests;
