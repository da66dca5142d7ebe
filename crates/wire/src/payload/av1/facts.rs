//! What the elements of one packet tell about the picture.

use switchyard_vocab::layer::{SpatialLayer, TemporalLayer};

use super::elements::{Av1Error, elements};
use super::kind;

/// What was found in one packet. An OBU counts as present where it starts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// The packet says that it is the first of a coded video sequence.
    pub new_sequence: bool,
    /// A sequence header.
    pub has_sequence_header: bool,
    /// A frame, or the header of one.
    pub frame_start: bool,
    /// The packet starts with the rest of an OBU.
    pub continues: bool,
    /// The last OBU goes on in the next packet.
    pub is_continued: bool,
    /// The layers, when an OBU says so: all OBUs of a packet that do say the same.
    pub layers: Option<(SpatialLayer, TemporalLayer)>,
}

impl Facts {
    /// Whether a keyframe starts here, as far as the payload tells.
    ///
    /// Not every sender sets the bit for new sequences, but all send the sequence header with every
    /// keyframe, and first. Under end-to-end encryption only the bit can be trusted.
    pub const fn keyframe_start(&self) -> bool {
        !self.continues && (self.new_sequence || self.has_sequence_header)
    }
}

/// Reads all elements of a payload.
pub fn facts(payload: &[u8]) -> Result<Facts, Av1Error> {
    let elements = elements(payload)?;
    let header = elements.header();
    let mut facts = Facts {
        new_sequence: header.new_sequence,
        continues: header.continues,
        is_continued: header.is_continued,
        ..Facts::default()
    };
    for element in elements {
        match element.kind() {
            Some(kind::SEQUENCE_HEADER) => facts.has_sequence_header = true,
            Some(kind::FRAME | kind::FRAME_HEADER) => facts.frame_start = true,
            _ => {}
        }
        facts.layers = facts.layers.or_else(|| element.layers());
    }
    Ok(facts)
}
