//! What was sent, so that it can be sent again exactly so.

use std::time::{Duration, Instant};

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

use super::rewrite::Plan;
use crate::publication::cache::{Cache, KEPT};

/// Answers to requests for one packet. At 20 % loss one packet in ten million is still missing after
/// so many; a packet that is given up earlier costs its receiver a freeze until the next keyframe.
const MAX_RESENDS: u8 = 10;

/// Shortest time between two answers, however near the subscriber is: one tick of the pacer and of
/// the subscriber's own timer.
const LEAST_REPEAT: Duration = Duration::from_millis(10);

/// Age up to which a packet is sent again, or three round trips where that is longer. Where a source pauses its
/// packets stay in the cache, and nobody wants to see what was before the pause; a receiver has given up by then.
const OF_USE: Duration = Duration::from_secs(2);

/// Records at first, and at most: a second of 1000 packets/s of video, of 50 of sound.
const FIRST_RECORDS: usize = 64;
const MOST_VIDEO_RECORDS: usize = 1_024;

#[derive(Clone, Copy, Debug)]
struct Record {
    plan: Plan,
    sent: Instant,
    resent: Option<Instant>,
    resends: u8,
}

impl Record {
    fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.sent)
    }
}

/// What becomes of a request for one packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ResendOutcome {
    /// Queue it: [`Subscription::write_resend`](super::Subscription::write_resend) writes it.
    Resend(ExtSeqNo),
    /// It was asked for again too soon or too often, or a keyframe has made it useless.
    Suppressed,
    /// It was never sent, or is no longer kept. If it was lost before it came here, it is sent as
    /// soon as it arrives.
    Missed,
}

/// Records of the last second, by number.
#[derive(Debug)]
pub struct Sent {
    records: Vec<Option<Record>>,
    most_records: usize,
    newest: Option<ExtSeqNo>,
    last_keyframe: Option<(ExtSeqNo, Instant)>,
}

impl Sent {
    /// Nothing sent yet.
    pub fn new(kind: MediaKind) -> Self {
        let most_records = match kind {
            MediaKind::Audio => FIRST_RECORDS,
            MediaKind::Video => MOST_VIDEO_RECORDS,
        };
        Self { records: vec![None; FIRST_RECORDS], most_records, newest: None, last_keyframe: None }
    }

    /// Remembers a packet; `keyframe` when it starts one.
    pub fn note(&mut self, now: Instant, plan: Plan, keyframe: bool) {
        self.grow_while_young(now, plan.seq);
        let index = self.index(plan.seq);
        // A packet that comes so late that its place is taken can't be asked for again.
        if self.records[index].is_none_or(|owner| owner.plan.seq <= plan.seq) {
            self.records[index] = Some(Record { plan, sent: now, resent: None, resends: 0 });
        }
        self.newest = self.newest.max(Some(plan.seq));
        if keyframe {
            self.last_keyframe = Some((plan.seq, now));
        }
    }

    /// The subscriber asks for a packet again.
    pub fn handle_nack(&mut self, now: Instant, lost: SeqNo, cache: &Cache, rtt: Duration) -> ResendOutcome {
        let Some(seq) = self.newest.map(|newest| newest.extend(lost)) else { return ResendOutcome::Missed };
        if self.last_keyframe.is_some_and(|(keyframe, _)| seq < keyframe) {
            return ResendOutcome::Suppressed;
        }
        let index = self.index(seq);
        let Some(record) = self.records[index].as_mut().filter(|record| record.plan.seq == seq) else {
            return ResendOutcome::Missed;
        };
        let is_old = record.age(now) > OF_USE.max(rtt * 3);
        if is_old || cache.get(record.plan.source).is_none() {
            return ResendOutcome::Missed;
        }
        let pause = rtt.max(LEAST_REPEAT);
        let too_soon = record.resent.is_some_and(|at| now.saturating_duration_since(at) < pause);
        if too_soon || record.resends >= MAX_RESENDS {
            return ResendOutcome::Suppressed;
        }
        record.resends += 1;
        record.resent = Some(now);
        ResendOutcome::Resend(seq)
    }

    /// How a packet was written, if that is still known.
    pub fn plan(&self, seq: ExtSeqNo) -> Option<&Plan> {
        let record = self.records[self.index(seq)].as_ref()?;
        (record.plan.seq == seq).then_some(&record.plan)
    }

    /// Whether a packet was sent so lately that it may be of use again.
    pub fn is_of_use(&self, now: Instant, seq: ExtSeqNo) -> bool {
        let record = self.records[self.index(seq)].filter(|record| record.plan.seq == seq);
        record.is_some_and(|record| record.age(now) <= OF_USE)
    }

    /// The number of the newest packet.
    pub const fn newest(&self) -> Option<ExtSeqNo> {
        self.newest
    }

    /// When the last keyframe began to be sent.
    pub fn last_keyframe(&self) -> Option<Instant> {
        self.last_keyframe.map(|(_, at)| at)
    }

    /// Doubles the records while a young one would be overwritten.
    fn grow_while_young(&mut self, now: Instant, seq: ExtSeqNo) {
        while self.records.len() < self.most_records {
            let owner = self.records[self.index(seq)];
            if owner.is_none_or(|owner| now.saturating_duration_since(owner.sent) >= KEPT) {
                return;
            }
            let wider = vec![None; self.records.len() * 2];
            for record in std::mem::replace(&mut self.records, wider).into_iter().flatten() {
                let index = self.index(record.plan.seq);
                self.records[index] = Some(record);
            }
        }
    }

    fn index(&self, seq: ExtSeqNo) -> usize {
        (seq.0 % self.records.len() as u64) as usize
    }
}

#[cfg(test)]
mod tests;
