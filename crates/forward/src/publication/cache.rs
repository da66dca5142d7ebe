//! The only store of packets: from it subscribers are served, first and again.
//!
//! Each encoding has a ring of its own, so that a large layer never pushes out a small one. A ring
//! starts small and grows while it would overwrite packets younger than [`KEPT`]; after that it is
//! never touched by the allocator again.

mod ring;

use std::time::{Duration, Instant};

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS};
use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::ExtSeqNo;

use super::attached::Elements;
use ring::Ring;

/// Age up to which packets should be there for a resend: what libwebrtc's own senders keep.
pub const KEPT: Duration = Duration::from_secs(1);

/// How far one ring may grow.
#[derive(Clone, Copy, Debug)]
struct Limits {
    first_bytes: usize,
    most_bytes: usize,
    first_slots: usize,
    most_slots: usize,
}

impl Limits {
    /// 512 KiB is a second of 4 Mbit/s: any layer that browsers send except a burst of 1080p. The
    /// slots are those of 150-byte packets at that rate, rounded down.
    const VIDEO: Self =
        Self { first_bytes: 32 * 1024, most_bytes: 512 * 1024, first_slots: 64, most_slots: 2048 };
    /// 32 KiB is a second of stereo music at 256 kbit/s; 20 ms packets need 50 slots.
    const AUDIO: Self =
        Self { first_bytes: 8 * 1024, most_bytes: 32 * 1024, first_slots: 64, most_slots: 256 };
}

/// Stands for a cached packet. It may be overwritten meanwhile: [`Cache::get`] notices.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct CacheRef {
    /// The packet's encoding.
    pub encoding: EncodingIndex,
    /// Its number in that encoding.
    pub seq: ExtSeqNo,
}

/// A packet out of the cache.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CachedPacket<'a> {
    /// What was read from it.
    pub observed: &'a Observed,
    /// Its payload without padding, as the publisher sent it.
    pub payload: &'a [u8],
    /// What came with it in its header, or is needed before it.
    pub attached: Elements<'a>,
    /// All of it, as another worker has to keep it.
    pub bytes: &'a [u8],
}

/// The rings of one publication.
#[derive(Debug)]
pub struct Cache {
    limits: Limits,
    rings: [Option<Box<Ring>>; MAX_ENCODINGS],
}

impl Cache {
    /// An empty cache; memory is taken when the first packet of an encoding arrives.
    pub const fn new(kind: MediaKind) -> Self {
        let limits = match kind {
            MediaKind::Audio => Limits::AUDIO,
            MediaKind::Video => Limits::VIDEO,
        };
        Self { limits, rings: [const { None }; MAX_ENCODINGS] }
    }

    /// Stores a packet, in place of the oldest ones when the ring is full.
    ///
    /// `None` when it can't be stored: its encoding does not exist, it is larger than the whole
    /// ring, or so late that its slot belongs to a newer packet.
    /// `front` is what its facts say is attached; with an empty one, `payload` has that in front already.
    pub fn insert(
        &mut self,
        now: Instant,
        observed: &Observed,
        (front, payload): (&[u8], &[u8]),
    ) -> Option<CacheRef> {
        let limits = self.limits;
        let ring = self.rings.get_mut(observed.encoding.index())?;
        let ring = ring.get_or_insert_with(|| Box::new(Ring::new(limits)));
        let kept = ring.insert(now, observed, front, payload);
        kept.then_some(CacheRef { encoding: observed.encoding, seq: observed.seq })
    }

    /// The packet, unless it was overwritten.
    pub fn get(&self, packet: CacheRef) -> Option<CachedPacket<'_>> {
        self.rings.get(packet.encoding.index())?.as_ref()?.get(packet.seq)
    }
}

#[cfg(test)]
mod tests;
