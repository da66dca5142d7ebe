//! Fragments of descriptions: what is sent of ICE when the rest stands (RFC 8840 §9, RFC 9725 §4.3).

use std::fmt::Write as _;

use switchyard_vocab::line::IceCredentials;

use crate::candidate::{Trickled, host_candidate};
use crate::error::SdpError;
use crate::remote::MAX_CANDIDATES;
use crate::transport::{LocalTransport, TransportAttributes};

/// Longest fragment that is read: some dozens of candidates have a few kilobytes.
const MAX_FRAGMENT: usize = 64 * 1024;

/// What a fragment says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fragment {
    /// The credentials it is about. Others than before mean that ICE restarts. `None` where it says
    /// nothing of them, which some clients leave out of all but the first.
    pub ice: Option<IceCredentials>,
    /// How many candidates it has. A lite agent needs none of them (RFC 8445 §2.5).
    pub candidates: usize,
}

impl Fragment {
    /// Reads a fragment. What is no candidate and no credential means nothing here.
    ///
    /// # Errors
    ///
    /// The sender's mistakes.
    pub fn parse(text: &str) -> Result<Self, SdpError> {
        if text.len() > MAX_FRAGMENT {
            return Err(SdpError::TooLong { bytes: text.len(), max: MAX_FRAGMENT });
        }
        let mut found = TransportAttributes::default();
        let mut candidates = 0;
        for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())) {
            if line.is_empty() {
                continue;
            }
            let Some((kind, value)) = line.split_once('=').filter(|(kind, _)| kind.len() == 1) else {
                return Err(SdpError::NotALine { number, text: crate::error::excerpt(line) });
            };
            if kind != "a" {
                continue;
            }
            if value.starts_with("candidate:") {
                Trickled::parse(value)?;
                candidates += 1;
                if candidates > MAX_CANDIDATES {
                    return Err(SdpError::BadFragment(format!("more than {MAX_CANDIDATES} candidates")));
                }
            } else if let Some((key, value)) = value.split_once(':') {
                found.read(key, value)?;
            }
        }
        let ice = match (&found.ufrag, &found.pwd) {
            (None, None) => None,
            _ => Some(found.require_ice()?),
        };
        Ok(Self { ice, candidates })
    }
}

/// Our end after a restart, as a fragment.
pub fn write_fragment(local: &LocalTransport) -> String {
    let IceCredentials { ufrag, pwd } = &local.ice;
    let mut text = format!("a=ice-lite\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\n");
    for (rank, &address) in local.candidates.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "a=candidate:{}\r\n", host_candidate(rank, local.restarts, address));
    }
    text.push_str("a=end-of-candidates\r\n");
    text
}

#[cfg(test)]
mod tests;
