//! ICE candidates: ours as text, the peer's as values.
//!
//! An ICE-lite server learns where a peer is from its authenticated checks, so remote candidates
//! are only validated; names ending in `.local` are never resolved.

use std::net::{IpAddr, SocketAddr};

use crate::error::{SdpError, excerpt};

/// Longest candidate line that is read; real ones have about 150 bytes.
const MAX_LINE: usize = 1024;

/// Type preference of host candidates (RFC 8445 §5.1.2.2).
const HOST_PREFERENCE: u32 = 126;

/// A remote candidate with an address in plain sight (RFC 8839 §5.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Candidate {
    /// Where it says it is. Nothing is sent there before a check came from it.
    pub address: SocketAddr,
    /// Whether it is for UDP; TCP candidates of clients are active ones on port 9.
    pub udp: bool,
    /// Its priority as given.
    pub priority: u32,
}

/// What a trickled line says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trickled {
    /// A candidate with an address.
    Candidate(Candidate),
    /// A candidate behind a name (mDNS), which is not resolved.
    Hidden,
    /// There are no more.
    End,
}

impl Trickled {
    /// Reads a candidate as clients trickle it: with or without `a=`, empty at the end.
    pub fn parse(line: &str) -> Result<Self, SdpError> {
        let line = line.trim();
        let line = line.strip_prefix("a=").unwrap_or(line);
        if line.is_empty() || line == "end-of-candidates" {
            return Ok(Self::End);
        }
        let value = line.strip_prefix("candidate:").unwrap_or(line);
        Self::parse_value(value).ok_or_else(|| SdpError::BadCandidate(excerpt(line)))
    }

    /// Reads what follows `candidate:`.
    pub(crate) fn parse_value(value: &str) -> Option<Self> {
        if value.len() > MAX_LINE {
            return None;
        }
        let mut words = value.split_ascii_whitespace();
        let _foundation = words.next()?;
        let _component: u16 = words.next()?.parse().ok()?;
        let transport = words.next()?;
        let priority = words.next()?.parse().ok()?;
        let host = words.next()?;
        let port = words.next()?.parse().ok()?;
        if !words.next()?.eq_ignore_ascii_case("typ") {
            return None;
        }
        let _kind = words.next()?;

        match host.parse::<IpAddr>() {
            Ok(ip) => Some(Self::Candidate(Candidate {
                address: SocketAddr::new(ip, port),
                udp: transport.eq_ignore_ascii_case("udp"),
                priority,
            })),
            Err(_) => Some(Self::Hidden),
        }
    }
}

/// The value of `a=candidate` for a host address of ours.
///
/// `rank` 0 is the address the operator named first; each has a foundation of its own.
/// Priority is 2^24 · 126 + 2^8 · (65535 − rank) + 255 (RFC 8445 §5.1.2.1, component 1).
pub(crate) fn host_candidate(rank: usize, address: SocketAddr) -> String {
    let local_preference = u32::from(u16::MAX.saturating_sub(u16::try_from(rank).unwrap_or(u16::MAX)));
    let priority = (HOST_PREFERENCE << 24) | (local_preference << 8) | 255;
    format!("{} 1 udp {priority} {} {} typ host", rank + 1, address.ip(), address.port())
}

#[cfg(test)]
mod tests;
