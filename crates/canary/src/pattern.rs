//! What is published: packets a decoder accepts, made without an encoder.
//!
//! In VP8 (RFC 6386) a run of zero bits decodes, whatever the probabilities, as "no" to every
//! question: no update, no coefficient, predict from nothing. So a frame header followed by zeros is
//! a whole grey picture, in any size.

use std::time::Duration;

use bytes::Bytes;

use crate::mark::Mark;

/// How much is published. Sound is always 50 packets a second of 100 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// Payload bits of the video per second, or 0 for sound alone.
    pub video_bitrate: u32,
    /// Frames per second.
    pub frame_rate: u32,
}

impl Default for Pattern {
    fn default() -> Self {
        Self { video_bitrate: 500_000, frame_rate: 25 }
    }
}

/// Payload bytes of a video packet, at most.
const MAX_PAYLOAD: usize = 1_100;
/// Width and height of the picture.
const PICTURE: (u16, u16) = (320, 180);
/// Bytes of a VP8 payload descriptor that carries all there is (RFC 7741 §4.2).
const DESCRIPTOR: usize = 6;
/// Bytes of a keyframe's header (RFC 6386 §9.1).
const KEYFRAME_HEADER: usize = 10;
/// Bytes of the header of a frame that is none.
const INTERFRAME_HEADER: usize = 3;

impl Pattern {
    /// Time between two frames.
    pub(crate) fn frame_time(self) -> Duration {
        Duration::from_secs(1) / self.frame_rate.max(1)
    }

    /// Packets of one frame, and the bytes of each.
    fn frame_shape(self) -> (usize, usize) {
        let frame = (self.video_bitrate / 8 / self.frame_rate.max(1)) as usize;
        let packets = frame.div_ceil(MAX_PAYLOAD).max(1);
        (packets, (frame / packets).max(DESCRIPTOR + KEYFRAME_HEADER + Mark::LEN))
    }
}

/// Makes the payloads of a video track, frame by frame.
#[derive(Debug)]
pub(crate) struct Video {
    pattern: Pattern,
    /// Numbers the packets in their marks.
    packets: u32,
    /// Number of the next frame; its low 15 bits are the picture id.
    frames: u32,
    keyframes: u8,
}

impl Video {
    pub(crate) fn new(pattern: Pattern) -> Self {
        Self { pattern, packets: 0, frames: 0, keyframes: 0 }
    }

    /// The payloads of the next frame, all of one size.
    pub(crate) fn next_frame(&mut self, keyframe: bool) -> Vec<Bytes> {
        let (count, size) = self.pattern.frame_shape();
        if keyframe {
            self.keyframes = self.keyframes.wrapping_add(1);
        }
        let body = count * (size - DESCRIPTOR);
        let payloads = (0..count).map(|index| self.payload(index == 0, keyframe, size, body)).collect();
        self.frames += 1;
        payloads
    }

    fn payload(&mut self, first: bool, keyframe: bool, size: usize, body: usize) -> Bytes {
        let mut payload = Vec::with_capacity(size);
        payload.extend_from_slice(&self.descriptor(first));
        if first {
            payload.extend_from_slice(&frame_header(keyframe, body));
        }
        payload.resize(size - Mark::LEN, 0);
        Mark::now(self.packets).write(&mut payload);
        self.packets += 1;
        payload.into()
    }

    /// RFC 7741 §4.2: 15-bit picture id, TL0PICIDX, temporal layer 0 and KEYIDX. Every frame is of
    /// temporal layer 0, so TL0PICIDX rises with each.
    fn descriptor(&self, first: bool) -> [u8; DESCRIPTOR] {
        let picture = self.frames as u16 & 0x7fff;
        let [high, low] = picture.to_be_bytes();
        let start = if first { 0x10 } else { 0 };
        [0x80 | start, 0xf0, 0x80 | high, low, self.frames as u8, self.keyframes & 0x1f]
    }
}

/// RFC 6386 §9.1. Half of the body is called the first partition; the rest are coefficients, of
/// which there are none.
fn frame_header(keyframe: bool, body: usize) -> Vec<u8> {
    const SHOWN: u32 = 1 << 4;
    let header = if keyframe { KEYFRAME_HEADER } else { INTERFRAME_HEADER };
    let first_partition = (body.saturating_sub(header) / 2) as u32;
    let tag = u32::from(!keyframe) | SHOWN | first_partition << 5;
    let mut bytes = tag.to_le_bytes()[..3].to_vec();
    if keyframe {
        bytes.extend_from_slice(&[0x9d, 0x01, 0x2a]);
        bytes.extend_from_slice(&PICTURE.0.to_le_bytes());
        bytes.extend_from_slice(&PICTURE.1.to_le_bytes());
    }
    bytes
}

/// Makes the payloads of a sound track.
#[derive(Debug, Default)]
pub(crate) struct Audio {
    packets: u32,
}

impl Audio {
    /// Time between two packets.
    pub(crate) const PACKET_TIME: Duration = Duration::from_millis(20);
    /// Bytes of a packet.
    const SIZE: usize = 100;
    /// RFC 6716 §3.1: one full-band stereo frame of 20 ms.
    const TOC: u8 = 0xfc;

    /// The next packet's payload.
    pub(crate) fn next_packet(&mut self) -> Bytes {
        let mut payload = Vec::with_capacity(Self::SIZE);
        payload.push(Self::TOC);
        payload.resize(Self::SIZE - Mark::LEN, 0);
        Mark::now(self.packets).write(&mut payload);
        self.packets += 1;
        payload.into()
    }
}

#[cfg(test)]
mod tests;
