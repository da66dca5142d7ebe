//! The facts of one received packet, read once on the publisher's side.

use std::time::Instant;

use crate::codec::Codec;
use crate::layer::{EncodingIndex, PictureSize, TemporalLayer};
use crate::rtp::{ExtSeqNo, RtpTimestamp};
use crate::wall_clock::NtpTime;

/// What was read from one packet. A small `Copy` value: from here on it stands for the packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// When the kernel handed it over.
    pub arrival: Instant,
    /// Which encoding it belongs to.
    pub encoding: EncodingIndex,
    /// Its number in that encoding, as the publisher counted.
    pub seq: ExtSeqNo,
    /// Its media time, as the publisher counted.
    pub timestamp: RtpTimestamp,
    /// What it is encoded with.
    pub codec: Codec,
    /// Last packet of a frame, or first of a talkspurt (RFC 3550 §5.1).
    pub marker: bool,
    /// First packet of a keyframe.
    pub keyframe_start: bool,
    /// First packet of any frame.
    pub frame_start: bool,
    /// No media in it, only padding.
    pub padding_only: bool,
    /// Temporal layer, when the payload tells.
    pub temporal: Option<TemporalLayer>,
    /// Picture size, when this packet tells (VP8: keyframe starts).
    pub size: Option<PictureSize>,
    /// Loudness, when the packet tells.
    pub audio_level: Option<AudioLevel>,
    /// How the camera was held, when the packet tells: the byte of `urn:3gpp:video-orientation`.
    pub orientation: Option<u8>,
    /// Its payload is RED: what was sent before is in it once more (RFC 2198).
    pub red: bool,
    /// What lies in front of its payload where it is kept.
    pub attached: Attached,
}

/// Lengths of what is kept in front of a packet's payload, in this order; 0 where there is none.
///
/// It is too long, or too rare, to be among the facts, and crosses to other workers with the payload.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Attached {
    /// The dependency descriptor, as the publisher wrote it: at most 255 bytes.
    pub dependency: u8,
    /// The colour space, as the publisher wrote it: 4 or 28 bytes.
    pub color_space: u8,
    /// The time of capture, as the publisher wrote it: 8 or 16 bytes.
    pub capture_time: u8,
    /// The playout delay, as the publisher wrote it: 3 bytes.
    pub playout_delay: u8,
    /// The parameter sets that the keyframe which starts here needs and does not bring along: the
    /// payload of a packet of its own.
    pub parameter_sets: u16,
}

impl Attached {
    /// Length of all of it.
    pub const fn len(&self) -> usize {
        let Self { dependency, color_space, capture_time, playout_delay, parameter_sets } = *self;
        dependency as usize
            + color_space as usize
            + capture_time as usize
            + playout_delay as usize
            + parameter_sets as usize
    }

    /// Whether there is nothing of it.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a publisher's sender report said: the link between its media clock and its wall clock
/// (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClockPair {
    /// The publisher's wall clock.
    pub ntp: NtpTime,
    /// The same moment on the encoding's media clock.
    pub rtp: RtpTimestamp,
    /// When the report arrived here.
    pub arrival: Instant,
}

/// Loudness of one audio packet (RFC 6464 §3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AudioLevel {
    /// −dBov: 0 is as loud as can be, 127 is silence.
    pub minus_dbov: u8,
    /// The encoder thinks it is speech.
    pub voice: bool,
}
