//! RED (RFC 2198): several packets' worth of sound in one, so that a lost packet is found in the next.
//!
//! ```text
//! |1| payload type (7) | timestamp offset (14) | length (10) |  for each redundant block
//! |0| payload type (7) |                                        for the primary block
//! ```
//! then the data of all blocks in that order; the primary block has what is left.
//!
//! Blocks are put together, taken out and named anew, never re-encoded, so that encrypted sound passes as well.

use switchyard_vocab::rtp::PayloadType;

use crate::NoRoom;
use crate::bytes::{Cursor, array_at};

/// Most redundant blocks taken from one packet, as in libwebrtc. Browsers send one or two; a larger
/// value only makes every walk over a hostile packet longer.
pub const MAX_REDUNDANT: usize = 32;

/// Length of the header of a redundant block.
pub const HEADER_LEN: usize = 4;

/// How much earlier a redundant block may have been sent at most, on the media clock: a third of a second of Opus.
pub const MAX_OFFSET: u16 = 0x3fff;

/// Longest data of a redundant block.
pub const MAX_BLOCK: usize = 0x3ff;

const MORE_FOLLOW: u8 = 0x80;

/// Why a payload is no RED.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RedError {
    /// It ends inside the headers, or before the redundant blocks do.
    #[error("{len} bytes, the blocks alone need {need}")]
    TooShort {
        /// Bytes there are.
        len: usize,
        /// Bytes that headers and redundant blocks claim.
        need: usize,
    },
    /// More than [`MAX_REDUNDANT`].
    #[error("more than {MAX_REDUNDANT} redundant blocks")]
    TooManyBlocks,
}

/// What was sent before, once more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Redundant<'a> {
    /// What it is encoded with.
    pub payload_type: PayloadType,
    /// How much earlier it was sent, on the media clock: 0–16383.
    pub timestamp_offset: u16,
    /// Its data: what the payload was without RED.
    pub data: &'a [u8],
}

/// The blocks of one payload, checked as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Red<'a> {
    headers: &'a [u8],
    blocks: &'a [u8],
    primary_type: PayloadType,
    primary: &'a [u8],
}

impl<'a> Red<'a> {
    /// Reads a payload. The primary block may be empty.
    pub fn parse(payload: &'a [u8]) -> Result<Self, RedError> {
        let len = payload.len();
        let (mut at, mut blocks_len, mut count) = (0, 0, 0);
        let last = loop {
            let first = *payload.get(at).ok_or(RedError::TooShort { len, need: at + 1 })?;
            if first & MORE_FOLLOW == 0 {
                break first;
            }
            if count == MAX_REDUNDANT {
                return Err(RedError::TooManyBlocks);
            }
            let header = array_at(payload, at).ok_or(RedError::TooShort { len, need: at + HEADER_LEN })?;
            blocks_len += block_len(header);
            at += HEADER_LEN;
            count += 1;
        };
        let need = at + 1 + blocks_len;
        let too_short = RedError::TooShort { len, need };
        let (front, primary) = payload.split_at_checked(need).ok_or(too_short)?;
        let (headers, rest) = front.split_at_checked(at).ok_or(too_short)?;
        let blocks = rest.get(1..).ok_or(too_short)?;
        Ok(Self { headers, blocks, primary_type: PayloadType(last), primary })
    }

    /// What the payload would be without RED.
    pub const fn primary(&self) -> &'a [u8] {
        self.primary
    }

    /// What the primary block is encoded with.
    pub const fn primary_type(&self) -> PayloadType {
        self.primary_type
    }

    /// The redundant blocks, the oldest first; at most [`MAX_REDUNDANT`].
    pub const fn redundant(&self) -> Redundants<'a> {
        Redundants { headers: self.headers, blocks: self.blocks }
    }

    /// Writes the primary block alone, for a receiver without RED, and returns its length.
    pub fn write_primary(&self, out: &mut [u8]) -> Result<usize, NoRoom> {
        out.get_mut(..self.primary.len()).ok_or(NoRoom)?.copy_from_slice(self.primary);
        Ok(self.primary.len())
    }
}

/// The walk over the redundant blocks.
#[derive(Clone, Copy, Debug)]
pub struct Redundants<'a> {
    headers: &'a [u8],
    blocks: &'a [u8],
}

impl<'a> Iterator for Redundants<'a> {
    type Item = Redundant<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&header, headers) = self.headers.split_first_chunk()?;
        let (data, blocks) = self.blocks.split_at_checked(block_len(header))?;
        (self.headers, self.blocks) = (headers, blocks);
        let [kind, high, low, _] = header;
        Some(Redundant {
            payload_type: PayloadType(kind & !MORE_FOLLOW),
            timestamp_offset: u16::from_be_bytes([high, low]) >> 2,
            data,
        })
    }
}

/// Writes a payload of these blocks, the oldest first, and returns its length.
///
/// # Errors
/// When it does not fit `out`, or a redundant block is older than [`MAX_OFFSET`] or longer than [`MAX_BLOCK`].
pub fn write<'b>(
    mut redundant: impl Iterator<Item = Redundant<'b>> + Clone,
    (primary_type, primary): (PayloadType, &[u8]),
    out: &mut [u8],
) -> Result<usize, NoRoom> {
    let mut cursor = Cursor::new(out);
    for block in redundant.clone() {
        if block.timestamp_offset > MAX_OFFSET || block.data.len() > MAX_BLOCK {
            return Err(NoRoom);
        }
        let [_, high, middle, low] =
            ((u32::from(block.timestamp_offset) << 10) | block.data.len() as u32).to_be_bytes();
        cursor.put(&[block.payload_type.0 | MORE_FOLLOW, high, middle, low])?;
    }
    cursor.put(&[primary_type.0 & !MORE_FOLLOW])?;
    redundant.try_for_each(|block| cursor.put(block.data))?;
    cursor.put(primary)?;
    Ok(cursor.len())
}

/// Gives every block of a payload the type under which the receiver knows its codec.
///
/// Types for which `to` has no other are left as they are. Errs, with `payload` unchanged, when
/// it is no RED.
pub fn rename(
    payload: &mut [u8],
    mut to: impl FnMut(PayloadType) -> Option<PayloadType>,
) -> Result<(), RedError> {
    let headers_len = Red::parse(payload)?.headers.len();
    for at in (0..=headers_len).step_by(HEADER_LEN) {
        let Some(first) = payload.get_mut(at) else { continue };
        if let Some(renamed) = to(PayloadType(*first & !MORE_FOLLOW)) {
            *first = (*first & MORE_FOLLOW) | (renamed.0 & !MORE_FOLLOW);
        }
    }
    Ok(())
}

fn block_len([_, _, high, low]: [u8; HEADER_LEN]) -> usize {
    usize::from(u16::from_be_bytes([high & 0x03, low]))
}

#[cfg(test)]
mod tests;
