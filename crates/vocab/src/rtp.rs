//! The numbers and names of RTP (RFC 3550) and of its SDP identifiers (RFC 8843, RFC 8851).

mod names;
mod seq_no;
mod timestamp;

use std::fmt;

pub use names::{Mid, NameError, Rid};
pub use seq_no::{ExtSeqNo, SeqNo, SeqNoExtender};
pub use timestamp::{ClockRate, RtpTimestamp};

/// Synchronisation source: 32 random bits that name one RTP stream (RFC 3550 §3).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ssrc(pub u32);

impl fmt::Display for Ssrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// RTP payload type: 7 bits that name a codec configuration within one bundle.
///
/// 64–95 can't be used: with rtcp-mux they look like RTCP (RFC 5761 §4).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PayloadType(pub u8);

impl PayloadType {
    /// Whether the number may be negotiated for a dynamic codec: 35–63 and 96–127.
    pub const fn is_dynamic(self) -> bool {
        matches!(self.0, 35..=63 | 96..=127)
    }
}

impl fmt::Display for PayloadType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
