//! How well one stream arrives: what a receiver report says of it (RFC 3550 §6.4, appendix A).

use std::time::Instant;

use switchyard_vocab::rtp::{ClockRate, ExtSeqNo, RtpTimestamp, SeqNo, SeqNoExtender, Ssrc};
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::rtcp::{LastReport, ReportBlock, SenderInfo};

/// The statistics of one SSRC.
#[derive(Debug)]
pub(super) struct Reception {
    clock: ClockRate,
    extender: SeqNoExtender,
    first: Option<ExtSeqNo>,
    received: u64,
    before: (u64, u64),
    transit: Option<(Instant, RtpTimestamp)>,
    jitter_ticks: f64,
    sender: Option<(SenderInfo, Instant)>,
}

impl Reception {
    pub(super) fn new(clock: ClockRate) -> Self {
        Self {
            clock,
            extender: SeqNoExtender::default(),
            first: None,
            received: 0,
            before: (0, 0),
            transit: None,
            jitter_ticks: 0.0,
            sender: None,
        }
    }

    /// A packet arrived; gives back its full number.
    pub(super) fn on_packet(&mut self, now: Instant, seq: SeqNo, timestamp: RtpTimestamp) -> ExtSeqNo {
        let extended = self.extender.extend(seq);
        self.first.get_or_insert(extended);
        self.received += 1;
        if let Some((at, before)) = self.transit {
            let elapsed = self.clock.ticks(now.saturating_duration_since(at)) as f64;
            let difference = (elapsed - f64::from(timestamp.since(before))).abs();
            self.jitter_ticks += (difference - self.jitter_ticks) / 16.0;
        }
        self.transit = Some((now, timestamp));
        extended
    }

    /// The full number of a packet that came another way.
    pub(super) fn extend(&self, seq: SeqNo) -> ExtSeqNo {
        self.extender.peek(seq)
    }

    /// The newest packet so far.
    pub(super) const fn newest(&self) -> Option<ExtSeqNo> {
        self.extender.highest()
    }

    /// The sender told its clocks.
    pub(super) const fn on_sender_report(&mut self, now: Instant, info: SenderInfo) {
        self.sender = Some((info, now));
    }

    /// The wall time that the sender gives to a media time, once it told its clocks.
    pub(super) fn wall_time(&self, timestamp: RtpTimestamp) -> Option<i64> {
        let (info, _) = self.sender?;
        let ticks = i64::from(timestamp.since(info.rtp));
        Some(nanos(info.ntp) + ticks * 1_000_000_000 / i64::from(self.clock.0))
    }

    /// Packets that should have come so far.
    pub(super) fn expected(&self) -> u64 {
        self.first.zip(self.extender.highest()).map_or(0, |(first, highest)| highest.since(first) + 1)
    }

    /// What to report; nothing before the first packet.
    pub(super) fn report(&mut self, now: Instant, ssrc: Ssrc) -> Option<ReportBlock> {
        let highest = self.extender.highest()?;
        let now_counts = (self.expected(), self.received);
        let (expected, received) = (now_counts.0 - self.before.0, now_counts.1 - self.before.1);
        self.before = now_counts;
        let lost = expected.saturating_sub(received);
        let last_report = self.sender.map(|(info, at)| LastReport {
            ntp_middle: info.ntp.middle(),
            delay: now.saturating_duration_since(at),
        });
        Some(ReportBlock {
            ssrc,
            fraction_lost: (lost * 256).checked_div(expected).unwrap_or(0).min(255) as u8,
            cumulative_lost: (now_counts.0 as i64 - now_counts.1 as i64) as i32,
            highest_seq: (highest.0 - 0x1_0000) as u32,
            jitter: self.jitter_ticks as u32,
            last_report,
        })
    }
}

/// Nanoseconds since 1900.
pub(super) const fn nanos(time: NtpTime) -> i64 {
    ((time.0 as u128 * 1_000_000_000) >> 32) as i64
}

#[cfg(test)]
mod tests;
