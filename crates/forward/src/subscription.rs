//! One publication on its way to one peer.
//!
//! A packet is *selected* when it arrives and *written* when it is released; between the two it may
//! wait in a pacer as a small value. Numbers are given at release, so what is dropped in between
//! leaves no gap.

mod keyframe_budget;
mod padding;
pub mod repeats;
pub mod rewrite;
pub mod select;
pub mod sent;

use std::time::{Duration, Instant};

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::decision::{Decision, SkipReason, Verdict};
use switchyard_vocab::demand::EncodingSet;
use switchyard_vocab::layer::EncodingIndex;
use switchyard_vocab::negotiated::SendSection;
use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::{ExtSeqNo, RtpTimestamp, SeqNo, Ssrc};
use switchyard_wire::NoRoom;
use switchyard_wire::rtcp::ReportBlock;

use crate::allocation::{Grant, Wish};
use crate::publication::cache::{Cache, CacheRef};
use crate::publication::clocks::Clocks;
use crate::publication::layers::Layers;
use crate::redundancy::MAX_REPEATS;

use crate::reports::{Reports, SenderReports, Streams};
use keyframe_budget::{Admission, KeyframeBudget};
use repeats::{Blocks, Recent};
use rewrite::{Envelope, Lengths, Plan, Rewrite, Stamps};
use select::{Preference, Select};
use sent::{ResendOutcome, Sent};

/// Random numbers that a subscription starts with; drawn by the caller.
#[derive(Clone, Copy, Debug)]
pub struct Seeds {
    /// First sequence number; only 15 bits of it are used (RFC 3711 §3.3.1).
    pub seq: SeqNo,
    /// First sequence number of retransmissions; likewise.
    pub rtx_seq: SeqNo,
    /// First timestamp.
    pub timestamp: RtpTimestamp,
    /// Spreads the times of reports.
    pub reports: u64,
}

/// What has to be released, in order, for a packet that was selected: a keyframe whose parameter sets came
/// long before it is introduced by them.
pub fn releases(verdict: Verdict, observed: &Observed) -> impl Iterator<Item = Verdict> {
    let introduced = verdict == Verdict::Switch && observed.attached.parameter_sets > 0;
    let (first, then) =
        if introduced { (Verdict::Introduce, Some(Verdict::Forward)) } else { (verdict, None) };
    let selected = !matches!(verdict, Verdict::Skip(_));
    [Some(first), then].into_iter().flatten().filter(move |_| selected)
}

/// Why nothing was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WriteError {
    /// The cache has gone past the packet. For video, the subscription starts anew at a keyframe.
    #[error("packet {0:?} is no longer cached")]
    Overwritten(ExtSeqNo),
    /// What it belonged to has been left: a switch, a restart, or a packet before it was dropped.
    #[error("packet {0:?} has no place in what is being sent")]
    NoPlace(ExtSeqNo),
    /// It was written before: once more, with other stamps, it would be another packet under one index of SRTP
    /// (RFC 7714 §8.4).
    #[error("packet {0:?} has been sent")]
    NumberGiven(ExtSeqNo),
    /// It does not fit a datagram.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
}

/// A packet that was written and can be encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Written {
    /// Bytes at the front of the buffer.
    pub len: usize,
    /// Its stream.
    pub ssrc: Ssrc,
    /// Its full number in that stream: the packet index of SRTP.
    pub seq: ExtSeqNo,
    /// Whether the given stamps were used. An identical resend carries those of its first time.
    pub stamped: bool,
    /// Whether a keyframe starts in it.
    pub keyframe_start: bool,
    /// What was done to sound for its repeats.
    pub wrapping: Wrapping,
    /// Bytes of it that repeats take.
    pub repeats: usize,
}

/// What was done to sound for its repeats (RED, RFC 2198).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Wrapping {
    /// Nothing: it left as it came.
    #[default]
    AsItCame,
    /// What was sent before it is in it once more.
    Wrapped,
    /// Its publisher sent repeats, and its receiver gets what is new alone: it reads no RED, or has just begun.
    Unwrapped,
}

/// What becomes of a subscriber's request for a keyframe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyframeOutcome {
    /// The publisher should be asked for one of this encoding.
    Ask(EncodingIndex),
    /// Nothing is to be done: one is on its way or was asked for already, or it will be as soon as
    /// there is anything to forward.
    Served,
    /// This subscriber has asked so often that it has to wait:
    /// [`Subscription::poll_keyframe`] asks when its budget has room again.
    Suppressed,
}

/// One publication on its way to one peer.
#[derive(Debug)]
pub struct Subscription {
    envelope: Envelope,
    preference: Preference,
    grant: Grant,
    select: Select,
    rewrite: Rewrite,
    sent: Sent,
    recent: Recent,
    /// Where it began, or began anew.
    begun: Option<CacheRef>,
    pub(crate) reports: SenderReports,
    next_rtx: ExtSeqNo,
    last_fir: Option<u8>,
    keyframe_budget: KeyframeBudget,
    /// The packet whose parameter sets were sent last of all.
    introduced: Option<CacheRef>,
    /// The packet that was used last as padding.
    padded_with: Option<ExtSeqNo>,
}

impl Subscription {
    /// A subscription that has sent nothing yet.
    pub fn new(section: &SendSection, preference: Preference, seeds: Seeds) -> Self {
        let codec = section.codec.codec;
        let kind = codec.kind();
        Self {
            envelope: Envelope::new(section),
            preference,
            grant: Grant::default(),
            select: Select::new(kind, preference),
            rewrite: Rewrite::new(kind, codec.clock_rate(), seeds.seq, seeds.timestamp),
            sent: Sent::new(kind),
            recent: Recent::default(),
            begun: None,
            reports: SenderReports::new(kind, seeds.reports),
            next_rtx: ExtSeqNo::starting_at(SeqNo(seeds.rtx_seq.0 & 0x7fff)),
            last_fir: None,
            keyframe_budget: KeyframeBudget::default(),
            introduced: None,
            padded_with: None,
        }
    }

    /// Decides about a packet that has just arrived. Every packet of the publication is to be shown,
    /// in order of arrival; what is not skipped is to be released as [`releases`] says. After a
    /// [`Verdict::Switch`] those that had overtaken it are to be shown again.
    pub fn select(&mut self, observed: &Observed, layers: &Layers) -> Verdict {
        if observed.codec != self.envelope.section().codec.codec {
            return Verdict::Skip(SkipReason::OtherCodec);
        }
        let verdict = self.select.select(observed, layers);
        let is_padding = verdict == Verdict::Skip(SkipReason::PaddingOnly);
        if is_padding && self.select.current() == Some(observed.encoding) {
            self.rewrite.omit(observed.encoding, observed.seq);
        }
        verdict
    }

    /// Writes a selected packet at the moment it leaves. One that does not fit has no number: it leaves no gap.
    ///
    /// # Errors
    /// Nothing was written and the stamps were not used.
    pub fn write(
        &mut self,
        now: Instant,
        (packet, verdict): (CacheRef, Verdict),
        cache: &Cache,
        clocks: &Clocks,
        stamps: Stamps,
        out: &mut [u8],
    ) -> Result<Written, WriteError> {
        let Some(cached) = cache.get(packet) else {
            self.handle_dropped(packet);
            return Err(WriteError::Overwritten(packet.seq));
        };
        let only_sets = verdict == Verdict::Introduce;
        if let Err(error) = self.envelope.try_size((packet, only_sets), &cached, stamps, out) {
            self.handle_dropped(packet);
            return Err(error.into());
        }
        let plan = self.rewrite.plan(verdict, packet, &cached, clocks, stamps);
        let mut plan = plan.ok_or(WriteError::NoPlace(packet.seq))?;
        if self.sent.plan(plan.seq).is_some() {
            return Err(WriteError::NumberGiven(packet.seq));
        }
        let begins = verdict == Verdict::Switch;
        if begins {
            self.begun = Some(packet);
        }
        plan.alone = cached.observed.red && !(self.envelope.takes_red() && self.has_begun_before(packet));
        if self.kind() == MediaKind::Audio && self.envelope.takes_red() {
            plan.repeats = self.recent.on_sent(begins, (packet, plan.timestamp), &cached, cache);
        }
        let repeated = self.repeated(&plan, cache)?;
        let lengths = self.envelope.write(&plan, (&cached, repeated), out)?;
        // The keyframe starts with its parameter sets, where those had to be put in front of it.
        let introduced = std::mem::replace(&mut self.introduced, plan.only_sets.then_some(packet));
        let keyframe_start = cached.observed.keyframe_start && introduced != Some(packet);
        self.sent.note(now, plan, keyframe_start);
        self.reports.note_media(now, lengths.payload);
        let (wrapping, repeats) = match (plan.alone, repeated.is_empty()) {
            (true, _) => (Wrapping::Unwrapped, 0),
            (false, false) => (Wrapping::Wrapped, lengths.payload - cached.payload.len()),
            (false, true) => (Wrapping::AsItCame, 0),
        };
        let (len, ssrc) = (lengths.packet, self.envelope.section().ssrc);
        Ok(Written { len, ssrc, seq: plan.seq, stamped: true, keyframe_start, wrapping, repeats })
    }

    /// Whether what browsers repeat in a packet was said since it began: not while its publisher was muted, say.
    fn has_begun_before(&self, packet: CacheRef) -> bool {
        let is_since = |begun: CacheRef| packet.seq.0.saturating_sub(begun.seq.0) >= MAX_REPEATS as u64;
        self.begun.is_none_or(|begun| begun.encoding != packet.encoding || is_since(begun))
    }

    /// What a packet repeats; of one that is written again it has to be the same as the first time.
    fn repeated<'a>(&self, plan: &Plan, cache: &'a Cache) -> Result<Blocks<'a>, WriteError> {
        let opus = self.envelope.section().codec.payload_type;
        let blocks = plan.repeats.blocks(plan.source, cache, opus);
        blocks.ok_or(WriteError::Overwritten(plan.source.seq))
    }

    /// A selected packet will never be released. Sound closes over it; a picture goes on at the next
    /// keyframe, because the rest of this one would be decoded without it. Where that keyframe waits
    /// behind the packet already, it is the next one.
    pub fn handle_dropped(&mut self, packet: CacheRef) {
        match self.kind() {
            MediaKind::Audio => self.rewrite.omit(packet.encoding, packet.seq),
            MediaKind::Video => self.rewrite.halt(),
        }
        self.select.handle_dropped(packet);
    }

    /// The subscriber asks for a packet again; `rtt` is its round trip. Of a picture that has stopped nothing is
    /// repaired: what goes on begins with a keyframe.
    pub fn handle_nack(&mut self, now: Instant, lost: SeqNo, cache: &Cache, rtt: Duration) -> ResendOutcome {
        if self.kind() == MediaKind::Video && self.select.current().is_none() {
            return ResendOutcome::Suppressed;
        }
        self.sent.handle_nack(now, lost, cache, rtt)
    }

    /// Writes a packet again: as a retransmission with the given stamps, or, without RTX, every byte
    /// as it was (RFC 7714 §8: one index must never protect two different packets).
    ///
    /// # Errors
    /// Nothing was written and the stamps were not used.
    pub fn write_resend(
        &mut self,
        seq: ExtSeqNo,
        cache: &Cache,
        stamps: Stamps,
        out: &mut [u8],
    ) -> Result<Written, WriteError> {
        let plan = *self.sent.plan(seq).ok_or(WriteError::Overwritten(seq))?;
        let cached = cache.get(plan.source).ok_or(WriteError::Overwritten(plan.source.seq))?;
        let keyframe_start = cached.observed.keyframe_start;
        let Some(rtx) = self.envelope.rtx() else {
            let repeated = self.repeated(&plan, cache)?;
            let Lengths { packet: len, .. } = self.envelope.write(&plan, (&cached, repeated), out)?;
            let (ssrc, wrapping) = (self.envelope.section().ssrc, Wrapping::AsItCame);
            return Ok(Written { len, ssrc, seq, stamped: false, keyframe_start, wrapping, repeats: 0 });
        };
        let seq = self.next_rtx;
        let lengths = self.envelope.write_rtx(&plan, &cached, rtx, seq.on_wire(), stamps, out)?;
        self.next_rtx = seq.plus(1);
        self.reports.note_rtx(lengths.payload);
        let wrapping = Wrapping::AsItCame;
        let len = lengths.packet;
        Ok(Written { len, ssrc: rtx.0, seq, stamped: true, keyframe_start, wrapping, repeats: 0 })
    }

    /// The subscriber asks for a keyframe (PLI); `rtt` is its round trip.
    pub fn handle_pli(&mut self, now: Instant, rtt: Duration) -> KeyframeOutcome {
        let shown = self.sent.last_keyframe();
        // The request crossed it on the way.
        if shown.is_some_and(|at| now.saturating_duration_since(at) < rtt) {
            return KeyframeOutcome::Served;
        }
        let Some(current) = self.select.current() else { return KeyframeOutcome::Served };
        match self.keyframe_budget.handle_request(now, shown) {
            Admission::Granted => KeyframeOutcome::Ask(current),
            Admission::Repeated => KeyframeOutcome::Served,
            Admission::Kept => KeyframeOutcome::Suppressed,
        }
    }

    /// The same by FIR, whose repetitions carry the same `count` (RFC 5104 §4.3.1.2).
    pub fn handle_fir(&mut self, now: Instant, count: u8, rtt: Duration) -> KeyframeOutcome {
        if self.last_fir.replace(count) == Some(count) {
            return KeyframeOutcome::Served;
        }
        self.handle_pli(now, rtt)
    }

    /// The round trip that a block of the subscriber's receiver report shows.
    pub fn handle_report(&self, now: Instant, block: &ReportBlock) -> Option<Duration> {
        self.reports.round_trip(now, block.last_report?)
    }

    /// Replaces what the subscriber wants.
    pub fn set_preference(&mut self, preference: Preference) {
        self.preference = preference;
        self.select.set_preference(preference);
    }

    /// Replaces what fits of it on the way to the subscriber; until this is called everything does. Whether it
    /// is another than before.
    pub fn set_grant(&mut self, grant: Grant) -> bool {
        self.select.set_grant(grant);
        std::mem::replace(&mut self.grant, grant) != grant
    }

    /// From now on each packet of sound has so many of those before it in it, where its receiver reads that.
    pub const fn set_repeats(&mut self, repeats: u8) {
        self.recent.set_repeats(repeats);
    }

    /// How long a payload of `len` bytes may get by what it repeats.
    pub fn longest(&self, observed: &Observed, len: usize) -> usize {
        let repeats = self.kind() == MediaKind::Audio && self.envelope.takes_red();
        if repeats { self.recent.longest(observed, len) } else { len }
    }

    /// What it could have, for [`allocate`](crate::allocation::allocate); nothing where nothing is wanted, and
    /// for sound.
    pub fn wish(&self, layers: &Layers, priority: u8) -> Option<Wish> {
        let wants = self.kind() == MediaKind::Video && !self.preference.paused;
        let wish = wants.then(|| Wish::new(layers, self.preference.max_layer, self.grant, priority))?;
        Some(if self.can_pad() { wish } else { wish.without_padding() })
    }

    /// The encoding of which the publisher should be asked for a keyframe now, if any. To be polled
    /// after every change of layers or preference and at [`poll_timeout`](Self::poll_timeout).
    pub fn poll_keyframe(&mut self, now: Instant, rtt: Duration, layers: &Layers) -> Option<EncodingIndex> {
        let needed = self.select.poll_keyframe(now, rtt, layers);
        let Some(current) = self.select.current() else {
            self.keyframe_budget.forget();
            return needed;
        };
        needed.or_else(|| self.keyframe_budget.poll(now, self.sent.last_keyframe()).then_some(current))
    }

    /// The sender reports that are due.
    pub fn poll_reports(&mut self, now: Instant, clocks: &Clocks) -> Option<Reports> {
        if self.reports.poll_timeout().is_none_or(|due| due > now) {
            return None;
        }
        let section = self.envelope.section();
        let streams = Streams { media: section.ssrc, rtx: section.rtx_ssrc };
        let clock = self.rewrite.clock(clocks);
        self.reports.poll(now, clock, self.rewrite.clock_rate(), streams)
    }

    /// When [`poll_keyframe`](Self::poll_keyframe) or [`poll_reports`](Self::poll_reports) has
    /// something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.select.poll_timeout(), self.keyframe_budget.poll_timeout(), self.reports.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The encodings whose packets have to reach this worker.
    pub fn wanted(&self, layers: &Layers) -> EncodingSet {
        self.select.wanted(layers)
    }

    /// What is being forwarded, and why not more.
    pub fn decision(&self, layers: &Layers) -> Decision {
        self.select.decision(layers)
    }

    /// How it was negotiated.
    pub const fn section(&self) -> &SendSection {
        self.envelope.section()
    }

    /// Whether retransmissions have a stream, and with it stamps, of their own.
    pub fn has_rtx(&self) -> bool {
        self.envelope.rtx().is_some()
    }

    /// Sound or pictures.
    pub const fn kind(&self) -> MediaKind {
        self.envelope.section().codec.codec.kind()
    }
}

#[cfg(test)]
mod tests;
