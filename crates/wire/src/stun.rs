//! STUN as an ICE-lite server needs it: Binding requests in, answers out (RFC 8489, RFC 8445).
//!
//! The framing of attributes is checked here; keyed hashes (compared in constant time), the CRC
//! and the attribute encodings are those of `stun-types`. Its own message reader is not used: it
//! takes bytes behind the message for attributes and writes a warning for every bad datagram,
//! which anybody could send.

mod attribute;
mod error;
mod frame;
mod key;
mod request;
mod response;
mod write;

pub use error::StunError;
pub use frame::TransactionId;
pub use key::Key;
pub use request::{BindingRequest, Role, UnknownAttributes};
pub use response::{BindingResponse, Outcome};
pub use write::{ErrorReason, RequestFields, write_error, write_request, write_success};

/// The four bytes at offset 4 that tell STUN from anything else (RFC 8489 §5).
pub const MAGIC_COOKIE: u32 = 0x2112_A442;

/// Room that suffices for everything [`write_success`] and [`write_error`] write.
///
/// The longest is a 420 that names all attributes a [`BindingRequest`] remembers.
pub const MAX_RESPONSE_LEN: usize = 128;

#[cfg(test)]
mod tests;
