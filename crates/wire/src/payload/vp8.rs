//! VP8 (RFC 7741): the descriptor in front of every payload, and the first bytes of a keyframe.
//!
//! ```text
//! |X|R|N|S|R| PID |  always
//! |I|L|T|K|  RSV  |  if X
//! |M| picture id (7 or 15) |  if I
//! |  TL0PICIDX  |  if L
//! |TID|Y| KEYIDX |  if T or K
//! ```

mod descriptor;
mod keyframe;
mod renumber;

pub use super::picture_id::PictureId;
pub use descriptor::{Descriptor, Vp8Error};
pub use keyframe::picture_size;
pub use renumber::{MAX_GROWTH, Numbers};

/// Whether this is the first packet of a keyframe. False for what is no VP8 at all.
pub fn is_keyframe_start(payload: &[u8]) -> bool {
    Descriptor::parse(payload).is_ok_and(|descriptor| descriptor.is_keyframe_start(payload))
}

#[cfg(test)]
mod tests;
