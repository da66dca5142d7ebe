//! From the publisher's VP9 numbers to the subscriber's (RFC 9628 §4.2).
//!
//! Every encoding counts pictures and base-layer pictures from numbers of its own. At a switch each count
//! goes on with the next number; from then on it moves as the publisher's does.

use switchyard_wire::payload::vp9::{Descriptor, Numbers, PictureId};

/// The VP9 numbers of one subscription.
#[derive(Debug, Default)]
pub(super) struct Vp9Map {
    /// The number of the newest picture sent, counted with 15 bits.
    newest_picture: u16,
    /// The publisher's id of the newest picture; `None` before its first one in this segment.
    newest_in: Option<PictureId>,
    newest_tl0: u8,
    tl0_offset: u8,
    begun: bool,
}

impl Vp9Map {
    /// Goes on with this picture, the first one of a keyframe.
    pub(super) fn begin(&mut self, descriptor: &Descriptor) -> Numbers {
        self.newest_in = None;
        if std::mem::replace(&mut self.begun, true) {
            let next = self.newest_tl0.wrapping_add(1);
            self.tl0_offset = next.wrapping_sub(descriptor.tl0_picture_index.unwrap_or(0));
        }
        let numbers = self.map(descriptor);
        if descriptor.tl0_picture_index.is_some() {
            self.newest_tl0 = numbers.tl0_picture_index;
        }
        numbers
    }

    /// The numbers of a picture of the current segment, whatever order they come in.
    pub(super) fn map(&mut self, descriptor: &Descriptor) -> Numbers {
        let tl0_picture_index = descriptor.tl0_picture_index.unwrap_or(0).wrapping_add(self.tl0_offset);
        let ahead = tl0_picture_index.wrapping_sub(self.newest_tl0);
        if descriptor.tl0_picture_index.is_some() && (1..0x80).contains(&ahead) {
            self.newest_tl0 = tl0_picture_index;
        }
        let picture_id = descriptor.picture_id.map_or(0, |id| self.map_picture(id));
        Numbers { picture_id, tl0_picture_index }
    }

    fn map_picture(&mut self, id: PictureId) -> u16 {
        let ahead = self.newest_in.map_or(1, |newest| id.since(newest.value()));
        let out = self.newest_picture.wrapping_add_signed(ahead) & 0x7fff;
        if ahead > 0 {
            (self.newest_in, self.newest_picture) = (Some(id), out);
        }
        out
    }
}
