//! The oracle: tells from what a subscriber received what its user would have seen.
//!
//! It knows two things of every frame: what the headers claim, which is all a real receiver has,
//! and what the [stamps](super::stamp) in the payload say, which is the truth. Where the two
//! disagree, the server has written a header wrongly.
//!
//! ```text
//! packets ─ assembly ─▶ whole frames ─┬─ continuity   numbers and times go on as they should?
//!                                     └─ references ─▶ decoded frames ─ freeze
//! ```

mod assembly;
mod continuity;
mod freeze;
mod references;
#[cfg(test)]
mod testing;

use std::time::Duration;

use switchyard_vocab::codec::Codec;
use switchyard_vocab::rtp::{ExtSeqNo, RtpTimestamp};

use super::codec::{self, Claim};
use super::stamp::{Stamp, StampError};

pub use assembly::Assembly;
pub use continuity::Continuity;
pub use freeze::FreezeMeter;
pub use references::References;

/// One packet of video, read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Part {
    /// Its number in the stream that the subscriber sees.
    pub seq: ExtSeqNo,
    /// Its media time.
    pub timestamp: RtpTimestamp,
    /// Whether it claims to end a frame.
    pub marker: bool,
    /// What its headers claim.
    pub claim: Claim,
    /// The truth.
    pub stamp: Stamp,
}

impl Part {
    /// Reads a packet: its payload, and the dependency descriptor that came with it.
    pub fn read(
        codec: Codec,
        (seq, timestamp, marker): (ExtSeqNo, RtpTimestamp, bool),
        payload: &[u8],
        descriptor: Option<&[u8]>,
    ) -> Result<Self, Fault> {
        let (claim, rest) =
            codec::read(codec, payload, descriptor).ok_or(Fault::BadDescriptor { at: seq })?;
        let stamp = Stamp::read(rest).map_err(|error| Fault::Corrupt { at: seq, error })?;
        Ok(Self { seq, timestamp, marker, claim, stamp })
    }
}

/// A frame of which every packet has arrived.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Frame {
    /// Its first packet.
    pub first: ExtSeqNo,
    /// Its last packet.
    pub last: ExtSeqNo,
    /// Its media time.
    pub timestamp: RtpTimestamp,
    /// What the headers of the first packet claim.
    pub claim: Claim,
    /// The truth.
    pub stamp: Stamp,
}

/// Something a server must never do to media. What the network does is not among them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The payload is not what the publisher encoded.
    Corrupt {
        /// Where.
        at: ExtSeqNo,
        /// How.
        error: StampError,
    },
    /// A header of the codec can't be read.
    BadDescriptor {
        /// Where.
        at: ExtSeqNo,
    },
    /// Packets of different frames stand together as one, or one frame has too few.
    MixedFrame {
        /// The first packet.
        first: ExtSeqNo,
        /// The last packet.
        last: ExtSeqNo,
    },
    /// The same part of the same frame came under two numbers.
    Repeated {
        /// The later number.
        at: ExtSeqNo,
    },
    /// A frame follows another without a gap in sequence numbers but with one in picture ids.
    PictureIdGap {
        /// The first packet of the second frame.
        at: ExtSeqNo,
        /// The first frame's picture id.
        before: u16,
        /// The second frame's.
        after: u16,
    },
    /// A later frame or packet has no later media time.
    TimeStandsStill {
        /// The first packet of the second frame.
        at: ExtSeqNo,
    },
    /// Media time and capture time moved apart from one frame to the next.
    OffPace {
        /// The first packet of the second frame.
        at: ExtSeqNo,
        /// By how much.
        by: Duration,
    },
    /// The identifiers say that a frame can be decoded, but what it depends on is not there: the
    /// user sees garbage.
    WrongReference {
        /// The first packet of the frame.
        at: ExtSeqNo,
    },
    /// What a frame depends on was decoded, but the identifiers hide it: the user sees a freeze.
    HiddenReference {
        /// The first packet of the frame.
        at: ExtSeqNo,
    },
    /// A packet names an m-line that is not its own.
    WrongMid {
        /// Where.
        at: ExtSeqNo,
    },
}
