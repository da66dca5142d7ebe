//! Writing of the descriptor with other numbers.

use super::super::picture_id;
use super::descriptor::{
    Descriptor, EXTENDED, HAS_KEYIDX, HAS_PICTURE_ID, HAS_TEMPORAL, HAS_TL0, LAYER_SYNC, NON_REFERENCE,
    PARTITION, START,
};
use crate::bytes::{Cursor, NoRoom};

/// By how many bytes a descriptor may grow when it is written again: a short picture id becomes a
/// long one.
pub const MAX_GROWTH: usize = 1;

/// The numbers a subscriber is to see; each is used only where the publisher sent one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Numbers {
    /// Number of the picture; 15 bits are used.
    pub picture_id: u16,
    /// Number of the last picture of the base layer.
    pub tl0_picture_index: u8,
    /// Number of the last keyframe; 5 bits are used.
    pub key_index: u8,
}

impl Descriptor {
    /// Writes the descriptor with other numbers and returns its length.
    ///
    /// A picture id is always written with 15 bits, so that the length is the same for every packet
    /// of a stream, whatever width its source uses. Nothing is added that was not there.
    pub fn write(&self, numbers: &Numbers, out: &mut [u8]) -> Result<usize, NoRoom> {
        let mut out = Cursor::new(out);
        let present = self.present();
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let first = flag(present != 0, EXTENDED)
            | flag(self.non_reference, NON_REFERENCE)
            | flag(self.partition_start, START)
            | (self.partition & PARTITION);
        out.put(&[first])?;
        if present == 0 {
            return Ok(out.len());
        }
        out.put(&[present])?;
        if self.picture_id.is_some() {
            let [high, low] = numbers.picture_id.to_be_bytes();
            out.put(&[high | picture_id::LONG, low])?;
        }
        if self.tl0_picture_index.is_some() {
            out.put(&[numbers.tl0_picture_index])?;
        }
        if present & (HAS_TEMPORAL | HAS_KEYIDX) != 0 {
            let temporal = self.temporal.map_or(0, |layer| layer.0 << 6);
            let key_index = self.key_index.map_or(0, |_| numbers.key_index & 0x1f);
            out.put(&[temporal | flag(self.layer_sync, LAYER_SYNC) | key_index])?;
        }
        Ok(out.len())
    }

    /// The byte that says which fields follow; 0 when there is none, and then no such byte either.
    const fn present(&self) -> u8 {
        let id = if self.picture_id.is_some() { HAS_PICTURE_ID } else { 0 };
        let tl0 = if self.tl0_picture_index.is_some() { HAS_TL0 } else { 0 };
        let temporal = if self.temporal.is_some() { HAS_TEMPORAL } else { 0 };
        let key_index = if self.key_index.is_some() { HAS_KEYIDX } else { 0 };
        id | tl0 | temporal | key_index
    }
}
