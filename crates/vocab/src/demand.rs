//! What subscribers want of a publication, aggregated.

use crate::ids::PublicationId;
use crate::layer::{EncodingIndex, MAX_ENCODINGS, SpatialLayer};

/// What one worker wants of a publication that lives on another. Latest value wins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Demand {
    /// The publication it is about.
    pub publication: PublicationId,
    /// Which encodings to send over, by [`EncodingIndex`]; none wanted stops the flow.
    pub encodings: EncodingSet,
    /// Encodings of which a keyframe is needed now.
    pub keyframes: EncodingSet,
}

/// A small set of encodings.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EncodingSet(u8);

impl EncodingSet {
    /// No encoding.
    pub const NONE: Self = Self(0);
    /// Every encoding there may be.
    pub const ALL: Self = Self((1 << MAX_ENCODINGS) - 1);

    /// Adds one.
    pub const fn insert(&mut self, encoding: EncodingIndex) {
        self.0 |= Self::bit(encoding);
    }

    /// Takes one out.
    pub const fn remove(&mut self, encoding: EncodingIndex) {
        self.0 &= !Self::bit(encoding);
    }

    /// Whether it is in.
    pub const fn contains(self, encoding: EncodingIndex) -> bool {
        self.0 & Self::bit(encoding) != 0
    }

    /// Everything in either.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether nothing is in.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Encodings that can't exist are in no set.
    const fn bit(encoding: EncodingIndex) -> u8 {
        if encoding.index() < MAX_ENCODINGS { 1 << encoding.0 } else { 0 }
    }

    /// The members, lowest first.
    pub fn iter(self) -> impl Iterator<Item = EncodingIndex> {
        (0..MAX_ENCODINGS as u8).map(EncodingIndex).filter(move |&encoding| self.contains(encoding))
    }
}

/// What a subscriber wants of a publication.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Preference {
    /// The highest layer it wants.
    pub max_layer: SpatialLayer,
    /// It wants nothing for now.
    pub paused: bool,
}

impl Default for Preference {
    /// The highest layer there is, at once.
    fn default() -> Self {
        Self { max_layer: SpatialLayer::HIGHEST, paused: false }
    }
}
