//! The words that every other crate speaks: ids, units, RTP numbers, facts of a packet, reasons.
//!
//! There is no logic here beyond what a word needs to mean what it says (serial-number order,
//! unit conversion). Nothing here knows a room's rules, a wire format or a clock.
//!
//! ```
//! use switchyard_vocab::rtp::SeqNo;
//!
//! // After 65535 comes 0, and 0 is the newer one.
//! assert!(SeqNo(0).is_newer_than(SeqNo(65_535)));
//! ```
#![forbid(unsafe_code)]

pub mod bucket;
pub mod codec;
pub mod counters;
pub mod datagram;
pub mod decision;
pub mod demand;
pub mod downlink;
pub mod drop_reason;
pub mod ids;
pub mod layer;
pub mod line;
pub mod negotiated;
pub mod observed;
pub mod profile;
pub mod redundancy;
pub mod rtp;
pub mod units;
pub mod wall_clock;
