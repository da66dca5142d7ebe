//! The dependency descriptor: a header extension that tells, for any codec, what a frame needs and who
//! needs it (AV1 RTP specification, appendix A).
//!
//! ```text
//! |S|E| template |  frame number (16)  |  always
//! |structure?|active?|dtis?|fdiffs?|chains?|  if longer, then each that is there
//! ```
//!
//! A keyframe carries a [`Structure`]: a table of templates, which later frames refer to. [`Reader`]
//! holds the last one of a stream. What it reads is a [`Descriptor`], a value that can be written again
//! with other numbers for another receiver.

mod descriptor;
mod error;
mod lists;
mod reader;
mod structure;
mod write;

pub use descriptor::{Descriptor, Mandatory};
pub use error::DescriptorError;
pub use lists::{ChainDiffs, Dti, Dtis, FrameDiffs};
pub use reader::Reader;
pub use structure::{Structure, Template};
pub use write::Rewrite;

/// Most templates of a structure: ids have six bits.
pub const MAX_TEMPLATES: usize = 64;

/// Most decode targets: the count has five bits.
pub const MAX_TARGETS: usize = 32;

/// Most chains: there are never more than decode targets.
pub const MAX_CHAINS: usize = MAX_TARGETS;

/// Most spatial layers taken, as in libwebrtc; ids may be higher by the specification.
pub const MAX_SPATIAL_LAYERS: usize = 4;

/// Most temporal layers taken, as in libwebrtc.
pub const MAX_TEMPORAL_LAYERS: usize = 8;

/// Most frames that one frame may refer to. No codec keeps more than 16 pictures to refer to; a larger
/// value only makes the table of templates bigger.
pub const MAX_FRAME_DIFFS: usize = 16;

/// Longest descriptor: what fits an element of a header extension (RFC 8285 §4.3).
pub const MAX_LEN: usize = 255;

#[cfg(test)]
mod tests;
