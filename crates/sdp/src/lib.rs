//! Offer and answer as values: what a peer's session description says, and what ours says back.
//!
//! The crate decides which m-lines, codecs, header extensions and simulcast encodings are accepted,
//! which m-line carries which subscription, and how descriptions are written (RFC 8829, RFC 8843,
//! RFC 8853, RFC 9429). There are two conversations, kept apart over shared values:
//!
//! - **we answer**: [`RemoteDescription::parse`], then [`answer`]: the client offers and sends.
//! - **we offer**: a [`SlotMap`] knows which m-line carries which subscription, writes each
//!   [`Offer`], and [`accept_answer`] reads what the client made of it.
//!
//! [`answer_sending`] stands between the two: the client offers to receive, and we answer. [`Fragment`] is
//! what such clients send afterwards.
//!
//! It deliberately does not know rooms, sessions, timers or sockets, when to offer, or how many offers are
//! in flight. Nothing below `control` reads a session description: what crosses is
//! [`switchyard_vocab::negotiated`] and [`switchyard_vocab::line`].
//!
//! Everything remote is bounded where it is read: [`MAX_DESCRIPTION`], [`MAX_SECTIONS`],
//! [`MAX_CODECS`], [`MAX_CANDIDATES`]; what was left out is counted in [`RemoteDescription::ignored`].
//!
//! ```
//! use switchyard_sdp::{AnswerPolicy, LocalTransport, RemoteDescription, answer};
//! use switchyard_vocab::ids::PublicationId;
//! use switchyard_vocab::line::{Fingerprint, FingerprintHash, IceCredentials};
//!
//! let digest = ["AB"; 32].join(":");
//! let offer = format!(
//!     "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
//!      m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\n\
//!      a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n\
//!      a=fingerprint:sha-256 {digest}\r\na=setup:actpass\r\na=rtpmap:111 opus/48000/2\r\n"
//! );
//! let local = LocalTransport {
//!     session_id: 7,
//!     ice: IceCredentials { ufrag: "w0serverfrag".into(), pwd: "a-password-of-24-letters".into() },
//!     fingerprint: Fingerprint { hash: FingerprintHash::Sha256, digest: vec![0xCD; 32] },
//!     candidates: vec!["192.0.2.1:7882".parse().unwrap()],
//!     restarts: 0,
//!     role: None,
//! };
//!
//! let offer = RemoteDescription::parse(&offer).unwrap();
//! let answer = answer(&offer, &AnswerPolicy::default(), &local, |_section| PublicationId(1)).unwrap();
//!
//! assert!(answer.sdp.contains("a=recvonly"));
//! assert_eq!(answer.receiving.sections[0].publication, PublicationId(1));
//! ```
#![forbid(unsafe_code)]

mod candidate;
mod codec;
mod error;
mod extmap;
mod fragment;
mod negotiation;
mod remote;
mod section;
mod simulcast;
mod slots;
mod ssrc;
mod transport;
mod write;

#[cfg(test)]
mod testing;

pub use candidate::{Candidate, Trickled};
pub use codec::{Feedback, MAX_CODECS, RemoteCodec};
pub use error::SdpError;
pub use extmap::OfferedExtension;
pub use fragment::{Fragment, write_fragment};
pub use negotiation::accept::{Refused, Sending, Unsent, accept_answer};
pub use negotiation::answer::keeping::check_kept;
pub use negotiation::answer::sending::{Served, answer_sending};
pub use negotiation::answer::{
    Answer, AnswerPolicy, Exception, Fate, Rejection, SectionOutcome, answer, share_bitrate,
};
pub use negotiation::offer::{Offer, OfferedSection};
pub use remote::{MAX_CANDIDATES, MAX_DESCRIPTION, MAX_SECTIONS, RemoteDescription};
pub use section::{Direction, Msid, Section, SectionKind};
pub use simulcast::SentRid;
pub use slots::{Occupant, OfferPolicy, SlotMap};
pub use transport::{LocalTransport, Setup};
