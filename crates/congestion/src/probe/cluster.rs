//! A cluster: a few packets sent at one rate to see whether they arrive at it.

use std::time::{Duration, Instant};

use switchyard_vocab::units::{Bitrate, DataSize};

use crate::packet::ClusterId;

/// A cluster has at least so many packets; with fewer, one that is late spoils it.
pub const MIN_PACKETS: u32 = 5;

/// A quick look lasts at least this long: enough to tell twice the rate from the same one.
pub const QUICK: Duration = Duration::from_millis(15);

/// A thorough one lasts this long. Receivers are late by a few milliseconds now and then, and links let small bursts
/// pass: shorter mistakes either for the rate. Longer fills a queue further where it is too fast.
pub const THOROUGH: Duration = Duration::from_millis(100);

/// It takes no more than this, in bytes, unless a quick look takes more: at high rates little time tells enough.
const MAX_THOROUGH: f64 = 30_000.0;

/// What is to be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cluster {
    /// By which its packets are known again.
    pub id: ClusterId,
    /// How fast.
    pub bitrate: Bitrate,
    /// For how long at least: [`QUICK`] or [`THOROUGH`].
    pub lasts: Duration,
}

impl Cluster {
    /// How much it takes at least.
    pub fn min_size(&self) -> DataSize {
        let takes = |time: Duration| self.bitrate.as_bps() as f64 / 8.0 * time.as_secs_f64();
        let quick = takes(self.lasts.min(QUICK));
        DataSize::bytes(takes(self.lasts).min(MAX_THOROUGH).max(quick) as u64)
    }
}

/// A cluster that is being sent.
#[derive(Clone, Copy, Debug)]
pub struct Sending {
    cluster: Cluster,
    started_at: Option<Instant>,
    bytes: u64,
    packets: u32,
}

impl Sending {
    /// About to begin.
    pub const fn new(cluster: Cluster) -> Self {
        Self { cluster, started_at: None, bytes: 0, packets: 0 }
    }

    /// Which one.
    pub const fn cluster(&self) -> Cluster {
        self.cluster
    }

    /// When its next packet is to leave; `None` for at once.
    pub fn next_at(&self) -> Option<Instant> {
        let started = self.started_at?;
        let seconds = self.bytes as f64 * 8.0 / self.cluster.bitrate.as_bps().max(1) as f64;
        Some(started + Duration::from_secs_f64(seconds.min(1.0)))
    }

    /// Notes that a packet of it left. Returns whether it is complete.
    pub fn on_sent(&mut self, now: Instant, size: DataSize) -> bool {
        self.started_at = self.started_at.or(Some(now));
        self.bytes += size.as_bytes();
        self.packets += 1;
        self.packets >= MIN_PACKETS && self.bytes >= self.cluster.min_size().as_bytes()
    }
}
