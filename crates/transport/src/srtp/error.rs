//! Why a packet could not be opened or sealed.

use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::rtp::{ExtSeqNo, Ssrc};

/// Why an inbound packet was refused. Nothing about its sender has changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DecryptError {
    /// Already seen, or older than the window (RFC 3711 §3.3.2). Normal under duplication; an attack when frequent.
    #[error("packet index {0:?} was seen before, or is older than the window")]
    Replayed(ExtSeqNo),
    /// The tag does not match: wrong keys, or bytes changed on the way.
    #[error("authentication failed for {0:?}")]
    Unauthentic(Ssrc),
    /// Not even room for a header and a tag.
    #[error("{len} bytes, a protected packet has at least {min}")]
    TooShort {
        /// What came.
        len: usize,
        /// What the profile needs.
        min: usize,
    },
    /// The RTP header claims more than the packet holds, or another version.
    #[error("the RTP header contradicts itself")]
    MalformedHeader,
    /// Authentic, but every place is taken by a stream that was heard of lately.
    #[error("{0:?} is one stream more than a peer may use")]
    TooManySsrcs(Ssrc),
}

impl From<DecryptError> for DropReason {
    fn from(error: DecryptError) -> Self {
        match error {
            DecryptError::Replayed(_) => Self::Replayed,
            DecryptError::Unauthentic(_) => Self::Unauthentic,
            DecryptError::TooShort { .. } => Self::TooShort,
            DecryptError::MalformedHeader => Self::MalformedRtp,
            DecryptError::TooManySsrcs(_) => Self::TooManySsrcs,
        }
    }
}

/// Why an outbound packet could not be sealed: always a mistake of ours, or the end of a key's life.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProtectError {
    /// The buffer has no room for the tag.
    #[error("a packet of {len} bytes needs {needed} bytes, the buffer has {room}")]
    NoRoom {
        /// Bytes of the plain packet.
        len: usize,
        /// Bytes of the protected one.
        needed: usize,
        /// Bytes of the buffer.
        room: usize,
    },
    /// The header cannot be read.
    #[error("the header contradicts itself")]
    MalformedHeader,
    /// The index is outside the 48 bits (RTP) or 31 bits (RTCP) that one key may protect (RFC 3711 §9.2).
    #[error("no packet index is left under this key")]
    IndexExhausted,
}

impl From<ProtectError> for DropReason {
    fn from(error: ProtectError) -> Self {
        match error {
            ProtectError::NoRoom { .. } => Self::TooLong,
            ProtectError::MalformedHeader => Self::MalformedRtp,
            ProtectError::IndexExhausted => Self::NoKeys,
        }
    }
}
