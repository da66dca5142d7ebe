//! The walk over an extension block.

use super::profile;

/// The header extensions of one packet: `(id, data)`, in either form of RFC 8285 §4.
///
/// The walk ends where the block ends, at an element that would reach behind it, and where the
/// RFC says that the rest is not to be trusted (one-byte form: id 15, or id 0 with a length). A
/// block of an unknown profile has no elements.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    two_byte: bool,
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    pub(super) const fn none() -> Self {
        Self { two_byte: false, rest: &[] }
    }

    pub(super) fn new(profile: u16, block: &'a [u8]) -> Self {
        let two_byte = profile & profile::TWO_BYTE_MASK == profile::TWO_BYTE;
        let known = two_byte || profile == profile::ONE_BYTE;
        Self { two_byte, rest: if known { block } else { &[] } }
    }

    /// Id, data and rest of the element at the front of `bytes`, which is no padding.
    fn split(&self, bytes: &'a [u8]) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&head, tail) = bytes.split_first()?;
        let (id, len, tail) = if self.two_byte {
            let (&len, tail) = tail.split_first()?;
            (head, usize::from(len), tail)
        } else {
            (head >> 4, usize::from(head & 0x0f) + 1, tail)
        };
        let stops = !self.two_byte && matches!(id, 0 | 15);
        let (data, rest) = tail.split_at_checked(len)?;
        (!stops).then_some((id, data, rest))
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let padding = self.rest.iter().take_while(|&&byte| byte == 0).count();
        let element = self.rest.get(padding..).and_then(|bytes| self.split(bytes));
        let (id, data, rest) = element.unwrap_or((0, &[], &[]));
        self.rest = rest;
        element.map(|_| (id, data))
    }
}
