//! What got through of a probe.

use std::collections::BTreeMap;
use std::time::Instant;

use switchyard_vocab::units::{Bitrate, DataSize};

use super::cluster::{Cluster, MIN_PACKETS};
use crate::packet::{ClusterId, Outcome, RemoteTime};

/// Clusters whose packets are waited for at once; the oldest gives way.
const MAX_CLUSTERS: usize = 8;

/// A cluster counts when this share of its packets and bytes has arrived.
const ARRIVED_SHARE: f64 = 0.8;

/// Its packets left, and arrived, within this time; else it measures something else.
const MAX_SECONDS: f64 = 1.0;

/// Nothing arrives so many times faster than it left, but what was held up on the way.
const MAX_RATIO: f64 = 2.0;

/// Arriving at less than this share of the rate it was sent at, a probe has filled the link: …
const FILLED_SHARE: f64 = 0.9;

/// … then a little less is used than arrived, so that the queue empties.
const USED_SHARE: f64 = 0.95;

/// The clusters whose packets come back in feedback.
#[derive(Debug, Default)]
pub struct Measure {
    clusters: BTreeMap<ClusterId, Seen>,
}

/// A measured probe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Measured {
    /// The cluster.
    pub cluster: Cluster,
    /// What fits.
    pub bitrate: Bitrate,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    cluster: Cluster,
    packets: u32,
    bytes: u64,
    sent: Option<(Instant, Instant)>,
    arrived: Option<(RemoteTime, RemoteTime)>,
    size_of_last_sent: u64,
    size_of_first_arrived: u64,
}

impl Measure {
    /// Packets of this cluster are going to leave.
    pub fn expect(&mut self, cluster: Cluster) {
        if self.clusters.len() >= MAX_CLUSTERS {
            self.clusters.pop_first();
        }
        self.clusters.insert(cluster.id, Seen::new(cluster));
    }

    /// Takes in a packet's fate; a cluster that is thereby measured, or measured better, is returned.
    pub fn on_outcome(&mut self, outcome: &Outcome) -> Option<Measured> {
        let seen = self.clusters.get_mut(&outcome.sent.probe?)?;
        seen.add(outcome.sent.at, outcome.arrival()?, outcome.sent.size);
        let bitrate = seen.bitrate()?;
        Some(Measured { cluster: seen.cluster, bitrate })
    }
}

impl Seen {
    const fn new(cluster: Cluster) -> Self {
        Self {
            cluster,
            packets: 0,
            bytes: 0,
            sent: None,
            arrived: None,
            size_of_last_sent: 0,
            size_of_first_arrived: 0,
        }
    }

    fn add(&mut self, sent: Instant, arrived: RemoteTime, size: DataSize) {
        let size = size.as_bytes();
        self.packets += 1;
        self.bytes += size;
        let (first_sent, last_sent) = self.sent.unwrap_or((sent, sent));
        if sent >= last_sent {
            self.size_of_last_sent = size;
        }
        self.sent = Some((first_sent.min(sent), last_sent.max(sent)));
        let (first, last) = self.arrived.unwrap_or((arrived, arrived));
        if arrived <= first {
            self.size_of_first_arrived = size;
        }
        self.arrived = Some((first.min(arrived), last.max(arrived)));
    }

    fn bitrate(&self) -> Option<Bitrate> {
        let has_packets = f64::from(self.packets) >= ARRIVED_SHARE * f64::from(MIN_PACKETS);
        let has_bytes = self.bytes as f64 >= ARRIVED_SHARE * self.cluster.min_size().as_bytes() as f64;
        let ((first_sent, last_sent), (first, last)) = (self.sent?, self.arrived?);
        let sent_in = last_sent.saturating_duration_since(first_sent).as_secs_f64();
        let arrived_in = last.millis_since(first) / 1e3;
        let is_usable = |seconds: f64| seconds > 0.0 && seconds <= MAX_SECONDS;
        if !has_packets || !has_bytes || !is_usable(sent_in) || !is_usable(arrived_in) {
            return None;
        }
        let sent = (self.bytes - self.size_of_last_sent) as f64 * 8.0 / sent_in;
        let arrived = (self.bytes - self.size_of_first_arrived) as f64 * 8.0 / arrived_in;
        if arrived > MAX_RATIO * sent {
            return None;
        }
        let fits = if arrived < FILLED_SHARE * sent { USED_SHARE * arrived } else { arrived.min(sent) };
        Some(Bitrate::bps(fits as u64))
    }
}

#[cfg(test)]
mod tests;
