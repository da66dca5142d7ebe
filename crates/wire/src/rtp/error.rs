//! What may be wrong with an RTP packet.

use super::MAX_EXTENSION_BYTES;

/// Why bytes are not an RTP packet. Always the sender's fault, or the network's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RtpError {
    /// The header says that it goes on behind the end.
    #[error("{len} bytes, the header alone needs {need}")]
    TooShort {
        /// Bytes there are.
        len: usize,
        /// Bytes the header claims.
        need: usize,
    },
    /// Not version 2 (RFC 3550 §5.1).
    #[error("RTP version {0}, only 2 is known")]
    Version(u8),
    /// More extensions than anybody sends.
    #[error("{0} bytes of header extensions, at most {MAX_EXTENSION_BYTES} are taken")]
    ExtensionsTooLong(usize),
    /// The last byte counts padding, itself included: it can't be 0 nor reach into the header.
    #[error("{count} bytes of padding in {room} bytes of payload")]
    Padding {
        /// What the last byte says.
        count: u8,
        /// Bytes behind the header.
        room: usize,
    },
}
