//! A cluster: a few packets sent at one rate to see whether they arrive at it.

use std::time::{Duration, Instant};

use switchyard_vocab::units::{Bitrate, DataSize};

use crate::packet::ClusterId;

/// A cluster has at least so many packets; with fewer, one that is late spoils it.
pub const MIN_PACKETS: u32 = 5;

/// It lasts at least this long. Longer measures better, and fills a queue further where it is too fast.
pub const MIN_DURATION: Duration = Duration::from_millis(15);

/// What is to be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cluster {
    /// By which its packets are known again.
    pub id: ClusterId,
    /// How fast.
    pub bitrate: Bitrate,
}

impl Cluster {
    /// How much it takes at least.
    pub fn min_size(&self) -> DataSize {
        DataSize::bytes((self.bitrate.as_bps() as f64 / 8.0 * MIN_DURATION.as_secs_f64()) as u64)
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
