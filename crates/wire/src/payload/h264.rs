//! H.264 (RFC 6184): single units, STAP-A and FU-A, that is packetization modes 0 and 1.
//!
//! There is no descriptor to rewrite. What is read are the headers of units and the fronts of slices
//! and parameter sets, which stay in the clear under end-to-end encryption.

mod facts;
mod inject;
mod sps;
mod units;

pub use super::nal::{MAX_UNITS, ParameterSet, ParameterSets, Part};
pub use facts::{Facts, facts};
pub use inject::{collect, write_stap_a};
pub use sps::Sps;
pub use units::{H264Error, Unit, Units, units};

use switchyard_vocab::layer::PictureSize;

/// Types of NAL units (H.264 table 7-1) and of packets (RFC 6184 table 1).
pub mod kind {
    /// A slice of a picture that refers to others.
    pub const SLICE: u8 = 1;
    /// A slice of a picture that refers to none, and that nothing refers across.
    pub const IDR: u8 = 5;
    /// Supplemental information.
    pub const SEI: u8 = 6;
    /// Sequence parameter set.
    pub const SPS: u8 = 7;
    /// Picture parameter set.
    pub const PPS: u8 = 8;
    /// Access unit delimiter.
    pub const AUD: u8 = 9;
    pub(super) const STAP_A: u8 = 24;
    pub(super) const FU_A: u8 = 28;
}

/// Whether a keyframe starts in this packet for a decoder that knows nothing yet: a sequence
/// parameter set is in it. Where the sets are known from before, see [`Facts::idr_start`].
pub fn is_keyframe_start(payload: &[u8]) -> bool {
    facts(payload).is_ok_and(|facts| facts.has_sps)
}

/// The size of the picture, when a sequence parameter set is in this payload.
pub fn picture_size(payload: &[u8]) -> Option<PictureSize> {
    units(payload).ok()?.find(Unit::is_whole_sps).and_then(|unit| Sps::parse(unit.bytes)).map(|sps| sps.size)
}

#[cfg(test)]
mod tests;
