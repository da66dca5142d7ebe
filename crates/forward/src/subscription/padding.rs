//! What a probe is filled with when there is nothing to send: what was sent a moment ago, once more.
//!
//! A receiver throws such a copy away, or mends a loss with it that nobody has noticed yet. Where nothing was
//! sent of late, because the picture pauses for want of room, packets of bare padding take its place. All go on
//! the stream of retransmissions, so that no number of the media is spent; a stream without one can't be padded.

use std::time::Instant;

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::rtp::{ExtSeqNo, PayloadType, RtpTimestamp, Ssrc};

use super::rewrite::Stamps;
use super::{Subscription, Wrapping, WriteError, Written};
use crate::publication::cache::Cache;

/// How far back copies are taken from: older ones mend nothing any more.
const COPIED: u64 = 64;

/// A smaller payload makes a poor filling: a probe of small packets is more work than it is worth.
const WORTHWHILE: usize = 400;

impl Subscription {
    /// Whether padding can be copies of something.
    pub fn has_copies(&self) -> bool {
        self.can_pad() && self.select.current().is_some() && self.sent.newest().is_some()
    }

    /// Whether padding can be written.
    pub fn can_pad(&self) -> bool {
        self.has_rtx() && self.kind() == MediaKind::Video
    }

    /// Writes a copy of something that was sent lately as a retransmission, or padding. `None` without a stream
    /// for it.
    pub fn write_padding(
        &mut self,
        now: Instant,
        cache: &Cache,
        stamps: Stamps,
        out: &mut [u8],
    ) -> Option<Result<Written, WriteError>> {
        let rtx = self.envelope.rtx()?;
        let Some(seq) = self.next_copy(now, cache) else {
            return Some(self.write_bare_padding(rtx, stamps, out));
        };
        self.padded_with = Some(seq);
        Some(self.write_resend(seq, cache, stamps, out))
    }

    fn write_bare_padding(
        &mut self,
        rtx: (Ssrc, PayloadType),
        stamps: Stamps,
        out: &mut [u8],
    ) -> Result<Written, WriteError> {
        let seq = self.next_rtx;
        let last = self.sent.newest().and_then(|newest| self.sent.plan(newest));
        let timestamp = last.map_or(RtpTimestamp(0), |plan| plan.timestamp);
        let len = self.envelope.write_padding(timestamp, rtx, seq.on_wire(), stamps, out)?;
        self.next_rtx = seq.plus(1);
        self.reports.note_rtx(0);
        let wrapping = Wrapping::AsItCame;
        Ok(Written { len, ssrc: rtx.0, seq, stamped: true, keyframe_start: false, wrapping, repeats: 0 })
    }

    /// From the newest backwards, and again.
    ///
    /// Never from before a pause: whoever lacks a packet of that would show what is long past.
    fn next_copy(&self, now: Instant, cache: &Cache) -> Option<ExtSeqNo> {
        let newest = self.sent.newest().filter(|_| self.has_copies())?;
        let oldest = newest.0.saturating_sub(COPIED);
        let from = self.padded_with.filter(|last| (oldest + 1..=newest.0).contains(&last.0));
        let below = from.map_or(newest.0, |last| last.0 - 1);
        let turns = (oldest..=below).rev().chain((below + 1..=newest.0).rev());
        turns.map(ExtSeqNo).find(|&seq| {
            let plan = self.sent.plan(seq).filter(|_| self.sent.is_of_use(now, seq));
            let cached = plan.and_then(|plan| cache.get(plan.source));
            cached.is_some_and(|cached| cached.payload.len() >= WORTHWHILE)
        })
    }
}
