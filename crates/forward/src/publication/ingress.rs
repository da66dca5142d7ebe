//! How much of one track its publisher may send us, all layers and retransmissions together.

use std::time::{Duration, Instant};

use switchyard_vocab::bucket::Bucket;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::units::Bitrate;

/// Media that may come at once beyond the steady rate, as time at that rate. Less would cut the
/// keyframe of a large screen, a sender's paced bursts, or what a stalled path lets go at once; more
/// lets a flood through for longer.
const BURST: Duration = Duration::from_secs(1);

/// What a track may send for ever.
#[derive(Clone, Copy, Debug)]
struct Limits {
    rate: Bitrate,
    packets_per_second: u32,
}

impl Limits {
    /// Several times three layers of 1080p, and what a browser sends of a 4K screen. Each subscriber
    /// of the largest layer costs as much again on the way out, so a lower limit protects more and
    /// a higher one serves cameras that no subscriber's path could carry.
    const VIDEO: Self = Self { rate: Bitrate::mbps(20), packets_per_second: 6_000 };
    /// The most that Opus can encode (RFC 6716 §2.1.1: 510 kbit/s) with the headers of packets of 5 ms
    /// (40 bytes in front of each are 64 kbit/s), and something to spare. As many packets are, with
    /// the usual 20 ms, four seconds of a path that stalled.
    const AUDIO: Self = Self { rate: Bitrate::kbps(640), packets_per_second: 200 };
}

/// What one track has used of its limits.
#[derive(Debug)]
pub(super) struct Ingress {
    limits: Limits,
    bytes: Bucket,
    packets: Bucket,
}

impl Ingress {
    pub(super) const fn new(kind: MediaKind) -> Self {
        let limits = match kind {
            MediaKind::Audio => Limits::AUDIO,
            MediaKind::Video => Limits::VIDEO,
        };
        Self { limits, bytes: Bucket::new(), packets: Bucket::new() }
    }

    /// Whether one more packet of `len` bytes may come in; it counts if so.
    pub(super) fn admits(&mut self, now: Instant, len: usize) -> bool {
        let sending = Duration::from_nanos(len as u64 * 8_000_000_000 / self.limits.rate.as_bps());
        let turn = Duration::from_secs(1) / self.limits.packets_per_second;
        let fits = self.bytes.has(now, sending, BURST) && self.packets.has(now, turn, BURST);
        if fits {
            self.bytes.take(now, sending);
            self.packets.take(now, turn);
        }
        fits
    }
}

#[cfg(test)]
mod tests;
