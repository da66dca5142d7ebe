//! When the packets of one publishing transport arrived, until its sender has been told.
//!
//! Every packet counts that carries the extension: media, retransmissions, padding, SSRC 0 and
//! streams nobody claims. A sender that probes on SSRC 0 and is not told stays at its start rate.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo, SeqNoExtender};

/// How long an arrival is remembered after it was reported. A packet that is overtaken by this much
/// is past helping the estimator.
const BACK_WINDOW: Duration = Duration::from_millis(500);

/// Most numbers kept between the oldest and the newest: feedback cannot span more than 0x7ffe
/// without becoming ambiguous. A jump past it starts over.
const MAX_SPAN: u64 = 0x2000;

/// Feedback is sent no more often than this: faster only costs the sender's downlink.
const MIN_INTERVAL: Duration = Duration::from_millis(50);

/// … and no less often: an estimator that hears nothing for longer reacts too late.
const MAX_INTERVAL: Duration = Duration::from_millis(250);

/// Bits of a typical feedback packet with its UDP and IP headers.
const FEEDBACK_BITS: u64 = 68 * 8;

/// Feedback may take one part in so many of what the sender sends.
const FEEDBACK_SHARE: u64 = 20;

/// Time over which the incoming rate is measured.
const RATE_WINDOW: Duration = Duration::from_secs(1);

/// Arrivals of one transport.
#[derive(Debug, Default)]
pub struct Arrivals {
    extender: SeqNoExtender,
    /// Arrival of number `oldest + i`; `None` has not arrived.
    times: VecDeque<Option<Instant>>,
    oldest: Option<ExtSeqNo>,
    /// Everything below has been reported.
    unreported_from: Option<ExtSeqNo>,
    has_news: bool,
    due: Option<Instant>,
    /// The last report went out an interval before this.
    not_before: Option<Instant>,
    rate: IncomingRate,
}

/// What there is to report: the state of every number from [`base`](Self::base) on.
#[derive(Debug)]
pub struct Report<'a> {
    /// The first number reported.
    pub base: SeqNo,
    /// For each number from `base` on, when it arrived; the last one has arrived.
    pub arrivals: &'a [Option<Instant>],
}

impl Arrivals {
    /// Notes that a packet of `size` bytes with transport-wide number `seq` came in at `arrival`.
    pub fn on_packet(&mut self, arrival: Instant, seq: SeqNo, size: usize) {
        self.rate.add(arrival, size);
        let number = self.place(seq);
        let Some(oldest) = self.oldest else { return };
        if number < oldest {
            return;
        }
        let index = number.since(oldest) as usize;
        if index >= self.times.len() {
            self.times.resize(index + 1, None);
        }
        if self.times[index].is_some() {
            return;
        }
        self.times[index] = Some(arrival);
        self.unreported_from = Some(self.unreported_from.map_or(number, |from| from.min(number)));
        self.has_news = true;
        if self.due.is_none() {
            self.due = Some(self.not_before.map_or(arrival, |earliest| earliest.max(arrival)));
        }
    }

    /// Extends `seq`, starting over when it lies too far from what is kept.
    fn place(&mut self, seq: SeqNo) -> ExtSeqNo {
        let number = self.extender.peek(seq);
        let oldest = *self.oldest.get_or_insert(number);
        let too_far_ahead = number > oldest && number.since(oldest) >= MAX_SPAN;
        if too_far_ahead {
            self.times.clear();
            self.oldest = Some(number);
            self.unreported_from = None;
        }
        self.extender.extend(seq)
    }

    /// When [`report`](Self::report) has something to say; `None` while nothing is new.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// What the sender has to be told now, if it is time. Follow with [`reported`](Self::reported).
    pub fn report(&mut self, now: Instant) -> Option<Report<'_>> {
        if !self.has_news || self.due.is_none_or(|due| now < due) {
            return None;
        }
        let oldest = self.oldest?;
        let from = self.unreported_from?.max(oldest);
        let start = from.since(oldest) as usize;
        let arrivals = self.times.make_contiguous().get(start..)?;
        Some(Report { base: from.on_wire(), arrivals })
    }

    /// Notes that the first `count` numbers of the last report went out in a packet.
    ///
    /// The rest, if any, stays due at once; else the next report waits for its interval.
    pub fn reported(&mut self, now: Instant, count: usize) {
        let Some(oldest) = self.oldest else { return };
        let from = self.unreported_from.unwrap_or(oldest).max(oldest).plus(count as u64);
        let end = oldest.plus(self.times.len() as u64);
        self.unreported_from = Some(from);
        if from >= end {
            self.has_news = false;
            self.due = None;
            self.not_before = Some(now + self.rate.feedback_interval());
            self.forget_old(now, from);
        }
    }

    /// Drops what was reported and is too old to be overtaken any more.
    fn forget_old(&mut self, now: Instant, reported_below: ExtSeqNo) {
        let Some(mut oldest) = self.oldest else { return };
        while oldest < reported_below {
            match self.times.front() {
                Some(Some(arrival)) if now.saturating_duration_since(*arrival) < BACK_WINDOW => break,
                Some(_) => self.times.pop_front(),
                None => break,
            };
            oldest = oldest.plus(1);
        }
        self.oldest = Some(oldest);
    }
}

/// How fast packets come in, which decides how often feedback goes out.
#[derive(Debug, Default)]
struct IncomingRate {
    window_start: Option<Instant>,
    bytes: u64,
    bits_per_second: u64,
}

impl IncomingRate {
    fn add(&mut self, arrival: Instant, size: usize) {
        let start = *self.window_start.get_or_insert(arrival);
        self.bytes += size as u64;
        let elapsed = arrival.saturating_duration_since(start);
        if elapsed >= RATE_WINDOW {
            self.bits_per_second = self.bytes * 8_000 / (elapsed.as_millis() as u64).max(1);
            self.bytes = 0;
            self.window_start = Some(arrival);
        }
    }

    /// One twentieth of the incoming rate, within the bounds.
    fn feedback_interval(&self) -> Duration {
        if self.bits_per_second == 0 {
            return MIN_INTERVAL;
        }
        let millis = FEEDBACK_BITS * 1_000 * FEEDBACK_SHARE / self.bits_per_second;
        Duration::from_millis(millis).clamp(MIN_INTERVAL, MAX_INTERVAL)
    }
}

#[cfg(test)]
mod tests;
