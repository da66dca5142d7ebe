//! VP8 in RTP (RFC 7741).

use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use super::{Claim, Frame, Layers, Needs, Number, Packet, parts};

/// Numbers the frames of one encoding.
#[derive(Debug)]
pub struct Packetizer {
    picture_id: u16,
    tl0: u8,
    key_idx: u8,
}

impl Packetizer {
    /// One that begins with random numbers.
    pub fn new(rng: &mut ChaCha12Rng) -> Self {
        Self { picture_id: rng.random_range(0..0x8000), tl0: rng.random(), key_idx: rng.random_range(0..32) }
    }

    /// The packets of the next frame.
    pub fn packets(&mut self, frame: &Frame) -> Vec<Packet> {
        self.key_idx = (self.key_idx + u8::from(frame.key)) & 0x1f;
        self.tl0 = self.tl0.wrapping_add(u8::from(frame.tid == 0));
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        let Self { picture_id, tl0, key_idx } = *self;
        let Frame { tid, sync, droppable, size, len, .. } = *frame;
        let head = match frame.key {
            true => FrameHead::Key { width: size.width, height: size.height },
            false => FrameHead::Delta,
        };
        let packet = |(stamp, part_len): (crate::client::stamp::Stamp, usize)| {
            let starts = stamp.part == 0;
            let descriptor = Descriptor { starts, droppable, picture_id, tl0, tid, sync, key_idx };
            let mut payload = descriptor.bytes().to_vec();
            if starts {
                head.write(len, &mut payload);
            }
            stamp.write(part_len, &mut payload);
            Packet { payload, descriptor: None }
        };
        parts(frame).map(packet).collect()
    }
}

/// What the headers of a packet claim, and what follows them.
pub fn read(payload: &[u8]) -> Option<(Claim, &[u8])> {
    let (descriptor, rest) = Descriptor::read(payload)?;
    let (head, rest) = match descriptor.starts {
        true => FrameHead::read(rest).map(|(head, rest)| (Some(head), rest))?,
        false => (None, rest),
    };
    let Descriptor { starts, picture_id, tl0, tid, sync, .. } = descriptor;
    let needs = head.map(|head| if head == FrameHead::Delta { Needs::Layers } else { Needs::Nothing(None) });
    let number = Some(Number { value: picture_id, bits: 15 });
    Some((Claim { starts, number, layers: Some(Layers { tid, tl0, sync }), needs }, rest))
}

/// The payload descriptor, with every field that libwebrtc sends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Descriptor {
    /// First packet of its frame.
    pub starts: bool,
    /// No other frame depends on this one.
    pub droppable: bool,
    /// Number of the picture, 15 bits.
    pub picture_id: u16,
    /// Number of the latest frame of temporal layer 0.
    pub tl0: u8,
    /// Temporal layer.
    pub tid: u8,
    /// Depends on temporal layer 0 alone.
    pub sync: bool,
    /// Number of the latest keyframe, 5 bits.
    pub key_idx: u8,
}

/// Length of a descriptor that is written.
pub const DESCRIPTOR_LEN: usize = 6;

impl Descriptor {
    /// As it travels, always with a 15-bit picture id.
    pub const fn bytes(&self) -> [u8; DESCRIPTOR_LEN] {
        let [high, low] = (0x8000 | self.picture_id).to_be_bytes();
        let first = 0x80 | ((self.droppable as u8) << 5) | ((self.starts as u8) << 4);
        let last = (self.tid << 6) | ((self.sync as u8) << 5) | (self.key_idx & 0x1f);
        [first, 0xf0, high, low, self.tl0, last]
    }

    /// The descriptor at the front of `payload`, and what follows. `None` when a field that the
    /// first frame of a call had is missing, or the bytes end early.
    pub fn read(payload: &[u8]) -> Option<(Self, &[u8])> {
        let (&[first, fields, high, low, tl0, last], rest) = payload.split_first_chunk()?;
        if first & 0x80 == 0 || fields & 0xf0 != 0xf0 || high & 0x80 == 0 {
            return None;
        }
        let descriptor = Self {
            starts: first & 0x1f == 0x10,
            droppable: first & 0x20 != 0,
            picture_id: u16::from_be_bytes([high & 0x7f, low]),
            tl0,
            tid: last >> 6,
            sync: last & 0x20 != 0,
            key_idx: last & 0x1f,
        };
        Some((descriptor, rest))
    }
}

/// The first bytes of a frame (RFC 6386 §9.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FrameHead {
    /// Stands for itself.
    Key {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// Needs the frames before it.
    Delta,
}

impl FrameHead {
    /// Appends the head of a frame of `len` bytes.
    pub fn write(self, len: usize, out: &mut Vec<u8>) {
        // Size of the first partition (19 bits), show_frame, version (3 bits), and 0 for a keyframe.
        let tag = ((len as u32 & 0x7_ffff) << 5) | 0x10;
        let tag = tag | u32::from(self == Self::Delta);
        out.extend_from_slice(&tag.to_le_bytes()[..3]);
        if let Self::Key { width, height } = self {
            out.extend_from_slice(&[0x9d, 0x01, 0x2a]);
            out.extend_from_slice(&width.to_le_bytes());
            out.extend_from_slice(&height.to_le_bytes());
        }
    }

    /// The head at the front of a frame, and what follows.
    pub fn read(frame: &[u8]) -> Option<(Self, &[u8])> {
        let (&[first, _, _], rest) = frame.split_first_chunk()?;
        if first & 1 == 1 {
            return Some((Self::Delta, rest));
        }
        let (&[0x9d, 0x01, 0x2a, a, b, c, d], rest) = rest.split_first_chunk()? else { return None };
        Some((Self::Key { width: u16::from_le_bytes([a, b]), height: u16::from_le_bytes([c, d]) }, rest))
    }
}

#[cfg(test)]
mod tests;
