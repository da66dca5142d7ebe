//! What changes in a packet on its way to one subscriber. It never decides whether one is sent.

mod dependency;
mod envelope;
mod numbers;
mod sequence;
mod size;
mod timestamp;
mod vp8;
mod vp9;

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::decision::Verdict;
use switchyard_vocab::layer::EncodingIndex;
use switchyard_vocab::observed::{ClockPair, Observed};
use switchyard_vocab::rtp::{ClockRate, ExtSeqNo, RtpTimestamp, SeqNo};

use crate::publication::cache::{CacheRef, CachedPacket};
use crate::publication::clocks::Clocks;
use crate::subscription::repeats::Repeats;

pub use envelope::{Envelope, Lengths, Plan, Stamps};
pub use numbers::Numbers;
pub use sequence::SequenceMap;
pub use timestamp::TimestampMap;

use numbers::NumbersMap;

/// The numbers of one subscription, whatever the codec.
#[derive(Debug)]
pub struct Rewrite {
    kind: MediaKind,
    sequence: SequenceMap,
    timestamp: TimestampMap,
    numbers: NumbersMap,
    /// Something was left out in the middle of a frame: nothing goes on before the next switch.
    halted: bool,
    orientation: u8,
}

impl Rewrite {
    /// Starts with these random numbers; the first one is cut to 15 bits.
    pub fn new(
        kind: MediaKind,
        clock_rate: ClockRate,
        first_seq: SeqNo,
        first_timestamp: RtpTimestamp,
    ) -> Self {
        Self {
            kind,
            sequence: SequenceMap::new(first_seq),
            timestamp: TimestampMap::new(clock_rate, first_timestamp),
            numbers: NumbersMap::default(),
            halted: true,
            orientation: 0,
        }
    }

    /// Gives a packet its numbers, in the order of release. `None` when it has no place any more.
    pub fn plan(
        &mut self,
        verdict: Verdict,
        source: CacheRef,
        cached: &CachedPacket<'_>,
        clocks: &Clocks,
        stamps: Stamps,
    ) -> Option<Plan> {
        let observed = cached.observed;
        let (seq, timestamp) = match verdict {
            Verdict::Introduce => {
                let seq = self.sequence.introduce(observed.encoding, observed.seq)?;
                self.halted = false;
                (seq, self.timestamp.begin(observed, clocks))
            }
            Verdict::Switch => {
                let seq = self.sequence.begin(observed.encoding, observed.seq)?;
                self.halted = false;
                (seq, self.timestamp.begin(observed, clocks))
            }
            Verdict::Forward if self.halted => return None,
            Verdict::Forward => {
                (self.sequence.map(observed.encoding, observed.seq)?, self.timestamp.map(observed)?)
            }
            Verdict::Skip(_) => return None,
        };
        let resumes = verdict == Verdict::Switch && self.kind == MediaKind::Audio;
        let only_sets = verdict == Verdict::Introduce;
        Some(Plan {
            source,
            seq,
            timestamp,
            only_sets,
            marker: (observed.marker || resumes) && !only_sets,
            numbers: self.numbers.map(verdict, cached),
            orientation: self.orientation(observed),
            repeats: Repeats::default(),
            alone: false,
            stamps,
        })
    }

    /// Leaves a packet out without leaving a gap.
    pub fn omit(&mut self, encoding: EncodingIndex, seq: ExtSeqNo) {
        // Where a later packet has its number already, the hole stays: nobody is hurt.
        let _ = self.sequence.omit(encoding, seq);
    }

    /// Sends nothing before the next switch: what was left out can't be made good.
    pub const fn halt(&mut self) {
        self.halted = true;
    }

    /// The latest report of the encoding being sent, in the subscriber's timestamps.
    pub fn clock(&mut self, clocks: &Clocks) -> Option<ClockPair> {
        self.timestamp.note_clocks(clocks);
        self.timestamp.clock(clocks)
    }

    /// Ticks per second of its timestamps.
    pub const fn clock_rate(&self) -> ClockRate {
        self.timestamp.clock_rate()
    }

    /// Publishers say it on some packets only; here every packet carries what was said last.
    fn orientation(&mut self, observed: &Observed) -> Option<u8> {
        self.orientation = observed.orientation.unwrap_or(self.orientation);
        (self.kind == MediaKind::Video).then_some(self.orientation)
    }
}

#[cfg(test)]
mod tests;
