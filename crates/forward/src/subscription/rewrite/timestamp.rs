//! From the publisher's timestamps to the subscriber's.
//!
//! Every encoding counts from a random number. The sender reports say where their timelines meet:
//! so a switch keeps the picture in step with the sound. The result is the *ideal* timestamp, to
//! which sender reports refer. Where it would not lie behind the last one sent, the first frames
//! after the switch get a *lead* over it, which is paid back by half of each following step.

use std::time::{Duration, Instant};

use switchyard_vocab::layer::EncodingIndex;
use switchyard_vocab::observed::{ClockPair, Observed};
use switchyard_vocab::rtp::{ClockRate, RtpTimestamp};
use switchyard_vocab::wall_clock::NtpTime;

use crate::publication::clocks::Clocks;
use crate::publication::encoding::incarnation;

/// Least distance between two frames on both sides of a switch: as little as keeps them apart for
/// every receiver, because the lead has to be paid back.
const LEAST_STEP: Duration = Duration::from_millis(10);

/// Where reports and arrival times contradict each other by more, the reports are wrong: the
/// encodings do not share a wall clock, or the publisher stopped its media clock.
const MOST_DISAGREEMENT: Duration = Duration::from_secs(2);

/// A lead is forgotten when it has been paid back for so long that no packet of its time can come.
const LEAD_KEPT: Duration = Duration::from_secs(10);

/// From one switch to the next.
#[derive(Clone, Copy, Debug)]
struct Segment {
    encoding: EncodingIndex,
    incarnation: u64,
    /// Added to a timestamp to get the ideal one.
    offset: i64,
    first_in: RtpTimestamp,
    lead: i64,
}

/// The newest frame sent.
#[derive(Clone, Copy, Debug)]
struct Newest {
    ideal: RtpTimestamp,
    sent: RtpTimestamp,
    arrival: Instant,
}

/// The timestamps of one subscription.
#[derive(Debug)]
pub struct TimestampMap {
    clock_rate: ClockRate,
    first: RtpTimestamp,
    segment: Option<Segment>,
    newest: Option<Newest>,
    /// A moment on the publisher's wall clock and its ideal timestamp.
    link: Option<(NtpTime, RtpTimestamp)>,
}

impl TimestampMap {
    /// The first timestamp will be `first`: a random number (RFC 3550 §5.1).
    pub const fn new(clock_rate: ClockRate, first: RtpTimestamp) -> Self {
        Self { clock_rate, first, segment: None, newest: None, link: None }
    }

    /// Goes on with this packet, the first of its encoding or of a new life of its source.
    pub fn begin(&mut self, observed: &Observed, clocks: &Clocks) -> RtpTimestamp {
        self.note_clocks(clocks);
        let (ideal, lead) = match self.newest {
            None => (self.first, 0),
            Some(newest) => self.place(observed, clocks, newest),
        };
        self.segment = Some(Segment {
            encoding: observed.encoding,
            incarnation: incarnation(observed.seq),
            offset: i64::from(ideal.since(observed.timestamp)),
            first_in: observed.timestamp,
            lead,
        });
        self.note_newest(ideal, ideal.plus(lead), observed.arrival);
        ideal.plus(lead)
    }

    /// The timestamp of a packet of the current segment; `None` before the first one.
    pub fn map(&mut self, observed: &Observed) -> Option<RtpTimestamp> {
        let segment = self.segment.as_mut()?;
        let ideal = observed.timestamp.plus(segment.offset);
        let since = i64::from(observed.timestamp.since(segment.first_in));
        let lead = (segment.lead - since.max(0) / 2).max(0);
        if since > 2 * segment.lead + self.clock_rate.ticks(LEAD_KEPT) {
            segment.lead = 0;
        }
        let sent = ideal.plus(lead);
        if self.newest.is_none_or(|newest| sent.since(newest.sent) > 0) {
            self.note_newest(ideal, sent, observed.arrival);
        }
        Some(sent)
    }

    /// The latest report of the encoding being sent, in the subscriber's timestamps.
    pub fn clock(&self, clocks: &Clocks) -> Option<ClockPair> {
        let segment = self.segment?;
        let pair = clocks.get(segment.encoding, segment.incarnation)?;
        Some(ClockPair { rtp: pair.rtp.plus(segment.offset), ..pair })
    }

    /// Remembers where the timelines meet, for the time when this encoding is no longer there.
    pub fn note_clocks(&mut self, clocks: &Clocks) {
        if let Some(pair) = self.clock(clocks) {
            self.link = Some((pair.ntp, pair.rtp));
        }
    }

    /// Ticks per second of its clock.
    pub const fn clock_rate(&self) -> ClockRate {
        self.clock_rate
    }

    /// The ideal timestamp of a packet that begins a segment, and the lead it needs.
    fn place(&self, observed: &Observed, clocks: &Clocks, newest: Newest) -> (RtpTimestamp, i64) {
        let elapsed = self.clock_rate.ticks(observed.arrival.saturating_duration_since(newest.arrival));
        let expected = newest.ideal.plus(elapsed);
        let believable = |ideal: &RtpTimestamp| {
            i64::from(ideal.since(expected)).abs() <= self.clock_rate.ticks(MOST_DISAGREEMENT)
        };
        let same = self.same_timeline(observed);
        let ideal = same.or_else(|| self.by_reports(observed, clocks)).filter(believable).unwrap_or(expected);
        // Counted from the newest ideal one without wrapping, however long the pause was.
        let advance = elapsed + i64::from(ideal.since(expected));
        let ahead = i64::from(newest.sent.since(newest.ideal));
        let lead = (ahead + self.clock_rate.ticks(LEAST_STEP) - advance).max(0);
        (ideal, lead)
    }

    /// It goes on where it paused.
    fn same_timeline(&self, observed: &Observed) -> Option<RtpTimestamp> {
        let segment = self.segment?;
        let same = segment.encoding == observed.encoding && segment.incarnation == incarnation(observed.seq);
        same.then(|| observed.timestamp.plus(segment.offset))
    }

    fn by_reports(&self, observed: &Observed, clocks: &Clocks) -> Option<RtpTimestamp> {
        let (link_ntp, link_rtp) = self.link?;
        let pair = clocks.get(observed.encoding, incarnation(observed.seq))?;
        let apart = i128::from(pair.ntp.0.wrapping_sub(link_ntp.0) as i64);
        let ticks = ((apart * i128::from(self.clock_rate.0)) >> 32) as i64;
        Some(link_rtp.plus(ticks + i64::from(observed.timestamp.since(pair.rtp))))
    }

    const fn note_newest(&mut self, ideal: RtpTimestamp, sent: RtpTimestamp, arrival: Instant) {
        self.newest = Some(Newest { ideal, sent, arrival });
    }
}

#[cfg(test)]
mod tests;
