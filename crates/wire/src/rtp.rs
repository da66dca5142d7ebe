//! RTP packets (RFC 3550 §5.1), their header extensions (RFC 8285) and retransmissions (RFC 4588).

mod elements;
mod error;
pub mod extension;
mod packet;
pub mod rtx;
mod write;

pub use elements::Elements;
pub use error::RtpError;
pub use packet::{RtpPacket, header_len, seq_of, ssrc_of};
pub use write::{Form, HeaderWriter, RtpHeader, write_padding};

/// Length of the header without CSRCs and extensions (RFC 3550 §5.1).
pub const FIXED_HEADER_LEN: usize = 12;

/// Longest extension block taken or written, without its own four-byte head.
///
/// The field on the wire could say 256 KiB; browsers stay below 100 bytes even with a dependency
/// descriptor. A larger value only makes every walk over a hostile packet longer.
pub const MAX_EXTENSION_BYTES: usize = 256;

/// Longest header: the fixed part, 15 CSRCs (the field has four bits) and the extensions.
pub const MAX_HEADER_LEN: usize = FIXED_HEADER_LEN + 15 * 4 + 4 + MAX_EXTENSION_BYTES;

/// The two forms of an extension block (RFC 8285 §4.2, §4.3) and where the first one is marked.
mod profile {
    pub(super) const ONE_BYTE: u16 = 0xBEDE;
    /// The low four bits are left to the application.
    pub(super) const TWO_BYTE: u16 = 0x1000;
    pub(super) const TWO_BYTE_MASK: u16 = 0xFFF0;
}

#[cfg(test)]
mod tests;
