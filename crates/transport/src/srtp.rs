//! SRTP and SRTCP (RFC 3711, RFC 7714): one context per direction, everything in place.
//!
//! ```text
//! exporter ─ keys ─┬─ Inbound   replay window ─ open ─ remember      (per SSRC)
//!                  └─ Outbound  seal                                 (the caller knows the index)
//! ```
//!
//! A 48-bit packet index is carried as an [`ExtSeqNo`](switchyard_vocab::rtp::ExtSeqNo), which
//! starts one turn above zero: the rollover counter of RFC 3711 §3.3.1 is `(ext >> 16) - 1`.

mod cipher;
mod context;
mod error;
mod keys;
mod nonce_guard;
mod profile;
mod replay;

pub use context::{Inbound, MAX_RTCP_SENDERS, Outbound, SSRC_IDLE};
pub use error::{DecryptError, ProtectError};
pub use keys::{MasterKey, SrtpKeys};
pub use profile::SrtpProfile;
pub use replay::{RTCP_WINDOW, RTP_WINDOW, ReplayWindow};

#[cfg(test)]
mod tests;
