//! VP9 (RFC 9628): the descriptor in front of every payload, and the first bytes of a keyframe.
//!
//! ```text
//! |I|P|L|F|B|E|V|Z|  always
//! |M| picture id (7 or 15) |  if I
//! | TID |U| SID |D|  if L
//! |  TL0PICIDX  |  if L and not F
//! | P_DIFF    |N|  if P and F, up to three times
//! | scalability structure |  if V
//! ```
//!
//! A *picture* is all that is shown at one time; a *frame* is one spatial layer of it. B and E
//! enclose a frame, the RTP marker ends a picture.

mod descriptor;
mod header;
mod renumber;
mod structure;

pub use super::picture_id::PictureId;
pub use descriptor::{Descriptor, LayerIndices, MAX_REFERENCES, References, Vp9Error};
pub use renumber::Numbers;
pub use structure::{GroupPicture, GroupPictures, MAX_SPATIAL_LAYERS, Structure};

use switchyard_vocab::layer::PictureSize;

/// Whether this is the first packet of a keyframe. False for what is no VP9 at all.
pub fn is_keyframe_start(payload: &[u8]) -> bool {
    Descriptor::parse(payload).is_ok_and(|descriptor| descriptor.is_keyframe_start())
}

/// The size of the frame's spatial layer, when this payload tells: from the scalability structure,
/// or else from the header of a keyframe that starts here (which encryption hides).
pub fn picture_size(payload: &[u8]) -> Option<PictureSize> {
    let descriptor = Descriptor::parse(payload).ok()?;
    let structure = descriptor.structure(payload);
    structure.and_then(|structure| structure.size(descriptor.spatial())).or_else(|| {
        let starts = descriptor.is_keyframe_start();
        starts.then(|| header::picture_size(payload.get(descriptor.len..)?)).flatten()
    })
}

#[cfg(test)]
mod tests;
