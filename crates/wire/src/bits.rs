//! Reading and writing of fields that don't end at bytes, the highest bit first.

use crate::bytes::NoRoom;

/// Longest run of zeros before an exp-Golomb code: beyond it the value has no 32 bits any more.
const MAX_LEADING_ZEROS: u32 = 31;

/// A place to read bits from. Behind the end there is nothing: every read answers `None`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        let byte = *self.bytes.get(self.at / 8)?;
        let bit = byte & (0x80 >> (self.at % 8));
        self.at += 1;
        Some(bit != 0)
    }

    /// A number of `count` bits, 0–32.
    pub(crate) fn bits(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u64;
        let mut missing = count.min(32) as usize;
        while missing > 0 {
            let byte = *self.bytes.get(self.at / 8)?;
            let fresh = 8 - self.at % 8;
            let taken = fresh.min(missing);
            let chunk = (u64::from(byte) >> (fresh - taken)) & ((1 << taken) - 1);
            value = (value << taken) | chunk;
            self.at += taken;
            missing -= taken;
        }
        u32::try_from(value).ok()
    }

    /// A number of at most 8 bits.
    pub(crate) fn small(&mut self, count: u32) -> Option<u8> {
        self.bits(count.min(8))?.try_into().ok()
    }

    pub(crate) fn skip(&mut self, count: usize) -> Option<()> {
        let at = self.at.checked_add(count)?;
        if at > self.bytes.len().checked_mul(8)? {
            return None;
        }
        self.at = at;
        Some(())
    }

    /// An unsigned exp-Golomb code, `ue(v)` of H.264 §9.1.
    pub(crate) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > MAX_LEADING_ZEROS {
                return None;
            }
        }
        let rest = self.bits(zeros)?;
        ((1_u32 << zeros) - 1).checked_add(rest)
    }

    /// A signed exp-Golomb code, `se(v)` of H.264 §9.1.1.
    pub(crate) fn se(&mut self) -> Option<i64> {
        let code = i64::from(self.ue()?);
        Some(if code % 2 == 0 { -(code / 2) } else { code / 2 + 1 })
    }

    /// One of `values` values, `ns(n)` of the dependency descriptor (AV1 RTP specification A.8.2).
    pub(crate) fn non_symmetric(&mut self, values: u32) -> Option<u32> {
        let width = u32::BITS - values.leading_zeros();
        let short_codes = (1_u64 << width) - u64::from(values);
        let value = self.bits(width.checked_sub(1)?)?;
        if u64::from(value) < short_codes {
            return Some(value);
        }
        let last = u64::from(self.bits(1)?);
        u32::try_from((u64::from(value) << 1) + last - short_codes).ok()
    }
}

/// A place to write bits to, which is cleared on the way.
#[derive(Debug)]
pub(crate) struct BitWriter<'o> {
    out: &'o mut [u8],
    at: usize,
}

impl<'o> BitWriter<'o> {
    pub(crate) const fn new(out: &'o mut [u8]) -> Self {
        Self { out, at: 0 }
    }

    pub(crate) fn flag(&mut self, set: bool) -> Result<(), NoRoom> {
        let byte = self.out.get_mut(self.at / 8).ok_or(NoRoom)?;
        if self.at.is_multiple_of(8) {
            *byte = 0;
        }
        *byte |= u8::from(set) << (7 - self.at % 8);
        self.at += 1;
        Ok(())
    }

    /// The lower `count` bits of `value`.
    pub(crate) fn bits(&mut self, count: u32, value: u32) -> Result<(), NoRoom> {
        (0..count.min(32)).rev().try_for_each(|bit| self.flag((value >> bit) & 1 != 0))
    }

    /// The counterpart of [`BitReader::non_symmetric`]; `value` is below `values`.
    pub(crate) fn non_symmetric(&mut self, values: u32, value: u32) -> Result<(), NoRoom> {
        if value >= values {
            return Err(NoRoom);
        }
        let width = u32::BITS - values.leading_zeros();
        let short_codes = ((1_u64 << width) - u64::from(values)) as u32;
        if value < short_codes { self.bits(width - 1, value) } else { self.bits(width, value + short_codes) }
    }

    /// How many bytes were begun.
    pub(crate) const fn len(&self) -> usize {
        self.at.div_ceil(8)
    }
}

#[cfg(test)]
mod tests;
