//! Layers: how large and how often, counted from the smallest.

use std::fmt;

/// Most encodings one publication may have: three simulcast layers is what clients send.
pub const MAX_ENCODINGS: usize = 4;

/// Position of an encoding in its publication, in the order in which SDP named them.
///
/// It says nothing about size: clients list rids in any order. [`SpatialLayer`] does.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EncodingIndex(pub u8);

impl EncodingIndex {
    /// Position in per-encoding tables.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Spatial layer: 0 is the smallest picture. Known by measured size, never by the order of rids.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SpatialLayer(pub u8);

impl SpatialLayer {
    /// No limit: the highest layer there is.
    pub const HIGHEST: Self = Self(u8::MAX);
}

/// Temporal layer: 0 is the lowest frame rate.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TemporalLayer(pub u8);

impl fmt::Display for SpatialLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", self.0)
    }
}

impl fmt::Display for TemporalLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "T{}", self.0)
    }
}

/// Picture size in pixels.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct PictureSize {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl PictureSize {
    /// Number of pixels: what layers are ordered by.
    pub const fn area(self) -> u32 {
        self.width as u32 * self.height as u32
    }
}
