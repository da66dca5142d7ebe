//! What may be wrong with a STUN message.

/// Why bytes are not the message they should be. Always the sender's fault, or the network's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StunError {
    /// Shorter than a header.
    #[error("{0} bytes, a STUN header has 20")]
    TooShort(usize),
    /// The first two bits or the cookie belong to something else.
    #[error("not STUN")]
    NotStun,
    /// A UDP datagram is one message: the length field says something else.
    #[error("the header says {said} bytes, {len} are there")]
    Length {
        /// Header and attributes, by the header.
        said: usize,
        /// Bytes there are.
        len: usize,
    },
    /// STUN, but another method or class than was asked for: never to be answered as one.
    #[error("message type {0:#06x} is not expected here")]
    Unexpected(u16),
    /// An attribute that reaches behind the end, or stands behind the fingerprint.
    #[error("malformed attribute at offset {0}")]
    Malformed(usize),
    /// A value of impossible length or content.
    #[error("attribute {0:#06x} can't be read")]
    BadValue(u16),
    /// More attributes than anybody sends.
    #[error("too many attributes")]
    TooManyAttributes,
    /// The CRC does not match: changed on the way, or not STUN after all.
    #[error("the fingerprint does not match")]
    FingerprintMismatch,
    /// A success that names no address, or an error that names no code.
    #[error("attribute {0:#06x} is missing")]
    Missing(u16),
}
