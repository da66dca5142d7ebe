//! H.265 (RFC 7798): single units, aggregation packets and fragmentation units, in order of decoding
//! (`sprop-max-don-diff` 0, as every browser has it), so that no decoding order number is sent.
//!
//! There is no descriptor to rewrite. What is read are the headers of units and the fronts of slices
//! and parameter sets, which stay in the clear under end-to-end encryption.

mod facts;
mod inject;
mod sps;
mod units;

pub use super::nal::{MAX_UNITS, ParameterSet, ParameterSets, Part};
pub use facts::{Facts, facts};
pub use inject::{collect, write_aggregate};
pub use sps::Sps;
pub use units::{H265Error, Unit, Units, units};

use switchyard_vocab::layer::PictureSize;

/// Types of NAL units (H.265 table 7-1) and of packets (RFC 7798 §4.4).
pub mod kind {
    use std::ops::RangeInclusive;

    /// Slices of any picture.
    pub const SLICES: RangeInclusive<u8> = 0..=31;
    /// Slices of a picture at which decoding may start: broken links, IDR and clean random access.
    /// 22 and 23 are reserved for more of them.
    pub const RANDOM_ACCESS: RangeInclusive<u8> = 16..=21;
    /// Video parameter set.
    pub const VPS: u8 = 32;
    /// Sequence parameter set.
    pub const SPS: u8 = 33;
    /// Picture parameter set.
    pub const PPS: u8 = 34;
    /// Access unit delimiter.
    pub const AUD: u8 = 35;
    pub(super) const AGGREGATE: u8 = 48;
    pub(super) const FRAGMENT: u8 = 49;
}

/// Whether a keyframe starts in this packet for a decoder that knows nothing yet: a video or
/// sequence parameter set is in it. Where the sets are known from before, see [`Facts::irap_start`].
pub fn is_keyframe_start(payload: &[u8]) -> bool {
    facts(payload).is_ok_and(|facts| facts.has_vps || facts.has_sps)
}

/// The size of the picture, when a sequence parameter set is in this payload.
pub fn picture_size(payload: &[u8]) -> Option<PictureSize> {
    units(payload).ok()?.find(Unit::is_whole_sps).and_then(|unit| Sps::parse(unit.bytes)).map(|sps| sps.size)
}

#[cfg(test)]
mod tests;
