//! ICE candidates: ours as text, the peer's as values.
//!
//! An ICE-lite server learns where a peer is from its authenticated checks, so remote candidates
//! are only validated; names ending in `.local` are never resolved.

use std::net::{IpAddr, SocketAddr};

use crate::error::{SdpError, excerpt};

/// Longest candidate line that is read; real ones have about 150 bytes.
const MAX_LINE: usize = 1024;

/// Type preference of our host candidates, the only ones we have (RFC 8445 §5.1.2.2 recommends 126). The priority of a pair
/// is decided by the lower of its two candidates, and a rise of ours has to decide: higher, and it was hidden
/// behind what clients give theirs when seen from outside (110 or 100); lower, and a relay of theirs (0 to 5) would no longer be their last choice.
const HOST_PREFERENCE: u32 = 64;

/// Restarts of ICE that raise priorities, one after the other, and addresses that differ in theirs: a byte each of the local preference.
/// Those beyond have what the last one has.
const MAX_STEPS: u32 = 255;

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
/// Priority is 2^24 · 64 + 2^16 · restarts + 2^8 · (255 − rank) + 255: by RFC 8445 §5.1.2.1 for component 1, with a local
/// preference that rises with every restart of ICE. Clients go on with the pair they have for as long as no other
/// has a higher priority, up to seconds after it went dead; one that was found by a restart is the better one at once.
pub(crate) fn host_candidate(rank: usize, restarts: u32, address: SocketAddr) -> String {
    let place = MAX_STEPS.saturating_sub(u32::try_from(rank).unwrap_or(u32::MAX));
    let local_preference = (restarts.min(MAX_STEPS) << 8) | place;
    let priority = (HOST_PREFERENCE << 24) | (local_preference << 8) | 255;
    format!("{} 1 udp {priority} {} {} typ host", rank + 1, address.ip(), address.port())
}

#[cfg(test)]
mod tests;
