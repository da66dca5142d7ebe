//! AV1 (RTP Payload Format For AV1, version 1.0): the aggregation header and the OBUs behind it.
//!
//! ```text
//! |Z|Y| W |N|-|-|-|  then OBU elements, each with its length in front but the last of W
//! ```
//!
//! Nothing here is rewritten: numbers and layers of AV1 travel in the dependency descriptor.

mod elements;
mod facts;
mod sequence_header;

pub use elements::{Av1Error, Element, Elements, Header, MAX_ELEMENTS, elements};
pub use facts::{Facts, facts};
pub use sequence_header::SequenceHeader;

use switchyard_vocab::layer::PictureSize;

/// Types of OBUs (AV1 bitstream specification §6.2.2).
pub mod kind {
    /// What holds for a whole coded video sequence.
    pub const SEQUENCE_HEADER: u8 = 1;
    /// Marks a new picture; not sent over RTP.
    pub const TEMPORAL_DELIMITER: u8 = 2;
    /// The header of a frame whose tiles follow apart.
    pub const FRAME_HEADER: u8 = 3;
    /// Some tiles of a frame.
    pub const TILE_GROUP: u8 = 4;
    /// Additional information.
    pub const METADATA: u8 = 5;
    /// The header of a frame and its tiles.
    pub const FRAME: u8 = 6;
}

/// Whether this is the first packet of a keyframe. False for what is no AV1 at all.
pub fn is_keyframe_start(payload: &[u8]) -> bool {
    facts(payload).is_ok_and(|facts| facts.keyframe_start())
}

/// The largest size of any picture of the sequence, when its header is in this payload.
pub fn picture_size(payload: &[u8]) -> Option<PictureSize> {
    let header = elements(payload).ok()?.find(|element| element.starts_obu(kind::SEQUENCE_HEADER))?;
    SequenceHeader::parse(header.obu_data()?).map(|header| header.size)
}

#[cfg(test)]
mod tests;
