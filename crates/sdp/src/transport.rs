//! The transport half of a description: ICE credentials, certificate, DTLS role.

use std::net::SocketAddr;

use rtc_sdp::description::common::Attribute;
use switchyard_vocab::line::{DtlsRole, Fingerprint, FingerprintHash, IceCredentials};

use crate::error::{SdpError, excerpt};

/// Most fingerprints kept of one description: one certificate hashed in every way, twice over.
const MAX_FINGERPRINTS: usize = 8;

/// Shortest ufrag and password: 24 and 128 random bits (RFC 8445 §5.3).
const MIN_UFRAG: usize = 4;
const MIN_PWD: usize = 22;

/// Longest ufrag and password (RFC 8445 §5.3).
const MAX_CREDENTIAL: usize = 256;

/// Our end of the connection, as a description announces it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LocalTransport {
    /// Session number of the `o=` line: random, below 2^63, one per connection (RFC 8829 §5.2.1).
    pub session_id: u64,
    /// Our ICE credentials.
    pub ice: IceCredentials,
    /// Our certificate's fingerprint.
    pub fingerprint: Fingerprint,
    /// Announced UDP addresses, the preferred first. Mapped public addresses are host candidates too.
    pub candidates: Vec<SocketAddr>,
    /// How often ICE was restarted on this connection. Priorities rise with it, so that a path which a restart has found
    /// is preferred to those from before.
    pub restarts: u32,
    /// Our DTLS role, once an earlier exchange settled it: an `actpass` offer then keeps it
    /// (RFC 8842 §5.5). `None` at first.
    pub role: Option<DtlsRole>,
}

/// `a=setup` (RFC 4145 §4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Setup {
    /// Will send the ClientHello.
    Active,
    /// Waits for it.
    Passive,
    /// Leaves the choice to the other side.
    ActPass,
    /// Wants no connection for now.
    HoldConn,
}

impl Setup {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
            Self::ActPass => "actpass",
            Self::HoldConn => "holdconn",
        }
    }

    fn parse(value: &str) -> Option<Self> {
        [Self::Active, Self::Passive, Self::ActPass, Self::HoldConn]
            .into_iter()
            .find(|setup| value.trim().eq_ignore_ascii_case(setup.as_str()))
    }
}

/// Our role when we answer an offer.
///
/// Being the server suits us: the client's ClientHello then doubles as proof of a working path.
pub(crate) fn role_as_answerer(
    offered: Option<Setup>,
    settled: Option<DtlsRole>,
) -> Result<DtlsRole, SdpError> {
    match offered {
        None | Some(Setup::ActPass) => Ok(settled.unwrap_or(DtlsRole::Server)),
        Some(Setup::Active) => Ok(DtlsRole::Server),
        Some(Setup::Passive) => Ok(DtlsRole::Client),
        Some(Setup::HoldConn) => Err(bad_setup(Setup::HoldConn, "offer actpass")),
    }
}

/// Our role when our `actpass` offer was answered.
pub(crate) fn role_as_offerer(answered: Option<Setup>) -> Result<DtlsRole, SdpError> {
    match answered {
        None | Some(Setup::Active) => Ok(DtlsRole::Server),
        Some(Setup::Passive) => Ok(DtlsRole::Client),
        Some(other) => Err(bad_setup(other, "answer active or passive")),
    }
}

fn bad_setup(found: Setup, expected: &'static str) -> SdpError {
    SdpError::BadSetup { found: found.as_str().to_owned(), expected }
}

/// What one level of a description (session or m-line) says about the transport.
#[derive(Clone, Debug, Default)]
pub(crate) struct TransportAttributes {
    pub(crate) ufrag: Option<String>,
    pub(crate) pwd: Option<String>,
    pub(crate) fingerprints: Vec<Fingerprint>,
    /// Hash functions that were named and are not accepted.
    unknown_hashes: Vec<String>,
    pub(crate) setup: Option<Setup>,
}

impl TransportAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self, SdpError> {
        let mut found = Self::default();
        for attribute in attributes {
            let Some(value) = attribute.value.as_deref() else { continue };
            found.read(&attribute.key, value)?;
        }
        Ok(found)
    }

    /// Takes one attribute, if it is one of these.
    pub(crate) fn read(&mut self, key: &str, value: &str) -> Result<(), SdpError> {
        match key {
            "ice-ufrag" => self.ufrag = Some(credential("a=ice-ufrag", value, MIN_UFRAG)?),
            "ice-pwd" => self.pwd = Some(credential("a=ice-pwd", value, MIN_PWD)?),
            "setup" => self.setup = Some(parse_setup(value)?),
            "fingerprint" if self.fingerprints.len() < MAX_FINGERPRINTS => self.add_fingerprint(value)?,
            _ => {}
        }
        Ok(())
    }

    /// Takes what is still missing from the next level. A ufrag here and a password there do not
    /// belong together by the letter, yet clients exist that write so.
    pub(crate) fn fill_from(&mut self, other: Self) {
        if self.ufrag.is_none() || self.pwd.is_none() {
            let whole = other.ufrag.is_some() && other.pwd.is_some();
            self.ufrag = if whole { other.ufrag } else { self.ufrag.take().or(other.ufrag) };
            self.pwd = if whole { other.pwd } else { self.pwd.take().or(other.pwd) };
        }
        self.setup = self.setup.or(other.setup);
        if self.fingerprints.is_empty() {
            self.fingerprints = other.fingerprints;
        }
        for name in other.unknown_hashes {
            if self.unknown_hashes.len() < MAX_FINGERPRINTS && !self.unknown_hashes.contains(&name) {
                self.unknown_hashes.push(name);
            }
        }
    }

    /// Whether nothing is missing any more.
    pub(crate) const fn is_complete(&self) -> bool {
        self.ufrag.is_some() && self.pwd.is_some() && self.setup.is_some() && !self.fingerprints.is_empty()
    }

    /// The credentials, or which half is missing.
    pub(crate) fn require_ice(&self) -> Result<IceCredentials, SdpError> {
        let missing = |what, min| SdpError::BadIceCredentials { what, length: 0, min };
        let ufrag = self.ufrag.clone().ok_or_else(|| missing("a=ice-ufrag", MIN_UFRAG))?;
        let pwd = self.pwd.clone().ok_or_else(|| missing("a=ice-pwd", MIN_PWD))?;
        Ok(IceCredentials { ufrag, pwd })
    }

    /// Names of the hash functions that were found and are not accepted.
    pub(crate) fn unknown_hashes(&self) -> String {
        if self.unknown_hashes.is_empty() { "none".to_owned() } else { self.unknown_hashes.join(", ") }
    }

    fn add_fingerprint(&mut self, value: &str) -> Result<(), SdpError> {
        let value = value.trim();
        let (name, digest) = value.split_once(' ').unwrap_or((value, ""));
        let Some(hash) = hash_of(name) else {
            if self.unknown_hashes.len() < MAX_FINGERPRINTS {
                self.unknown_hashes.push(excerpt(name));
            }
            return Ok(());
        };
        let (name, expected) = hash_facts(hash);
        let digest = parse_digest(digest.trim())
            .filter(|digest| digest.len() == expected)
            .ok_or(SdpError::BadFingerprint { hash: name, expected })?;
        self.fingerprints.push(Fingerprint { hash, digest });
        Ok(())
    }
}

fn parse_setup(value: &str) -> Result<Setup, SdpError> {
    Setup::parse(value).ok_or_else(|| SdpError::BadSetup {
        found: excerpt(value),
        expected: "use active, passive or actpass",
    })
}

fn credential(what: &'static str, value: &str, min: usize) -> Result<String, SdpError> {
    let value = value.trim();
    if !(min..=MAX_CREDENTIAL).contains(&value.len()) {
        return Err(SdpError::BadIceCredentials { what, length: value.len(), min });
    }
    Ok(value.to_owned())
}

fn hash_of(name: &str) -> Option<FingerprintHash> {
    use FingerprintHash::{Sha256, Sha384, Sha512};
    [Sha256, Sha384, Sha512].into_iter().find(|&hash| hash_facts(hash).0.eq_ignore_ascii_case(name))
}

/// Name in SDP (RFC 8122 §5) and digest length in bytes.
const fn hash_facts(hash: FingerprintHash) -> (&'static str, usize) {
    match hash {
        FingerprintHash::Sha256 => ("sha-256", 32),
        FingerprintHash::Sha384 => ("sha-384", 48),
        FingerprintHash::Sha512 => ("sha-512", 64),
    }
}

fn parse_digest(text: &str) -> Option<Vec<u8>> {
    // A sign is a number to the standard parser, and is no hexadecimal digit.
    let is_byte = |byte: &str| byte.len() == 2 && byte.bytes().all(|digit| digit.is_ascii_hexdigit());
    text.split(':').map(|byte| u8::from_str_radix(byte, 16).ok().filter(|_| is_byte(byte))).collect()
}

/// The value of `a=fingerprint`: upper-case hexadecimal with colons (RFC 8122 §5).
pub(crate) fn fingerprint_text(fingerprint: &Fingerprint) -> String {
    let digest: Vec<String> = fingerprint.digest.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("{} {}", hash_facts(fingerprint.hash).0, digest.join(":"))
}

#[cfg(test)]
mod tests;
