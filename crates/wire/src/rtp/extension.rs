//! The values of the header extensions that the server understands.

mod capture_time;
mod layers_allocation;
mod playout_delay;

use std::time::Duration;

use switchyard_vocab::negotiated::{Extension, ExtensionMap};
use switchyard_vocab::observed::AudioLevel;
use switchyard_vocab::rtp::{Mid, Rid, SeqNo};

pub use capture_time::AbsCaptureTime;
pub use layers_allocation::{AllocatedLayer, LayersAllocation};
pub use playout_delay::PlayoutDelay;

use super::RtpPacket;
use crate::bytes::{u16_at, u24_at, u24_bytes};

/// Lengths of a colour space without and with what belongs to high dynamic range (`color-space`).
const COLOR_SPACE_LENS: [usize; 2] = [4, 28];

/// Everything that the extensions of one packet said, as far as it was negotiated.
///
/// A value that can't be read counts as absent: extensions are hints, the media may still be good.
/// What is long, or needs a state to be read, is borrowed as it stands in the packet.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct KnownExtensions<'a> {
    /// Which m-line it belongs to.
    pub mid: Option<Mid>,
    /// Which encoding it is.
    pub rid: Option<Rid>,
    /// Which encoding it repairs.
    pub repaired_rid: Option<Rid>,
    /// Its number on the transport.
    pub transport_seq: Option<SeqNo>,
    /// When it was sent.
    pub abs_send_time: Option<AbsSendTime>,
    /// How loud it is.
    pub audio_level: Option<AudioLevel>,
    /// How the camera was held.
    pub orientation: Option<VideoOrientation>,
    /// What its frame needs and who needs it: for
    /// [`Reader::read`](crate::payload::dependency_descriptor::Reader::read).
    pub dependency_descriptor: Option<&'a [u8]>,
    /// How long the receiver should hold it back.
    pub playout_delay: Option<PlayoutDelay>,
    /// When it was captured.
    pub capture_time: Option<AbsCaptureTime>,
    /// What the publisher's encoders are doing: for [`LayersAllocation::parse`].
    pub layers_allocation: Option<&'a [u8]>,
    /// Which colours its numbers stand for: 4 bytes, or 28 with those of high dynamic range. Passed on
    /// as it came.
    pub color_space: Option<&'a [u8]>,
}

impl<'a> KnownExtensions<'a> {
    /// Reads what `map` names; of two elements with one id the later one counts.
    pub fn read(packet: &RtpPacket<'a>, map: &ExtensionMap) -> Self {
        let mut known = Self::default();
        for (id, data) in packet.extensions() {
            match map.extension(id) {
                Some(Extension::Mid) => known.mid = Mid::parse(data).ok(),
                Some(Extension::Rid) => known.rid = Rid::parse(data).ok(),
                Some(Extension::RepairedRid) => known.repaired_rid = Rid::parse(data).ok(),
                Some(Extension::TransportCc) => {
                    known.transport_seq = TransportSeq::parse(data).map(|TransportSeq(seq)| seq);
                }
                Some(Extension::AbsSendTime) => known.abs_send_time = AbsSendTime::parse(data),
                Some(Extension::AudioLevel) => known.audio_level = parse_audio_level(data),
                Some(Extension::VideoOrientation) => known.orientation = VideoOrientation::parse(data),
                Some(Extension::DependencyDescriptor) => known.dependency_descriptor = Some(data),
                Some(Extension::PlayoutDelay) => known.playout_delay = PlayoutDelay::parse(data),
                Some(Extension::AbsCaptureTime) => known.capture_time = AbsCaptureTime::parse(data),
                Some(Extension::VideoLayersAllocation) => known.layers_allocation = Some(data),
                Some(Extension::ColorSpace) => {
                    known.color_space = Some(data).filter(|data| COLOR_SPACE_LENS.contains(&data.len()));
                }
                None => {}
            }
        }
        known
    }
}

/// Number of a packet on its transport, counted over all streams; wraps at 16 bits
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TransportSeq(pub SeqNo);

impl TransportSeq {
    /// Reads the first form; the second form's feedback request behind it is not ours to answer.
    pub fn parse(data: &[u8]) -> Option<Self> {
        u16_at(data, 0).map(|seq| Self(SeqNo(seq)))
    }

    /// As it travels.
    pub const fn bytes(self) -> [u8; 2] {
        self.0.0.to_be_bytes()
    }
}

/// When a packet was sent: 24 bits, 6 of seconds and 18 of fraction; wraps after 64 s.
///
/// The clock's origin is the sender's secret: only differences mean something.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AbsSendTime(u32);

impl AbsSendTime {
    /// The time `since_origin` of the sender's clock, rounded down to 1/2^18 s.
    pub const fn at(since_origin: Duration) -> Self {
        let units = ((since_origin.as_secs() % 64) << 18)
            + (((since_origin.subsec_nanos() as u64) << 18) / 1_000_000_000);
        Self(units as u32 & 0xff_ffff)
    }

    /// Reads the three bytes.
    pub fn parse(data: &[u8]) -> Option<Self> {
        u24_at(data, 0).map(Self)
    }

    /// As it travels.
    pub const fn bytes(self) -> [u8; 3] {
        u24_bytes(self.0)
    }

    /// The time on the sender's clock, below 64 s.
    pub const fn since_origin(self) -> Duration {
        Duration::from_nanos((self.0 as u64 * 1_000_000_000) >> 18)
    }
}

/// How the camera was held, and which one it was: `0000CFRR` (3GPP TS 26.114 §7.4.5).
///
/// Passed on as it came; a receiver turns the picture.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct VideoOrientation(pub u8);

impl VideoOrientation {
    /// Reads the byte.
    pub fn parse(data: &[u8]) -> Option<Self> {
        data.first().copied().map(Self)
    }

    /// As it travels.
    pub const fn bytes(self) -> [u8; 1] {
        [self.0]
    }
}

/// Reads an audio level (RFC 6464 §3).
pub fn parse_audio_level(data: &[u8]) -> Option<AudioLevel> {
    data.first().map(|byte| AudioLevel { minus_dbov: byte & 0x7f, voice: byte & 0x80 != 0 })
}

/// An audio level as it travels.
pub const fn audio_level_bytes(level: AudioLevel) -> [u8; 1] {
    [((level.voice as u8) << 7) | (level.minus_dbov & 0x7f)]
}

#[cfg(test)]
mod tests;
