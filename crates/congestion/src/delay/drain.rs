//! How fast the queue on the way lets packets through: what the link carries for us while it is full.
//!
//! What arrives over a second says little of that: a burst that filled the queue comes after a time in which
//! little was sent, and of a link that has just become narrow it tells what it was. So only the gaps in front
//! of packets that waited in the queue are counted: in those the link was never idle.

use std::collections::VecDeque;

use switchyard_vocab::units::{Bitrate, DataSize};

use crate::packet::{Fate, Outcome, RemoteTime};

/// A packet has waited when it took this much longer than the shortest way, in milliseconds. Less is the
/// trembling of any path.
const WAITED_MS: f64 = 10.0;

/// What is older than this, in milliseconds, is not of the same queue any more.
const WINDOW_MS: f64 = 500.0;

/// With fewer packets one that is late spoils it.
const MIN_PACKETS: usize = 5;

/// No more packets are remembered: those of half a second at 20 Mbit/s.
const MAX_PACKETS: usize = 1_024;

/// The packets that waited, in order of arrival.
#[derive(Debug, Default)]
pub(super) struct Drain {
    last: Option<RemoteTime>,
    waited: VecDeque<Waited>,
}

#[derive(Clone, Copy, Debug)]
struct Waited {
    at: RemoteTime,
    gap_ms: f64,
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
        let Some(last) = self.last.replace(self.last.map_or(at, |last| last.max(at))) else { return };
        let gap_ms = at.millis_since(last);
        if gap_ms < 0.0 || queue_ms < WAITED_MS {
            return;
        }
        self.waited.push_back(Waited { at, gap_ms, size: outcome.sent.size });
        let is_old = |first: &Waited| at.millis_since(first.at) > WINDOW_MS;
        while self.waited.len() > MAX_PACKETS || self.waited.front().is_some_and(is_old) {
            self.waited.pop_front();
        }
    }

    /// The rate; `None` while there is hardly a queue.
    pub(super) fn bitrate(&self) -> Option<Bitrate> {
        let bytes: u64 = self.waited.iter().map(|waited| waited.size.as_bytes()).sum();
        let seconds = self.waited.iter().map(|waited| waited.gap_ms).sum::<f64>() / 1e3;
        let is_enough = self.waited.len() >= MIN_PACKETS && seconds > 0.0;
        is_enough.then(|| Bitrate::bps((bytes as f64 * 8.0 / seconds) as u64))
    }
}

#[cfg(test)]
mod tests;
