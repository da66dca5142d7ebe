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
