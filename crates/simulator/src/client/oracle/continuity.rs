//! Continuity: do numbers and times go on from each frame to the next, whatever was switched?

use std::collections::BTreeMap;
use std::time::Duration;

use switchyard_vocab::rtp::{ClockRate, ExtSeqNo};

use super::{Fault, Frame};

/// Frames remembered, so that one that was late is compared with both its neighbours.
const REMEMBERED: usize = 256;

/// By how much media time may move against capture time between two frames. At a switch the
/// server maps one clock to another by what it knows of both; 25 ms is less than a frame.
const MAX_DRIFT: Duration = Duration::from_millis(25);

/// Gaps in capture longer than this are pauses, after which media time need not be exact.
const PAUSE: Duration = Duration::from_secs(1);

/// The latest frames of one stream.
#[derive(Debug, Default)]
pub struct Continuity {
    by_first: BTreeMap<ExtSeqNo, Frame>,
    by_last: BTreeMap<ExtSeqNo, ExtSeqNo>,
}

impl Continuity {
    /// Takes a whole frame, and says what is wrong between it and the frames right before and
    /// right behind it. Frames with a gap between them prove nothing.
    pub fn insert(&mut self, frame: &Frame) -> impl Iterator<Item = Fault> + use<> {
        let before =
            self.by_last.get(&ExtSeqNo(frame.first.0 - 1)).and_then(|first| self.by_first.get(first));
        let behind = self.by_first.get(&frame.last.plus(1));
        let faults =
            [before.and_then(|before| between(before, frame)), behind.and_then(|b| between(frame, b))];
        self.by_first.insert(frame.first, *frame);
        self.by_last.insert(frame.last, frame.first);
        if self.by_first.len() > REMEMBERED {
            self.by_first.pop_first();
            self.by_last.pop_first();
        }
        faults.into_iter().flatten()
    }
}

/// What is wrong between a frame and the one that follows it without a gap.
fn between(one: &Frame, next: &Frame) -> Option<Fault> {
    let at = next.first;
    if let (Some(before), Some(after)) = (one.claim.number, next.claim.number)
        && after != before.next()
    {
        return Some(Fault::PictureIdGap { at, before: before.value, after: after.value });
    }
    let ticks = next.timestamp.since(one.timestamp);
    if ticks <= 0 {
        return Some(Fault::TimeStandsStill { at });
    }
    let media = ClockRate::VIDEO.duration(ticks.into());
    let capture = next.stamp.captured.saturating_sub(one.stamp.captured);
    let by = media.abs_diff(capture);
    (by > MAX_DRIFT && capture < PAUSE).then_some(Fault::OffPace { at, by })
}

#[cfg(test)]
mod tests;
