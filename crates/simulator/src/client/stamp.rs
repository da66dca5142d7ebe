//! The stamp: what a simulated encoder writes where a real one writes a picture.
//!
//! It says which frame of which encoding this is, on what that frame depends and which part of it
//! the packet carries, and ends in a checksum. So a receiver can tell what really happened to the
//! media, whatever the headers around it claim.

use std::hash::Hasher;
use std::time::Duration;

use rustc_hash::FxHasher;

const MAGIC: [u8; 2] = *b"sy";
const HEAD: usize = 28;
const CHECKSUM: usize = 8;

/// Shortest stamped payload.
pub const MIN_LEN: usize = HEAD + CHECKSUM;

/// What one packet's payload says of itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stamp {
    /// Which encoding of the source: the position of its rid.
    pub encoding: u8,
    /// Number of the capture. All encodings of one capture share it.
    pub frame: u32,
    /// The frame of the same encoding that must be decoded first; `None` for a keyframe and sound.
    pub depends_on: Option<u32>,
    /// When it was captured, on the world's clock.
    pub captured: Duration,
    /// Which part of the frame this is.
    pub part: u16,
    /// How many parts the frame has.
    pub parts: u16,
}

/// Why a payload is not what an encoder wrote.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StampError {
    /// Too short, or no stamp at its start.
    NotStamped,
    /// The checksum does not match: bytes were changed, cut off or added.
    Corrupt,
}

impl Stamp {
    /// Appends the stamped payload, `len` bytes long but never shorter than [`MIN_LEN`].
    pub fn write(&self, len: usize, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&MAGIC);
        out.push(self.encoding);
        out.push(u8::from(self.depends_on.is_some()));
        out.extend_from_slice(&self.frame.to_be_bytes());
        out.extend_from_slice(&self.depends_on.unwrap_or(0).to_be_bytes());
        out.extend_from_slice(&(self.captured.as_nanos() as u64).to_be_bytes());
        out.extend_from_slice(&self.part.to_be_bytes());
        out.extend_from_slice(&self.parts.to_be_bytes());
        out.extend_from_slice(&(len as u32).to_be_bytes());
        let filler = (self.frame as u8).wrapping_mul(31) ^ self.part as u8;
        out.resize(start + len.max(MIN_LEN) - CHECKSUM, filler);
        let checksum = checksum(&out[start..]);
        out.extend_from_slice(&checksum);
    }

    /// Reads a payload that must be exactly as it was written.
    pub fn read(payload: &[u8]) -> Result<Self, StampError> {
        let (body, said) = payload.split_last_chunk::<CHECKSUM>().ok_or(StampError::NotStamped)?;
        let head = body.first_chunk::<HEAD>().ok_or(StampError::NotStamped)?;
        if head[..2] != MAGIC {
            return Err(StampError::NotStamped);
        }
        if checksum(body) != *said {
            return Err(StampError::Corrupt);
        }
        let [_, _, encoding, depends, a, b, c, d, e, f, g, h, rest @ ..] = *head;
        let [c0, c1, c2, c3, c4, c5, c6, c7, p, q, r, s, ..] = rest;
        Ok(Self {
            encoding,
            frame: u32::from_be_bytes([a, b, c, d]),
            depends_on: (depends != 0).then(|| u32::from_be_bytes([e, f, g, h])),
            captured: Duration::from_nanos(u64::from_be_bytes([c0, c1, c2, c3, c4, c5, c6, c7])),
            part: u16::from_be_bytes([p, q]),
            parts: u16::from_be_bytes([r, s]),
        })
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish().to_be_bytes()
}

#[cfg(test)]
mod tests;
