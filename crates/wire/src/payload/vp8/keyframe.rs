//! The first bytes of a keyframe (RFC 6386 §9.1).

use switchyard_vocab::layer::PictureSize;

use super::Descriptor;
use crate::bytes::array_at;

/// Follows the three bytes of the frame tag.
const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];

/// The size of the picture, when a keyframe starts in this payload; the upper two bits of each
/// field ask the receiver to scale and don't count.
pub fn picture_size(payload: &[u8]) -> Option<PictureSize> {
    let descriptor = Descriptor::parse(payload).ok()?;
    if !descriptor.is_keyframe_start(payload) {
        return None;
    }
    let [_, _, _, code @ .., w, idth, h, eight] = array_at::<10>(payload, descriptor.len)?;
    let width = u16::from_le_bytes([w, idth]) & 0x3fff;
    let height = u16::from_le_bytes([h, eight]) & 0x3fff;
    (code == START_CODE).then_some(PictureSize { width, height })
}
