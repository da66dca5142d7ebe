//! What a receiver reports about one stream (RFC 3550 §6.4.1, §A.3, §A.8).

use std::time::Instant;

use switchyard_vocab::observed::ClockPair;
use switchyard_vocab::rtp::{ClockRate, ExtSeqNo, RtpTimestamp, SeqNo, SeqNoExtender, Ssrc};
use switchyard_wire::rtcp::{LastReport, ReportBlock};

/// Cumulative loss is a signed 24-bit field.
const MOST_LOST: i64 = 0x7f_ffff;
const LEAST_LOST: i64 = -0x80_0000;

/// Counts one stream for its sender.
#[derive(Debug)]
pub struct Reception {
    clock_rate: ClockRate,
    base: Option<ExtSeqNo>,
    numbers: SeqNoExtender,
    received: u64,
    expected_before: u64,
    received_before: u64,
    /// Arrival and timestamp of the packet before, for the jitter.
    previous: Option<(Instant, RtpTimestamp)>,
    /// Jitter in sixteenths of a tick.
    jitter: u64,
    last_report: Option<ClockPair>,
}

impl Reception {
    /// Nothing received yet.
    pub fn new(clock_rate: ClockRate) -> Self {
        Self {
            clock_rate,
            base: None,
            numbers: SeqNoExtender::default(),
            received: 0,
            expected_before: 0,
            received_before: 0,
            previous: None,
            jitter: 0,
            last_report: None,
        }
    }

    /// Counts a packet.
    pub fn handle_packet(&mut self, seq: SeqNo, timestamp: RtpTimestamp, arrival: Instant) {
        let seq = self.numbers.extend(seq);
        self.base.get_or_insert(seq);
        self.received += 1;
        // Packets of one frame share a timestamp: only the first one says something about jitter.
        match self.previous {
            Some((_, previous)) if previous == timestamp => {}
            Some(previous) => self.note_transit(previous, timestamp, arrival),
            None => self.previous = Some((arrival, timestamp)),
        }
    }

    /// Remembers the sender report that the next block refers to.
    pub const fn handle_sender_report(&mut self, pair: ClockPair) {
        self.last_report = Some(pair);
    }

    /// The block about `ssrc` for the next report; `None` before the first packet.
    pub fn take_block(&mut self, now: Instant, ssrc: Ssrc) -> Option<ReportBlock> {
        let (base, highest) = (self.base?, self.numbers.highest()?);
        let expected = highest.since(base) + 1;
        let expected_now = expected.saturating_sub(self.expected_before);
        let lost_now = expected_now.saturating_sub(self.received - self.received_before);
        (self.expected_before, self.received_before) = (expected, self.received);
        let lost = (expected as i64 - self.received as i64).clamp(LEAST_LOST, MOST_LOST);
        Some(ReportBlock {
            ssrc,
            fraction_lost: (lost_now * 256).checked_div(expected_now).unwrap_or(0).min(255) as u8,
            cumulative_lost: lost as i32,
            // Counting starts one turn above zero; the sender's own count does not.
            highest_seq: (highest.0 as u32).wrapping_sub(0x1_0000),
            jitter: self.jitter(),
            last_report: self.last_report.and_then(|pair| answer(pair, now)),
        })
    }

    /// Jitter, in ticks of the stream's clock.
    pub const fn jitter(&self) -> u32 {
        (self.jitter >> 4) as u32
    }

    fn note_transit(&mut self, previous: (Instant, RtpTimestamp), timestamp: RtpTimestamp, arrival: Instant) {
        let (before, stamp_before) = previous;
        let arrived = self.clock_rate.ticks(arrival.saturating_duration_since(before));
        let difference = (arrived - i64::from(timestamp.since(stamp_before))).unsigned_abs();
        // A wild timestamp must not poison the estimate for minutes.
        let difference = difference.min(u64::from(self.clock_rate.0) * 10);
        self.jitter = self.jitter + difference - ((self.jitter + 8) >> 4);
        self.previous = Some((arrival, timestamp));
    }
}

/// What tells the sender how long its report took (0 in the field means that there was none).
fn answer(pair: ClockPair, now: Instant) -> Option<LastReport> {
    let delay = now.saturating_duration_since(pair.arrival);
    let ntp_middle = pair.ntp.middle();
    (ntp_middle != 0).then_some(LastReport { ntp_middle, delay })
}

#[cfg(test)]
mod tests;
