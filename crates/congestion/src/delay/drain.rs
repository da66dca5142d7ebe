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

/// A large packet takes up to this long by itself, in milliseconds, on a link of 250 kbit/s.
const SERIALISED_MS: f64 = 40.0;

/// What is older than this, in milliseconds, is not of the same queue any more.
const WINDOW_MS: f64 = 500.0;

/// With fewer packets one that is late spoils it.
const MIN_PACKETS: usize = 5;

/// What was sent so many times faster than it arrived has filled the queue, whatever else does.
const FILLING: f64 = 1.5;

/// … if that took so long, in milliseconds: a receiver that was late once has filled nothing.
const MIN_FILLING_MS: f64 = 80.0;

/// Receivers are late now and then, and what they let wait comes in a clump: with so much time to look at, in
/// milliseconds, the best stretch of that length counts, since in the others the link may have been idle.
const STRETCH_MS: f64 = 250.0;

/// Where the queue is known to grow, so little time will do, in milliseconds.
const LATELY_MS: f64 = 100.0;

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
        let Some((sent_before, before)) = self.last else {
            self.last = Some((outcome.sent.at, at));
            return;
        };
        let gap_ms = at.millis_since(before);
        if gap_ms < -WINDOW_MS {
            // The receiver's clock has jumped.
            *self = Self::default();
        }
        if gap_ms < 0.0 {
            return;
        }
        self.last = Some((outcome.sent.at, at));
        // One that waited for much less than the gap in front of it found the link idle.
        if queue_ms < WAITED_MS || queue_ms + SERIALISED_MS < gap_ms {
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
        self.best().map(|best| best.bitrate())
    }

    /// The rate of late: of the last packets that make a rate at all. While the queue grows all of them waited,
    /// and what the link let through before it became narrow does not count.
    pub(super) fn lately(&self) -> Option<Bitrate> {
        let mut stretch = Stretch::default();
        for waited in self.waited.iter().rev() {
            if stretch.packets >= MIN_PACKETS && stretch.gaps_ms >= LATELY_MS {
                break;
            }
            stretch.add(waited);
        }
        stretch.is_usable().then(|| stretch.bitrate())
    }

    /// The same, if it was with these packets that the queue grew: they were sent much faster than they arrived.
    pub(super) fn filled(&self) -> Option<Bitrate> {
        self.best().filter(Stretch::is_filled_by_us).map(|best| best.bitrate())
    }

    /// The stretch in which most passed; all there is while that is too short to choose.
    fn best(&self) -> Option<Stretch> {
        let mut stretch = Stretch::default();
        let mut oldest = self.waited.iter();
        let mut best: Option<Stretch> = None;
        for waited in &self.waited {
            stretch.add(waited);
            while let Some(shorter) = oldest.clone().next().and_then(|oldest| stretch.without(oldest)) {
                stretch = shorter;
                oldest.next();
            }
            if stretch.is_long_enough() && best.is_none_or(|best| stretch.bps() > best.bps()) {
                best = Some(stretch);
            }
        }
        best.or_else(|| Some(stretch).filter(Stretch::is_usable))
    }
}

/// Packets in a row that waited.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    packets: usize,
    bytes: u64,
    gaps_ms: f64,
    sent_gaps_ms: f64,
}

impl Stretch {
    const fn add(&mut self, waited: &Waited) {
        self.packets += 1;
        self.bytes += waited.size.as_bytes();
        self.gaps_ms += waited.gap_ms;
        self.sent_gaps_ms += waited.sent_gap_ms;
    }

    /// Whether there is a rate to speak of.
    fn is_usable(&self) -> bool {
        self.packets >= MIN_PACKETS && self.gaps_ms > 0.0
    }

    /// The same without its oldest packet, if that is still long enough.
    fn without(&self, oldest: &Waited) -> Option<Self> {
        let shorter = Self {
            packets: self.packets.checked_sub(1)?,
            bytes: self.bytes - oldest.size.as_bytes(),
            gaps_ms: self.gaps_ms - oldest.gap_ms,
            sent_gaps_ms: self.sent_gaps_ms - oldest.sent_gap_ms,
        };
        shorter.is_long_enough().then_some(shorter)
    }

    fn is_long_enough(&self) -> bool {
        self.packets >= MIN_PACKETS && self.gaps_ms >= STRETCH_MS
    }

    fn is_filled_by_us(&self) -> bool {
        self.gaps_ms > (FILLING * self.sent_gaps_ms).max(MIN_FILLING_MS)
    }

    fn bitrate(&self) -> Bitrate {
        Bitrate::bps(self.bps() as u64)
    }

    fn bps(&self) -> f64 {
        self.bytes as f64 * 8e3 / self.gaps_ms
    }
}

#[cfg(test)]
mod tests;
