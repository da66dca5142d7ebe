//! Other numbers in a descriptor that is there already.

use super::super::picture_id::{LONG, PictureId};
use super::descriptor::Descriptor;
use crate::bytes::NoRoom;

/// The numbers a subscriber is to see; each is used only where the publisher sent one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Numbers {
    /// Number of the picture, cut to the width the publisher uses.
    pub picture_id: u16,
    /// Number of the last picture of temporal layer 0.
    pub tl0_picture_index: u8,
}

impl Descriptor {
    /// Overwrites the numbers in `payload`, which starts with the descriptor this one was read
    /// from. Nothing grows or moves. Errs, with `payload` unchanged, when it is shorter than that.
    pub fn renumber(&self, numbers: &Numbers, payload: &mut [u8]) -> Result<(), NoRoom> {
        let front = payload.get_mut(..self.len).ok_or(NoRoom)?;
        match self.picture_id {
            Some(PictureId::Short(_)) => {
                *front.get_mut(1).ok_or(NoRoom)? = numbers.picture_id as u8 & !LONG;
            }
            Some(PictureId::Long(_)) => {
                let [high, low] = numbers.picture_id.to_be_bytes();
                front.get_mut(1..3).ok_or(NoRoom)?.copy_from_slice(&[high | LONG, low]);
            }
            None => {}
        }
        if let Some(at) = self.tl0_at() {
            *front.get_mut(at).ok_or(NoRoom)? = numbers.tl0_picture_index;
        }
        Ok(())
    }
}
