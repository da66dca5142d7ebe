//! Transport-wide feedback: when each packet of a transport arrived, whatever its stream
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
//!
//! ```text
//! base number, status count │ reference time (64 ms), feedback number
//! chunks: a status per number │ deltas: a time step (250 µs) per number that arrived
//! ```

mod chunk;
mod plan;
mod read;

pub(super) use plan::Plan;
pub use read::{Feedback, Received, ReceivedPackets};

use switchyard_vocab::rtp::{SeqNo, Ssrc};

/// A time step of the deltas, in microseconds.
const TICK_MICROS: i64 = 250;

/// A step of the reference time, in ticks: 64 ms.
const REFERENCE_TICKS: i64 = 256;

/// What stands in front of the arrivals.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FeedbackHead {
    /// Who reports.
    pub sender: Ssrc,
    /// A stream that the other side sends: libwebrtc ignores feedback that names none of its own.
    pub media: Ssrc,
    /// The first number reported.
    pub base: SeqNo,
    /// Number of this feedback, counted from any start; wraps. Tells the other side what it missed.
    pub feedback: u8,
}
