//! What may be wrong with a dependency descriptor.

use super::{MAX_FRAME_DIFFS, MAX_SPATIAL_LAYERS, MAX_TEMPLATES, MAX_TEMPORAL_LAYERS};

/// Why a descriptor can't be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DescriptorError {
    /// It ends before its last field does.
    #[error("{0} bytes are no whole dependency descriptor")]
    TooShort(usize),
    /// Nothing is known of the stream yet: the keyframe that starts it was not received.
    #[error("no structure has been received yet")]
    NoStructure,
    /// The packet is older than the structure that is held, which does not apply to it.
    #[error("the packet is older than the structure")]
    OlderThanStructure,
    /// It refers to a template that the structure does not have. As a rule a new structure is on its
    /// way, or lost.
    #[error("template {id} is none of the {count} from {first}")]
    UnknownTemplate {
        /// The template referred to.
        id: u8,
        /// Id of the first template there is.
        first: u8,
        /// How many templates there are, ids wrapping at 64.
        count: u8,
    },
    /// A structure without end.
    #[error("more than {MAX_TEMPLATES} templates")]
    TooManyTemplates,
    /// Higher layers than anybody uses.
    #[error("more than {MAX_SPATIAL_LAYERS} spatial or {MAX_TEMPORAL_LAYERS} temporal layers")]
    TooManyLayers,
    /// More references than any codec has.
    #[error("more than {MAX_FRAME_DIFFS} references of one frame")]
    TooManyFrameDiffs,
}
