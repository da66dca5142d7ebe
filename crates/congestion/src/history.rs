//! What was sent on one transport, until feedback has told what became of it.
//!
//! Packets are found by their transport-wide number. A report names a first number and says of each from
//! there on when it arrived, or that it did not; reports may be lost, come late, overlap, and contradict one
//! another: what arrived has arrived, and what was missing may still have.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};
use switchyard_vocab::units::DataSize;

use crate::packet::{Fate, Outcome, RemoteTime, Sent};

/// Packets younger than this are kept however many there are, up to [`MAX_KEPT`]: feedback that is older
/// tells of a network that is no more.
const KEPT_FOR: Duration = Duration::from_secs(2);

/// So many packets are kept however old they are: at a low rate a report may span seconds.
const ALWAYS_KEPT: usize = 1_024;

/// Never more than this. About 20 Mbit/s for two seconds; a faster sender is judged by its latest packets.
const MAX_KEPT: usize = 4_096;

/// Reports further apart than this have lost whatever order their clocks had: half of what the 24 bits of
/// a reference time count, in microseconds.
const CLOCK_TURN_MICROS: i64 = (1 << 24) * 64_000;

/// Packets in flight or lately reported, oldest first.
#[derive(Debug, Default)]
pub struct History {
    packets: VecDeque<(Sent, Option<Fate>)>,
    /// The number of the first one.
    first: Option<ExtSeqNo>,
    /// Everything below has been told of, or will hardly be any more.
    told_below: Option<ExtSeqNo>,
    in_flight: u64,
    clock: RemoteClock,
    counted: Counted,
}

/// What feedback brought that could not be used, since start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counted {
    /// Numbers reported that were never sent, or that are forgotten.
    pub unknown: u64,
    /// Packets said to be missing that had been said to have arrived, or to have arrived at another time.
    pub contradicted: u64,
    /// Packets of which no report told.
    pub unreported: u64,
}

impl History {
    /// Notes that the packet with number `number` has left. Numbers rise by one.
    pub fn on_sent(&mut self, number: ExtSeqNo, sent: Sent) {
        let expected = self.first.map(|first| first.plus(self.packets.len() as u64));
        if expected != Some(number) {
            // Somebody used numbers without telling: what was kept can't be found any more.
            self.clear();
            self.first = Some(number);
        }
        self.packets.push_back((sent, None));
        self.in_flight += sent.size.as_bytes();
        self.forget_old(sent.at);
    }

    /// What a report tells that is new, added to `outcomes` in the order of sending.
    ///
    /// `arrivals` are the numbers that arrived, in order, with the time of arrival in microseconds of the
    /// receiver's clock as it stands on the wire; all others from `base` up to before `end` did not arrive.
    pub fn on_report(
        &mut self,
        base: SeqNo,
        end: SeqNo,
        arrivals: impl Iterator<Item = (SeqNo, i64)>,
        outcomes: &mut Vec<Outcome>,
    ) {
        let Some(newest) = self.newest() else { return };
        let base = newest.extend(base);
        let end = base.plus(u64::from(end.0.wrapping_sub(base.on_wire().0))).min(newest.plus(1));
        self.tell_unreported(base.min(end), outcomes);
        let mut next = base;
        for (seq, micros) in arrivals {
            let number = next.extend(seq);
            let at = self.clock.unwrap(micros);
            self.tell_missing(next, number, outcomes);
            self.tell(number, Fate::Arrived(at), outcomes);
            next = number.plus(1);
        }
        self.tell_missing(next, end, outcomes);
        self.told_below = self.told_below.max(Some(end));
    }

    /// Bytes that left and of which nothing is known yet.
    pub const fn in_flight(&self) -> DataSize {
        DataSize::bytes(self.in_flight)
    }

    /// When the oldest packet left of which nothing is known yet.
    pub fn oldest_in_flight(&self) -> Option<Instant> {
        let first = self.first?;
        let skip = self.told_below.map_or(0, |told| told.since(first)) as usize;
        self.packets.iter().skip(skip).find(|(_, fate)| fate.is_none()).map(|(sent, _)| sent.at)
    }

    /// When the newest packet left.
    pub fn newest_sent_at(&self) -> Option<Instant> {
        self.packets.back().map(|(sent, _)| sent.at)
    }

    /// What could not be used of feedback.
    pub const fn counted(&self) -> Counted {
        self.counted
    }

    /// Forgets everything: what comes back from another route says nothing of this one.
    pub fn clear(&mut self) {
        self.packets.clear();
        self.first = None;
        self.told_below = None;
        self.in_flight = 0;
        self.clock = RemoteClock::default();
    }

    fn newest(&self) -> Option<ExtSeqNo> {
        let behind = self.first?.plus(self.packets.len() as u64);
        Some(ExtSeqNo(behind.0 - 1))
    }

    /// Packets between the last report and this one were in a report that was lost.
    fn tell_unreported(&mut self, base: ExtSeqNo, outcomes: &mut Vec<Outcome>) {
        let Some(first) = self.first else { return };
        let mut number = self.told_below.unwrap_or(first).max(first);
        while number < base {
            self.tell(number, Fate::Unreported, outcomes);
            number = number.plus(1);
        }
    }

    fn tell_missing(&mut self, from: ExtSeqNo, to: ExtSeqNo, outcomes: &mut Vec<Outcome>) {
        let Some(first) = self.first else { return };
        // What is older than anything kept needs no step each: a report may claim to span 65 535 numbers.
        let mut number = from.max(first);
        while number < to && self.newest().is_some_and(|newest| number <= newest) {
            self.tell(number, Fate::Missing, outcomes);
            number = number.plus(1);
        }
    }

    fn tell(&mut self, number: ExtSeqNo, fate: Fate, outcomes: &mut Vec<Outcome>) {
        let index = self.first.filter(|first| number >= *first).map(|first| number.since(first) as usize);
        let Some((sent, known)) = index.and_then(|index| self.packets.get_mut(index)) else {
            self.counted.unknown += 1;
            return;
        };
        let fate = match (*known, fate) {
            (None, fate) => {
                self.in_flight = self.in_flight.saturating_sub(sent.size.as_bytes());
                fate
            }
            (Some(Fate::Missing | Fate::Unreported), Fate::Arrived(at)) => Fate::ArrivedLate(at),
            (Some(Fate::Unreported), Fate::Missing) => Fate::Missing,
            (Some(Fate::Arrived(_) | Fate::ArrivedLate(_)), Fate::Missing) => {
                self.counted.contradicted += 1;
                return;
            }
            (Some(Fate::Arrived(known) | Fate::ArrivedLate(known)), Fate::Arrived(at)) => {
                self.counted.contradicted += u64::from(known != at);
                return;
            }
            _ => return,
        };
        self.counted.unreported += u64::from(fate == Fate::Unreported);
        *known = Some(fate);
        outcomes.push(Outcome { sent: *sent, fate });
    }

    fn forget_old(&mut self, now: Instant) {
        while let Some((sent, fate)) = self.packets.front() {
            let is_old = now.saturating_duration_since(sent.at) > KEPT_FOR;
            let is_kept = self.packets.len() <= ALWAYS_KEPT || !is_old;
            if is_kept && self.packets.len() <= MAX_KEPT {
                return;
            }
            if fate.is_none() {
                self.in_flight = self.in_flight.saturating_sub(sent.size.as_bytes());
            }
            self.packets.pop_front();
            self.first = self.first.map(|first| first.plus(1));
        }
    }
}

/// The receiver's clock, which turns over with its 24 bits.
#[derive(Debug, Default)]
struct RemoteClock {
    last: Option<i64>,
}

impl RemoteClock {
    /// The time on the wire as a time that goes on rising where the wire starts over.
    fn unwrap(&mut self, micros: i64) -> RemoteTime {
        let unwrapped = self.last.map_or(micros, |last| {
            let ahead = (micros - last).rem_euclid(CLOCK_TURN_MICROS);
            last + if ahead > CLOCK_TURN_MICROS / 2 { ahead - CLOCK_TURN_MICROS } else { ahead }
        });
        self.last = Some(unwrapped);
        RemoteTime(unwrapped)
    }
}

#[cfg(test)]
mod tests;
