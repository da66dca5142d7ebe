//! The handshake: DTLS 1.2 and 1.3 over `dimpl`, with the peer's certificate checked before any key is used.
//!
//! ```text
//! datagrams ─ early (until the description is known) ─ handshake ─┬─ keys for SRTP
//!                                                                 ├─ datagrams to send
//!                                                                 └─ the end, by name
//! ```
//!
//! `dimpl` has no setting for the order of SRTP profiles: under DTLS 1.2 it takes the strongest the
//! client offers, under 1.3 the first of the client's list that it knows.

mod certificate;
mod early;
mod fingerprint;
mod handshake;
mod held_keys;
mod leaf;

pub use certificate::{Certificate, CertificateFailed, FLIGHT_RETRIES, FLIGHT_RTO, HANDSHAKE_MTU};
pub use early::{EarlyRecords, MAX_EARLY};
pub use fingerprint::{fingerprint_of, fingerprint_text, matches_any};
pub use handshake::{Drained, DtlsVersions, HANDSHAKE_TIMEOUT, Handshake};
