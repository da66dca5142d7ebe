//! The numbers of one encoding that were left out on purpose.

use std::collections::VecDeque;

use switchyard_vocab::rtp::ExtSeqNo;

/// Runs remembered. Packets older than the oldest run have no known place any more; at one run of
/// padding per frame this is three seconds.
const MAX_RUNS: usize = 100;

/// Consecutive numbers that were left out.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: ExtSeqNo,
    /// The first one after it.
    end: ExtSeqNo,
    /// Everything left out up to here.
    total: u64,
}

/// Runs in order.
#[derive(Debug)]
pub(super) struct Omissions {
    runs: VecDeque<Run>,
    forgotten: Option<Run>,
}

impl Omissions {
    pub(super) const fn new() -> Self {
        Self { runs: VecDeque::new(), forgotten: None }
    }

    /// How many numbers were left out before this one; `None` when it was left out itself, or when
    /// that is forgotten.
    pub(super) fn before(&self, seq: ExtSeqNo) -> Option<u64> {
        let run = self.runs.iter().rev().find(|run| run.start <= seq).or(self.forgotten.as_ref());
        match run {
            Some(run) if seq < run.end => None,
            Some(run) => Some(run.total),
            None => Some(0),
        }
    }

    /// Adds one number; refused when its place is forgotten or it was added before.
    pub(super) fn add(&mut self, seq: ExtSeqNo) -> bool {
        let Some(before) = self.before(seq) else { return false };
        let after = self.runs.iter().rposition(|run| run.start <= seq).map_or(0, |index| index + 1);
        let following = self.runs.len() - after;
        match after.checked_sub(1).and_then(|previous| self.runs.get_mut(previous)) {
            Some(previous) if previous.end == seq => {
                previous.end = seq.plus(1);
                previous.total += 1;
            }
            _ => self.runs.insert(after, Run { start: seq, end: seq.plus(1), total: before + 1 }),
        }
        self.runs.iter_mut().rev().take(following).for_each(|run| run.total += 1);
        if self.runs.len() > MAX_RUNS {
            self.forgotten = self.runs.pop_front();
        }
        true
    }
}
