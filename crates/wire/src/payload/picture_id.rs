//! Numbers of pictures, as VP8 and VP9 count them (RFC 7741 §4.2, RFC 9628 §4.2).

use crate::bytes::u16_at;

/// Marks an id of 15 bits.
pub(super) const LONG: u8 = 0x80;

/// Number of a picture, which wraps at the width the sender chose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PictureId {
    /// 0–127.
    Short(u8),
    /// 0–32767.
    Long(u16),
}

impl PictureId {
    /// Reads the id at `at`, in whichever width it stands there.
    pub(super) fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let first = *bytes.get(at)?;
        if first & LONG == 0 {
            Some(Self::Short(first))
        } else {
            Some(Self::Long(u16_at(bytes, at)? & 0x7fff))
        }
    }

    /// How many bytes it takes.
    pub(super) const fn len(self) -> usize {
        match self {
            Self::Short(_) => 1,
            Self::Long(_) => 2,
        }
    }

    /// The number.
    pub const fn value(self) -> u16 {
        match self {
            Self::Short(id) => id as u16,
            Self::Long(id) => id,
        }
    }

    /// How many pictures after `earlier` this one is, the shorter way round, at this id's width.
    pub const fn since(self, earlier: u16) -> i16 {
        let bits = match self {
            Self::Short(_) => 7,
            Self::Long(_) => 15,
        };
        // Shifted to the top of 16 bits the wrap of the id becomes that of the number.
        let shift = 16 - bits;
        (self.value().wrapping_sub(earlier) << shift).cast_signed() >> shift
    }
}
