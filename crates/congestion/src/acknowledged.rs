//! How much arrives: the rate at which the receiver gets what is sent.
//!
//! Measured over the last packets that arrived. The longest pause between two arrivals is taken for one as
//! long as the second longest: a pause of the sender, or of a radio link that delivers in gulps, is no lack
//! of room. What left at a lower rate than it arrived was not held back by the network, so the lower of the
//! two rates counts.

use std::collections::VecDeque;
use std::time::Duration;

use switchyard_vocab::units::Bitrate;

use crate::packet::{Fate, Outcome, RemoteTime, Sent};

/// Without so many packets there is no rate to speak of.
const MIN_PACKETS: usize = 10;

/// The window holds at least so many packets, …
const WINDOW_PACKETS: usize = 20;

/// … and at least this much time, so that one burst is not taken for the rate. Longer follows slower.
const WINDOW_MICROS: i64 = 1_000_000;

/// It holds no more packets, …
const MAX_PACKETS: usize = 500;

/// … and no more time: what is older says nothing of now.
const MAX_MICROS: i64 = 5_000_000;

/// The weight of one packet in the share of packets that arrive, by which unreported ones are judged.
const SHARE_WEIGHT: f64 = 0.02;

/// The packets by which the rate is measured, in order of arrival.
#[derive(Debug)]
pub struct Acknowledged {
    arrivals: VecDeque<Arrived>,
    /// Bytes of packets of which no report told, waiting to be added to the next that arrived.
    unreported: f64,
    /// Share of the packets reported that arrived.
    arrived_share: f64,
}

#[derive(Clone, Copy, Debug)]
struct Arrived {
    at: RemoteTime,
    sent: Sent,
    bytes: f64,
    /// Since the packet before it; nothing of the oldest counts.
    gaps: Gaps,
}

/// Time between two packets, in seconds. Kept because all of them are looked at with every report.
#[derive(Clone, Copy, Debug, Default)]
struct Gaps {
    /// Between their arrivals.
    received: f64,
    /// Between their departures.
    sent: f64,
}

impl Default for Acknowledged {
    fn default() -> Self {
        Self { arrivals: VecDeque::new(), unreported: 0.0, arrived_share: 1.0 }
    }
}

impl Acknowledged {
    /// Notes what became of a packet.
    pub fn on_outcome(&mut self, outcome: &Outcome) {
        let bytes = outcome.sent.size.as_bytes() as f64;
        match outcome.fate {
            Fate::Arrived(at) => {
                self.arrived_share += SHARE_WEIGHT * (1.0 - self.arrived_share);
                let bytes = bytes + std::mem::take(&mut self.unreported);
                self.insert(Arrived { at, sent: outcome.sent, bytes, gaps: Gaps::default() });
            }
            Fate::Missing => self.arrived_share -= SHARE_WEIGHT * self.arrived_share,
            // A report was lost, not the packets: as many of them arrived as of others.
            Fate::Unreported => self.unreported += bytes * self.arrived_share,
            Fate::ArrivedLate(_) => {}
        }
    }

    /// The rate; `None` before enough has arrived.
    pub fn bitrate(&self) -> Option<Bitrate> {
        if self.arrivals.len() < MIN_PACKETS {
            return None;
        }
        let (first, last) = (self.arrivals.front()?, self.arrivals.back()?);
        let (mut received, mut sent) = (Pauses::default(), Pauses::default());
        let mut all = first.bytes;
        for arrived in self.arrivals.iter().skip(1) {
            all += arrived.bytes;
            received.add(arrived.gaps.received);
            sent.add(arrived.gaps.sent);
        }
        // The first packet only opens the time over which the others arrived, and the last only closes the time
        // over which the others were sent. Packets are taken to arrive about in the order in which they left.
        let received = per_second(all - first.bytes, received.time());
        let sent = per_second(all - last.bytes, sent.time());
        Some(Bitrate::bps(received.min(sent) as u64))
    }

    fn insert(&mut self, arrived: Arrived) {
        if self.arrivals.back().is_some_and(|newest| newest.at.0 - arrived.at.0 > MAX_MICROS) {
            // The receiver's clock has jumped.
            self.arrivals.clear();
        }
        let place = self.arrivals.iter().rposition(|other| other.at <= arrived.at).map_or(0, |last| last + 1);
        self.arrivals.insert(place, arrived);
        self.measure_gap(place);
        self.measure_gap(place + 1);
        while self.holds_too_much() {
            self.arrivals.pop_front();
        }
    }

    fn holds_too_much(&self) -> bool {
        let (Some(first), Some(last)) = (self.arrivals.front(), self.arrivals.back()) else { return false };
        let span = last.at.0 - first.at.0;
        let has_enough = self.arrivals.len() > WINDOW_PACKETS && span > WINDOW_MICROS;
        has_enough || self.arrivals.len() > MAX_PACKETS || span > MAX_MICROS
    }

    /// The gap in front of the packet in this place.
    fn measure_gap(&mut self, place: usize) {
        let before = place.checked_sub(1).and_then(|before| self.arrivals.get(before)).copied();
        if let (Some(before), Some(arrived)) = (before, self.arrivals.get_mut(place)) {
            arrived.gaps = Gaps {
                received: arrived.at.millis_since(before.at) / 1e3,
                sent: arrived.sent.at.saturating_duration_since(before.sent.at).as_secs_f64(),
            };
        }
    }
}

/// Time made of gaps, in seconds, of which the longest is taken for one as long as the second.
#[derive(Clone, Copy, Debug, Default)]
struct Pauses {
    total: f64,
    longest: f64,
    second: f64,
}

impl Pauses {
    fn add(&mut self, gap: f64) {
        self.total += gap;
        (self.longest, self.second) =
            if gap > self.longest { (gap, self.longest) } else { (self.longest, self.second.max(gap)) };
    }

    fn time(&self) -> f64 {
        self.total - self.longest + self.second
    }
}

fn per_second(bytes: f64, seconds: f64) -> f64 {
    let least = Duration::from_millis(1).as_secs_f64();
    bytes * 8.0 / seconds.max(least)
}

#[cfg(test)]
mod tests;
