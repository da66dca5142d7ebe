//! What may be wrong with RTCP.

use super::MAX_PACKETS;

/// Why bytes are not RTCP. Always the sender's fault, or the network's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RtcpError {
    /// Bytes that can't even be a header.
    #[error("{0} bytes left, an RTCP header has 4")]
    TooShort(usize),
    /// Not version 2.
    #[error("RTCP version {0}, only 2 is known")]
    Version(u8),
    /// The length field reaches behind the end of the datagram.
    #[error("a packet of {said} bytes in {len}")]
    Length {
        /// Bytes of the packet, by its header.
        said: usize,
        /// Bytes there are.
        len: usize,
    },
    /// Only the last packet of a datagram may be padded (RFC 3550 §6.4.1).
    #[error("padding before the last packet")]
    PaddingNotLast,
    /// The last byte counts padding: it can't be 0 nor reach into the header.
    #[error("{count} bytes of padding in {room} bytes")]
    Padding {
        /// What the last byte says.
        count: u8,
        /// Bytes behind the header.
        room: usize,
    },
    /// More packets in one datagram than anybody sends.
    #[error("more than {MAX_PACKETS} packets")]
    TooManyPackets,
    /// The framing is sound, the contents are not; the packets behind it may still be.
    #[error("packet of type {kind}, format {format}: {len} bytes contradict what they say")]
    Malformed {
        /// Packet type.
        kind: u8,
        /// Count, or format of a feedback message.
        format: u8,
        /// Bytes behind the header, without padding.
        len: usize,
    },
}
