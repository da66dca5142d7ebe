//! One stream that is received: its ledger, and the numbers of its receiver reports.

use std::time::Instant;

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::rtp::{ExtSeqNo, RtpTimestamp, SeqNoExtender, Ssrc};
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::payload::vp8;
use switchyard_wire::rtcp::{LastReport, ReportBlock};
use switchyard_wire::rtp::RtpPacket;

use super::Heard;
use crate::ledger::StreamLedger;
use crate::stamp::Stamp;

/// One stream.
#[derive(Debug)]
pub(super) struct Stream {
    heard: Heard,
    ledger: StreamLedger,
    reception: Reception,
    /// When to ask for a keyframe; never for sound, and not once one has come.
    keyframe_due: Option<Instant>,
    unstamped: u64,
    resent: u64,
}

impl Stream {
    pub(super) fn new(heard: Heard, keyframe_due: Instant) -> Self {
        let keyframe_due = (heard.kind == MediaKind::Video).then_some(keyframe_due);
        let (ledger, reception) = (StreamLedger::default(), Reception::default());
        Self { heard, ledger, reception, keyframe_due, unstamped: 0, resent: 0 }
    }

    pub(super) const fn ssrc(&self) -> Ssrc {
        self.heard.ssrc
    }

    pub(super) const fn rtx(&self) -> Option<Ssrc> {
        self.heard.rtx
    }

    pub(super) const fn kind(&self) -> MediaKind {
        self.heard.kind
    }

    pub(super) const fn ledger(&self) -> &StreamLedger {
        &self.ledger
    }

    pub(super) const fn unstamped(&self) -> u64 {
        self.unstamped
    }

    pub(super) const fn resent(&self) -> u64 {
        self.resent
    }

    pub(super) const fn keyframe_due(&self) -> Option<Instant> {
        self.keyframe_due
    }

    pub(super) const fn postpone_keyframe(&mut self, until: Instant) {
        self.keyframe_due = Some(until);
    }

    /// Enters a packet of the stream itself.
    pub(super) fn enter(&mut self, now: Instant, packet: &RtpPacket<'_>, stamp: Option<&Stamp>) {
        self.ledger.enter(packet.seq(), stamp);
        self.reception.enter(now, self.heard.kind, packet);
        self.unstamped += u64::from(stamp.is_none());
        if self.keyframe_due.is_some() && vp8::is_keyframe_start(packet.payload()) {
            self.keyframe_due = None;
        }
    }

    /// Enters a packet of the stream of retransmissions.
    pub(super) fn enter_resent(&mut self, stamp: Option<&Stamp>) {
        match stamp {
            Some(stamp) => {
                self.resent += 1;
                self.ledger.enter_resent(stamp);
            }
            None => self.unstamped += 1,
        }
    }

    pub(super) const fn on_sender_report(&mut self, now: Instant, ntp: NtpTime) {
        self.reception.last_report = Some((ntp, now));
    }

    /// A block of the next receiver report, once anything has come.
    pub(super) fn report(&mut self, now: Instant) -> Option<ReportBlock> {
        self.reception.report(now, self.heard.ssrc)
    }
}

/// What receiver reports are made of (RFC 3550 §6.4.1, appendices A.3 and A.8).
#[derive(Debug, Default)]
struct Reception {
    extender: SeqNoExtender,
    first: Option<ExtSeqNo>,
    received: u64,
    /// Expected and received at the last report.
    before: (u64, u64),
    /// The packet before: when it came and its media time.
    last: Option<(Instant, RtpTimestamp)>,
    /// Sixteenths of a tick.
    jitter: u32,
    last_report: Option<(NtpTime, Instant)>,
}

impl Reception {
    fn enter(&mut self, now: Instant, kind: MediaKind, packet: &RtpPacket<'_>) {
        let number = self.extender.extend(packet.seq());
        self.first = Some(self.first.map_or(number, |first| first.min(number)));
        self.received += 1;
        let rate = match kind {
            MediaKind::Audio => Codec::Opus.clock_rate(),
            MediaKind::Video => Codec::Vp8.clock_rate(),
        };
        if let Some((at, timestamp)) = self.last.replace((now, packet.timestamp())) {
            let passed = rate.ticks(now.saturating_duration_since(at));
            let variation = (passed - i64::from(packet.timestamp().since(timestamp))).unsigned_abs();
            let variation = u32::try_from(variation).unwrap_or(0);
            self.jitter = self.jitter.saturating_add(variation) - ((self.jitter + 8) >> 4);
        }
    }

    fn report(&mut self, now: Instant, ssrc: Ssrc) -> Option<ReportBlock> {
        let (first, highest) = (self.first?, self.extender.highest()?);
        let expected = highest.since(first) + 1;
        let (expected_before, received_before) =
            std::mem::replace(&mut self.before, (expected, self.received));
        let expected_since = expected.saturating_sub(expected_before);
        let lost_since = expected_since.saturating_sub(self.received - received_before);
        let fraction = (lost_since * 256).checked_div(expected_since).unwrap_or(0);
        Some(ReportBlock {
            ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            cumulative_lost: (expected as i64 - self.received as i64) as i32,
            // Numbers are extended from one turn above zero; on the wire turns count from none.
            highest_seq: highest.0.wrapping_sub(1 << 16) as u32,
            jitter: self.jitter >> 4,
            last_report: self.last_report.map(|(ntp, at)| LastReport {
                ntp_middle: ntp.middle(),
                delay: now.saturating_duration_since(at),
            }),
        })
    }
}
