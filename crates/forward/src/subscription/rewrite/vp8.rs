//! From the publisher's VP8 numbers to the subscriber's (RFC 7741 §4.2).
//!
//! Every encoding counts pictures, base-layer pictures and keyframes from numbers of its own. At a
//! switch each count goes on with the next number; from then on it moves as the publisher's does.

use switchyard_wire::payload::vp8::{Descriptor, Numbers, PictureId};

const PICTURE_MASK: u16 = 0x7fff;
const KEY_MASK: u8 = 0x1f;

/// The VP8 numbers of one subscription.
#[derive(Debug)]
pub(super) struct Vp8Map {
    /// The highest numbers sent.
    newest: Numbers,
    /// The publisher's id of the newest picture; `None` before its first one in this segment.
    newest_in: Option<PictureId>,
    tl0_offset: u8,
    key_offset: u8,
    begun: bool,
}

impl Vp8Map {
    /// Nothing sent yet.
    pub(super) const fn new() -> Self {
        let newest = Numbers { picture_id: 0, tl0_picture_index: 0, key_index: 0 };
        Self { newest, newest_in: None, tl0_offset: 0, key_offset: 0, begun: false }
    }

    /// Goes on with this picture, the first one of a keyframe.
    pub(super) fn begin(&mut self, descriptor: &Descriptor) -> Numbers {
        self.newest_in = None;
        if std::mem::replace(&mut self.begun, true) {
            let next_tl0 = self.newest.tl0_picture_index.wrapping_add(1);
            let next_key = self.newest.key_index.wrapping_add(1);
            self.tl0_offset = next_tl0.wrapping_sub(descriptor.tl0_picture_index.unwrap_or(0));
            self.key_offset = next_key.wrapping_sub(descriptor.key_index.unwrap_or(0));
        }
        let numbers = self.map(descriptor);
        if descriptor.tl0_picture_index.is_some() {
            self.newest.tl0_picture_index = numbers.tl0_picture_index;
        }
        if descriptor.key_index.is_some() {
            self.newest.key_index = numbers.key_index;
        }
        numbers
    }

    /// The numbers of a picture of the current segment, whatever order they come in.
    pub(super) fn map(&mut self, descriptor: &Descriptor) -> Numbers {
        let tl0 = descriptor.tl0_picture_index.unwrap_or(0).wrapping_add(self.tl0_offset);
        let key = descriptor.key_index.unwrap_or(0).wrapping_add(self.key_offset) & KEY_MASK;
        let numbers = Numbers {
            picture_id: descriptor.picture_id.map_or(0, |id| self.map_picture(id)),
            tl0_picture_index: tl0,
            key_index: key,
        };
        let newer = |ahead: u8, half: u8| ahead != 0 && ahead < half;
        if descriptor.tl0_picture_index.is_some()
            && newer(tl0.wrapping_sub(self.newest.tl0_picture_index), 0x80)
        {
            self.newest.tl0_picture_index = tl0;
        }
        if descriptor.key_index.is_some() && newer(key.wrapping_sub(self.newest.key_index) & KEY_MASK, 0x10) {
            self.newest.key_index = key;
        }
        numbers
    }

    fn map_picture(&mut self, id: PictureId) -> u16 {
        let ahead = match self.newest_in {
            Some(newest) => id.since(newest.value()),
            None => 1,
        };
        let out = self.newest.picture_id.wrapping_add_signed(ahead) & PICTURE_MASK;
        if ahead > 0 {
            (self.newest_in, self.newest.picture_id) = (Some(id), out);
        }
        out
    }
}

impl Default for Vp8Map {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
