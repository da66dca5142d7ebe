//! What a probe is filled with when there is nothing to send: what was sent a moment ago, once more.
//!
//! A receiver throws such a copy away, or mends a loss with it that nobody has noticed yet. It goes on the
//! stream of retransmissions, so that no number of the media is spent; a stream without one can't be padded.

use switchyard_vocab::rtp::ExtSeqNo;

use super::rewrite::Stamps;
use super::{Subscription, WriteError, Written};
use crate::publication::cache::Cache;

/// How far back copies are taken from: older ones mend nothing any more.
const COPIED: u64 = 64;

/// A smaller payload makes a poor filling: a probe of small packets is more work than it is worth.
const WORTHWHILE: usize = 400;

impl Subscription {
    /// Whether there may be something to write as padding.
    pub fn can_pad(&self) -> bool {
        self.has_rtx() && self.select.current().is_some() && self.sent.newest().is_some()
    }

    /// Writes a copy of something that was sent lately as a retransmission. `None` when there is nothing.
    pub fn write_padding(
        &mut self,
        cache: &Cache,
        stamps: Stamps,
        out: &mut [u8],
    ) -> Option<Result<Written, WriteError>> {
        let seq = self.next_copy(cache).filter(|_| self.has_rtx())?;
        self.padded_with = Some(seq);
        Some(self.write_resend(seq, cache, stamps, out))
    }

    /// From the newest backwards, and again.
    fn next_copy(&self, cache: &Cache) -> Option<ExtSeqNo> {
        let newest = self.sent.newest()?;
        let oldest = newest.0.saturating_sub(COPIED);
        let from = self.padded_with.filter(|last| (oldest + 1..=newest.0).contains(&last.0));
        let below = from.map_or(newest.0, |last| last.0 - 1);
        let turns = (oldest..=below).rev().chain((below + 1..=newest.0).rev());
        turns.map(ExtSeqNo).find(|&seq| {
            let cached = self.sent.plan(seq).and_then(|plan| cache.get(plan.source));
            cached.is_some_and(|cached| cached.payload.len() >= WORTHWHILE)
        })
    }
}
