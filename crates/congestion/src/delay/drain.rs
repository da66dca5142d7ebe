//! How fast the queue on the way lets packets through: what the link carries for us while it is full.
//!
//! What arrives over a second says little of that: a burst that filled the queue comes after a time in which
//! little was sent, and of a link that has just become narrow it tells what it was. So only the gaps in front
//! of packets that waited in the queue are counted: in those the link was never idle.

use std::collections::VecDeque;
use std::time::Instant;

use switchyard_vocab::units::{Bitrate, DataSize};

use crate::packet::{Fate, Outcome, RemoteTime};

/// A packet has waited when it took this much longer than the shortest way, in milliseconds. Less is the
/// trembling of any path.
const WAITED_MS: f64 = 10.0;

/// What is older than this, in milliseconds, is not of the same queue any more.
const WINDOW_MS: f64 = 500.0;

/// With fewer packets one that is late spoils it.
const MIN_PACKETS: usize = 5;

/// What was sent so many times faster than it arrived has filled the queue, whatever else does.
const FILLING: f64 = 1.5;

/// Packets that leave at once count as this far apart, in milliseconds.
const LEAST_GAP_MS: f64 = 0.1;

/// No more packets are remembered: those of half a second at 20 Mbit/s.
const MAX_PACKETS: usize = 1_024;

/// The packets that waited, in order of arrival.
#[derive(Debug, Default)]
pub(super) struct Drain {
    /// The last packet that arrived: when it left, and when it was there.
    last: Option<(Instant, RemoteTime)>,
    waited: VecDeque<Waited>,
}

#[derive(Clone, Copy, Debug)]
struct Waited {
    at: RemoteTime,
    /// Since the packet before it arrived, …
    gap_ms: f64,
    /// … and since that left.
    sent_gap_ms: f64,
    size: DataSize,
}

impl Drain {
    /// Takes in what became of a packet, which met a queue of `queue_ms` milliseconds if it arrived.
    pub(super) fn on_outcome(&mut self, outcome: &Outcome, queue_ms: Option<f64>) {
        if outcome.fate == Fate::Unreported {
            // It may have arrived, in a gap that would count as the next one's.
            self.last = None;
        }
        let (Some(at), Some(queue_ms)) = (outcome.arrival(), queue_ms) else { return };
        let Some((sent_before, before)) = self.last.replace((outcome.sent.at, at)) else { return };
        let gap_ms = at.millis_since(before);
        if gap_ms < 0.0 || queue_ms < WAITED_MS {
            return;
        }
        let sent_gap_ms = outcome.sent.at.saturating_duration_since(sent_before).as_secs_f64() * 1e3;
        self.waited.push_back(Waited { at, gap_ms, sent_gap_ms, size: outcome.sent.size });
        let is_old = |first: &Waited| at.millis_since(first.at) > WINDOW_MS;
        while self.waited.len() > MAX_PACKETS || self.waited.front().is_some_and(is_old) {
            self.waited.pop_front();
        }
    }

    /// The rate; `None` while there is hardly a queue.
    pub(super) fn bitrate(&self) -> Option<Bitrate> {
        self.rate_by(|waited| waited.gap_ms)
    }

    /// Whether it was with these packets that the queue grew: they were sent much faster than they arrived.
    pub(super) fn is_filled_by_us(&self) -> bool {
        let sent = self.rate_by(|waited| waited.sent_gap_ms.max(LEAST_GAP_MS));
        let (Some(sent), Some(arrived)) = (sent, self.bitrate()) else { return false };
        sent.as_bps() as f64 > FILLING * arrived.as_bps() as f64
    }

    fn rate_by(&self, gap_ms: impl Fn(&Waited) -> f64) -> Option<Bitrate> {
        let bytes: u64 = self.waited.iter().map(|waited| waited.size.as_bytes()).sum();
        let seconds = self.waited.iter().map(gap_ms).sum::<f64>() / 1e3;
        let is_enough = self.waited.len() >= MIN_PACKETS && seconds > 0.0;
        is_enough.then(|| Bitrate::bps((bytes as f64 * 8.0 / seconds) as u64))
    }
}

#[cfg(test)]
mod tests;
