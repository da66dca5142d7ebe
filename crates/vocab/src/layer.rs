//! Layers: how large and how often, counted from the smallest.

use std::fmt;

use crate::units::Bitrate;

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

/// One encoding of a publication that has been seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layer {
    /// Its place in SDP.
    pub encoding: EncodingIndex,
    /// Its rank: 0 is the smallest picture of all that have been seen, live or not.
    pub rank: SpatialLayer,
    /// Whether it is being sent now.
    pub live: bool,
    /// Its picture size, when known.
    pub size: Option<PictureSize>,
    /// Its rate when the ranking was made.
    pub bitrate: Bitrate,
}

/// The encodings of a publication that have been seen, the smallest picture first.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Layers {
    ranked: [Option<Layer>; MAX_ENCODINGS],
}

impl Layers {
    /// Adds the next larger layer; those past [`MAX_ENCODINGS`] are left out.
    pub fn push(&mut self, layer: Layer) {
        if let Some(free) = self.ranked.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(layer);
        }
    }

    /// All of them, the smallest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Layer> {
        self.ranked.iter().flatten()
    }

    /// What is known about an encoding.
    pub fn get(&self, encoding: EncodingIndex) -> Option<&Layer> {
        self.iter().find(|layer| layer.encoding == encoding)
    }

    /// Whether the same encodings are live with the same ranks and sizes; rates may differ.
    pub fn is_same_but_for_rates(&self, other: &Self) -> bool {
        let key = |layers: &Self| {
            layers.ranked.map(|slot| slot.map(|layer| (layer.encoding, layer.live, layer.size)))
        };
        key(self) == key(other)
    }
}
