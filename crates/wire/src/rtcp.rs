//! RTCP: reports, feedback and goodbyes (RFC 3550 §6, RFC 4585, RFC 5104, RFC 3611).
//!
//! [`packets`] walks whatever was in one datagram, compound or reduced-size (RFC 5506), in any
//! order; [`Writer`] fills a slice with packets one behind the other.

pub mod ccfb;
mod error;
mod feedback;
mod ntp;
mod remb;
mod report;
mod source;
pub mod twcc;
mod walk;
mod write;
mod xr;

pub use error::RtcpError;
pub use feedback::{Fir, FirEntries, FirEntry, Lost, Nack, Pli};
pub use remb::Remb;
pub use report::{LastReport, ReceiverReport, ReportBlock, ReportBlocks, SenderInfo, SenderReport};
pub use source::{Bye, Cnames, Sdes, Ssrcs};
pub use walk::{Packets, packets};
pub use write::Writer;
pub use xr::{DlrrItem, DlrrItems, Xr, XrBlock, XrBlocks};

/// Most packets taken from one datagram. A compound of a browser has fewer than ten; the bound
/// keeps a datagram full of empty packets cheap.
pub const MAX_PACKETS: usize = 64;

/// Most report blocks or sources one packet can list: the count has five bits.
pub const MAX_COUNT: usize = 31;

/// Packet types (RFC 3550 §12.1, RFC 4585 §6.1, RFC 3611 §2).
mod kind {
    pub(super) const SENDER_REPORT: u8 = 200;
    pub(super) const RECEIVER_REPORT: u8 = 201;
    pub(super) const SOURCE_DESCRIPTION: u8 = 202;
    pub(super) const GOODBYE: u8 = 203;
    pub(super) const TRANSPORT_FEEDBACK: u8 = 205;
    pub(super) const PAYLOAD_FEEDBACK: u8 = 206;
    pub(super) const EXTENDED_REPORT: u8 = 207;
}

/// Feedback message types, which stand where other packets have a count.
mod format {
    pub(super) const NACK: u8 = 1;
    pub(super) const CONGESTION: u8 = 11;
    pub(super) const TRANSPORT_WIDE: u8 = 15;
    pub(super) const PLI: u8 = 1;
    pub(super) const FIR: u8 = 4;
    pub(super) const APPLICATION: u8 = 15;
}

/// One RTCP packet.
#[derive(Clone, Copy, Debug)]
pub enum RtcpPacket<'a> {
    /// What a sender has sent, with its clocks (RFC 3550 §6.4.1).
    SenderReport(SenderReport<'a>),
    /// What a receiver has received (RFC 3550 §6.4.2).
    ReceiverReport(ReceiverReport<'a>),
    /// Names of sources (RFC 3550 §6.5).
    Sdes(Sdes<'a>),
    /// Sources that end (RFC 3550 §6.6).
    Bye(Bye<'a>),
    /// Packets asked for again (RFC 4585 §6.2.1).
    Nack(Nack<'a>),
    /// A keyframe asked for (RFC 4585 §6.3.1).
    Pli(Pli),
    /// A keyframe asked for, the older way (RFC 5104 §4.3.1).
    Fir(Fir<'a>),
    /// Arrivals on a whole transport (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
    TransportFeedback(twcc::Feedback<'a>),
    /// Arrivals on each stream (RFC 8888).
    CongestionFeedback(ccfb::Feedback<'a>),
    /// A receiver's estimate of what fits (draft-alvestrand-rmcat-remb-03).
    Remb(Remb<'a>),
    /// Extended reports (RFC 3611).
    Xr(Xr<'a>),
    /// Sound framing, contents nobody here reads.
    Unknown {
        /// Packet type.
        kind: u8,
        /// Count, or format of a feedback message.
        format: u8,
    },
}

#[cfg(test)]
mod tests;
