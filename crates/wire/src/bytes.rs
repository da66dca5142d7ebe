//! Reading and writing of big-endian numbers without a panic.

/// The slice to write into is too short, or a value does not fit its field.
///
/// Ours, not the peer's: slices are sized by the caller. Whatever was written is to be discarded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no room left to write")]
pub struct NoRoom;

/// The `N` bytes at `at`, if there are so many.
pub(crate) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk::<N>().copied()
}

/// The 16-bit number at `at`.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_be_bytes)
}

/// The 24-bit number at `at`.
pub(crate) fn u24_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
}

/// The 32-bit number at `at`.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_be_bytes)
}

/// The 64-bit number at `at`.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_be_bytes)
}

/// The low 24 bits of `value`, as they travel.
pub(crate) const fn u24_bytes(value: u32) -> [u8; 3] {
    let [_, a, b, c] = value.to_be_bytes();
    [a, b, c]
}

/// Longest leb128 number that the AV1 bitstream specification allows (§4.10.5).
const MAX_LEB128_LEN: usize = 8;

/// Splits a leb128 number off the front: seven bits in each byte, the lowest first, and a bit that
/// says whether more follow.
pub(crate) fn split_leb128(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(MAX_LEB128_LEN).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

/// A place to write to, which knows how far it got.
#[derive(Debug)]
pub(crate) struct Cursor<'o> {
    out: &'o mut [u8],
    at: usize,
}

impl<'o> Cursor<'o> {
    pub(crate) const fn new(out: &'o mut [u8]) -> Self {
        Self { out, at: 0 }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), NoRoom> {
        let end = self.at.checked_add(bytes.len()).ok_or(NoRoom)?;
        self.out.get_mut(self.at..end).ok_or(NoRoom)?.copy_from_slice(bytes);
        self.at = end;
        Ok(())
    }

    /// Fills up with zeros until the length from the start is a multiple of four.
    pub(crate) fn align(&mut self) -> Result<(), NoRoom> {
        let missing = self.at.wrapping_neg() % 4;
        self.put([0; 3].get(..missing).ok_or(NoRoom)?)
    }

    /// Overwrites what was written at `at`.
    pub(crate) fn patch(&mut self, at: usize, bytes: &[u8]) -> Result<(), NoRoom> {
        let end = at.checked_add(bytes.len()).ok_or(NoRoom)?;
        self.out.get_mut(at..end).ok_or(NoRoom)?.copy_from_slice(bytes);
        Ok(())
    }

    /// Sets bits of a byte that was written.
    pub(crate) fn set_bits(&mut self, at: usize, bits: u8) {
        if let Some(byte) = self.out.get_mut(at) {
            *byte |= bits;
        }
    }

    /// Goes back to `at`, as if nothing had been written since.
    pub(crate) const fn rewind(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) const fn len(&self) -> usize {
        self.at
    }

    pub(crate) const fn room(&self) -> usize {
        self.out.len().saturating_sub(self.at)
    }
}
