//! Arrivals by transport-wide number, until they are reported.

use std::collections::BTreeMap;
use std::time::Instant;

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo, SeqNoExtender};

/// Numbers one report spans at most; more is a jump, and what lies before it is let go.
const MAX_SPAN: u64 = 4_096;

/// What arrived and was not reported yet.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    extender: SeqNoExtender,
    arrived: BTreeMap<ExtSeqNo, Instant>,
    /// The first number that no report has covered.
    next: Option<ExtSeqNo>,
}

impl Arrivals {
    /// A packet with this number arrived. One that was reported lost is reported again.
    pub(super) fn on_packet(&mut self, seq: SeqNo, at: Instant) {
        let seq = self.extender.extend(seq);
        self.arrived.entry(seq).or_insert(at);
        if let Some(&newest) = self.arrived.keys().next_back() {
            self.arrived = self.arrived.split_off(&ExtSeqNo(newest.0.saturating_sub(MAX_SPAN)));
        }
    }

    /// The first number to report, and from there on when each one arrived, if it did. Nothing
    /// when nothing arrived.
    pub(super) fn pending(&self) -> Option<(SeqNo, Vec<Option<Instant>>)> {
        let first = *self.arrived.keys().next()?;
        let last = *self.arrived.keys().next_back()?;
        let base = self.next.map_or(first, |next| next.min(first));
        let base = if last.since(base) > MAX_SPAN { first } else { base };
        let statuses = (base.0..=last.0).map(|seq| self.arrived.get(&ExtSeqNo(seq)).copied());
        Some((base.on_wire(), statuses.collect()))
    }

    /// Everything up to `count` numbers from `base` on was reported.
    pub(super) fn on_reported(&mut self, base: SeqNo, count: usize) {
        let end = self.extender.peek(base).plus(count as u64);
        self.arrived = self.arrived.split_off(&end);
        self.next = Some(self.next.map_or(end, |next| next.max(end)));
    }
}

#[cfg(test)]
mod tests;
