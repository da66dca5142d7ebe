//! What cameras speak and receivers read: one file for each codec, written and read by the clients themselves, so
//! that a mistake of the server's own reader can't hide behind the same mistake here.
//!
//! ```text
//! frame ─ Packetizer ─▶ packets ─ … ─▶ read ─▶ what the headers claim, and the stamp behind them
//! ```

pub mod av1;
mod bits;
pub mod h264;
pub mod vp8;
pub mod vp9;

use rand_chacha::ChaCha12Rng;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::layer::PictureSize;

use super::stamp::Stamp;

/// Payload of a packet at most, without descriptor and frame head.
const MAX_PART: usize = 1_100;

/// A frame as its encoder hands it over.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Stands for itself.
    pub key: bool,
    /// Temporal layer, …
    pub tid: u8,
    /// … of so many.
    pub layers: u8,
    /// Of an upper temporal layer, and depends on temporal layer 0 alone.
    pub sync: bool,
    /// No other frame depends on it.
    pub droppable: bool,
    /// The picture.
    pub size: PictureSize,
    /// Its bytes.
    pub len: usize,
    /// The truth; which part a packet has is filled in.
    pub stamp: Stamp,
}

/// One packet of a frame.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Packet {
    /// What stands behind the RTP header.
    pub payload: Vec<u8>,
    /// The dependency descriptor, where the codec has one.
    pub descriptor: Option<Vec<u8>>,
}

/// Splits the frames of one encoding into packets, and numbers them.
#[derive(Debug)]
pub enum Packetizer {
    /// VP8.
    Vp8(vp8::Packetizer),
    /// H.264.
    H264,
    /// VP9.
    Vp9(vp9::Packetizer),
    /// AV1.
    Av1(av1::Packetizer),
}

impl Packetizer {
    /// One that begins with random numbers. Codecs that no camera here speaks are VP8.
    pub fn new(codec: Codec, rng: &mut ChaCha12Rng) -> Self {
        match codec {
            Codec::H264 => Self::H264,
            Codec::Vp9 => Self::Vp9(vp9::Packetizer::new(rng)),
            Codec::Av1 => Self::Av1(av1::Packetizer::new(rng)),
            Codec::Vp8 | Codec::H265 | Codec::Opus => Self::Vp8(vp8::Packetizer::new(rng)),
        }
    }

    /// The packets of the next frame.
    pub fn packets(&mut self, frame: &Frame) -> Vec<Packet> {
        match self {
            Self::Vp8(vp8) => vp8.packets(frame),
            Self::H264 => h264::packets(frame),
            Self::Vp9(vp9) => vp9.packets(frame),
            Self::Av1(av1) => av1.packets(frame),
        }
    }
}

/// What the headers of a packet claim of its frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Claim {
    /// First packet of its frame.
    pub starts: bool,
    /// Number of the frame, where the codec counts.
    pub number: Option<Number>,
    /// Its place among temporal layers, where that is said.
    pub layers: Option<Layers>,
    /// What it needs; said in the first packet.
    pub needs: Option<Needs>,
}

/// A number that wraps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Number {
    /// Its value.
    pub value: u16,
    /// How many bits it has: 15 or 16.
    pub bits: u32,
}

/// A place among temporal layers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Layers {
    /// Temporal layer.
    pub tid: u8,
    /// Number of the latest frame of temporal layer 0.
    pub tl0: u8,
    /// Depends on temporal layer 0 alone.
    pub sync: bool,
}

/// What must be decoded before a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Needs {
    /// Nothing: a keyframe. It may say what later ones need.
    Nothing(Option<av1::Templates>),
    /// What follows from its place among the temporal layers.
    Layers,
    /// The frame right before it.
    Previous,
    /// What the template of that id says.
    Template(u8),
}

impl Number {
    /// The number that follows.
    pub const fn next(self) -> Self {
        Self { value: ((self.value as u32 + 1) & ((1 << self.bits) - 1)) as u16, ..self }
    }
}

impl Claim {
    /// Whether a keyframe starts here.
    pub const fn is_key(&self) -> bool {
        matches!(self.needs, Some(Needs::Nothing(_)))
    }
}

/// What the headers of a packet claim, and what follows them. `None` when they can't be read.
pub fn read<'p>(codec: Codec, payload: &'p [u8], descriptor: Option<&[u8]>) -> Option<(Claim, &'p [u8])> {
    match codec {
        Codec::H264 => h264::read(payload),
        Codec::Vp9 => vp9::read(payload),
        Codec::Av1 => av1::read(payload, descriptor?),
        Codec::Vp8 | Codec::H265 | Codec::Opus => vp8::read(payload),
    }
}

/// The stamped parts of a frame: they differ by a byte at most, the larger ones last, as libwebrtc splits.
fn parts(frame: &Frame) -> impl Iterator<Item = (Stamp, usize)> + use<> {
    let Frame { len, stamp, .. } = *frame;
    let parts = len.div_ceil(MAX_PART).max(1);
    (0..parts)
        .map(move |part| (Stamp { part: part as u16, parts: parts as u16, ..stamp }, (len + part) / parts))
}

#[cfg(test)]
mod tests;
