//! One peer's line: reachable by ICE, secret by DTLS and SRTP.
//!
//! It decides who is believed: which path a peer proved to be on, whether its certificate is the
//! announced one, whether a packet is authentic and new, and how long silence may last. A
//! [`Line`](line::Line) composes the three; the worker feeds it datagrams that
//! [`classify`](demux::classify) told apart and carries out what it says.
//!
//! It does not know sockets, clocks, SDP, which stream a packet belongs to or whether anybody
//! wants it. Time and the randomness of credentials are arguments; the handshake library draws
//! its own, so where a run must be repeatable a line is opened with given keys.
//!
//! ```
//! use switchyard_transport::demux::{Protocol, classify};
//! use switchyard_transport::srtp::{Inbound, Outbound, SrtpKeys, SrtpProfile};
//! use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};
//!
//! let keys = SrtpKeys::from_exporter(SrtpProfile::AeadAes128Gcm, &[7; 56]).expect("56 bytes");
//! let mut publisher = Outbound::new(&keys.client);
//! let mut server = Inbound::new(&keys.client);
//!
//! let mut packet = [0x80, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 42, /* room for the tag */
//!     0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
//! let sent = publisher.protect_rtp(ExtSeqNo::starting_at(SeqNo(1)), &mut packet, 13)?;
//! assert_eq!(classify(&packet), Protocol::Rtp);
//! # #[expect(clippy::disallowed_methods, reason = "an example starts somewhere")]
//! let now = std::time::Instant::now();
//! let len = server.unprotect_rtp(now, &mut packet[..sent])?;
//! assert_eq!((len, packet[12]), (13, 42));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod demux;
pub mod dtls;
pub mod ice_lite;
pub mod line;
pub mod srtp;

#[cfg(test)]
mod testing;
