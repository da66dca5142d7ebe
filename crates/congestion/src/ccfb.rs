//! Feedback that tells of packets by stream and number (RFC 8888), for an estimator that counts all packets of a
//! transport in one row.
//!
//! Whoever sends notes under which name each number left; feedback is put back into the order of sending. What it does
//! not speak of, although it speaks of later packets, is left open: the estimator takes that for a report that was lost,
//! and goes by the next one that does.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo, Ssrc};

/// Packets whose names are kept: as many as the [history](crate::history) of an estimator keeps at most.
const MAX_KEPT: usize = 4_096;

/// What the time of a report counts up to, in microseconds: 32 bits of 1/65536 s.
const CLOCK_TURN_MICROS: i64 = (1 << 16) * 1_000_000;

/// Name of a packet: its stream, and its number there.
type Name = (Ssrc, SeqNo);

/// What feedback tells of one packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Told {
    /// Its number on the transport.
    pub number: ExtSeqNo,
    /// When it arrived, in microseconds of the receiver's clock; `None` when it did not.
    pub arrival: Option<i64>,
}

/// Under which names the packets of one transport left.
#[derive(Debug, Default)]
pub struct Names {
    numbers: FxHashMap<Name, ExtSeqNo>,
    /// The oldest first.
    sent: VecDeque<(Name, ExtSeqNo)>,
    /// The time of the last report, unwrapped.
    clock: Option<i64>,
    told: Vec<Told>,
}

impl Names {
    /// The packet with this number left under this name.
    pub fn on_sent(&mut self, name: Name, number: ExtSeqNo) {
        self.numbers.insert(name, number);
        self.sent.push_back((name, number));
        if self.sent.len() > MAX_KEPT
            && let Some((name, number)) = self.sent.pop_front()
            && self.numbers.get(&name) == Some(&number)
        {
            self.numbers.remove(&name);
        }
    }

    /// What a report tells, in the order of sending. It was written at `written`, in microseconds of the receiver's clock
    /// as they stand on the wire; each packet arrived so many microseconds before that, or did not.
    ///
    /// Names that are not, or no longer, known are passed over.
    pub fn translate(&mut self, written: i64, reports: impl Iterator<Item = (Name, Option<i64>)>) -> &[Told] {
        let written = self.unwrap(written);
        self.told.clear();
        let told = reports.filter_map(|(name, before)| {
            let arrival = before.map(|before| written - before);
            Some(Told { number: *self.numbers.get(&name)?, arrival })
        });
        self.told.extend(told);
        self.told.sort_unstable_by_key(|told| (told.number, told.arrival.is_none()));
        // Of a packet that is told of twice, that it arrived counts.
        self.told.dedup_by_key(|told| told.number);
        &self.told
    }

    fn unwrap(&mut self, micros: i64) -> i64 {
        let unwrapped = self.clock.map_or(micros, |last| {
            let ahead = (micros - last).rem_euclid(CLOCK_TURN_MICROS);
            last + if ahead > CLOCK_TURN_MICROS / 2 { ahead - CLOCK_TURN_MICROS } else { ahead }
        });
        self.clock = Some(unwrapped);
        unwrapped
    }
}

/// Stretches of packets that were sent one right after the other.
pub fn stretches(told: &[Told]) -> impl Iterator<Item = &[Told]> {
    told.chunk_by(|one, next| next.number.since(one.number) == 1)
}

#[cfg(test)]
mod tests;
