//! Sender reports to a subscriber, and what its receiver reports say.
//!
//! The reports speak the publisher's wall clock, for sound and picture alike: so a receiver keeps
//! them in step as they were recorded.

use std::time::{Duration, Instant};

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::observed::ClockPair;
use switchyard_vocab::rtp::{ClockRate, Ssrc};
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::rtcp::{LastReport, SenderInfo};

/// Time from the first packet to the first report: lip sync starts with it.
const FIRST_AFTER: Duration = Duration::from_millis(50);

/// Between the first few reports: a receiver needs two of sound and two of picture before it can put
/// them in step.
const EARLY_INTERVAL: Duration = Duration::from_millis(250);

/// How many reports count as the first few.
const EARLY_REPORTS: u8 = 4;

/// While the publisher has not reported its clocks, how soon to look again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Mean time between reports about a picture.
const VIDEO_INTERVAL: Duration = Duration::from_secs(1);

/// Mean time between reports about sound; RFC 3550's five seconds let clocks drift apart longer.
const AUDIO_INTERVAL: Duration = Duration::from_millis(2_500);

/// Reports remembered, to recognise the one that a receiver report answers.
const REMEMBERED: usize = 8;

/// A round trip that takes longer is an answer to something else.
const MAX_ROUND_TRIP: Duration = Duration::from_secs(10);

/// A wall clock that goes back further than this has been set; less is only network jitter.
const CLOCK_STEP: Duration = Duration::from_secs(5);

/// What was sent on one stream; both wrap as their fields do.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    packets: u32,
    octets: u32,
}

impl Count {
    const fn add(&mut self, octets: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32);
    }
}

/// The streams that reports are about.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    /// Media.
    pub media: Ssrc,
    /// Retransmissions, when there are any.
    pub rtx: Option<Ssrc>,
}

/// One report, and one about retransmissions once there were any.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reports {
    /// About media.
    pub media: SenderInfo,
    /// About retransmissions.
    pub rtx: Option<SenderInfo>,
}

/// The reports of one subscription.
#[derive(Debug)]
pub struct SenderReports {
    interval: Duration,
    /// State of a small generator: reports of many streams must not march in step.
    jitter: u64,
    media: Count,
    rtx: Count,
    reported_packets: u32,
    early: u8,
    due: Option<Instant>,
    last_ntp: Option<NtpTime>,
    sent: [Option<(u32, Instant)>; REMEMBERED],
    next_slot: usize,
}

impl SenderReports {
    /// Nothing sent yet; `seed` spreads the times of reports.
    pub const fn new(kind: MediaKind, seed: u64) -> Self {
        let interval = match kind {
            MediaKind::Audio => AUDIO_INTERVAL,
            MediaKind::Video => VIDEO_INTERVAL,
        };
        Self {
            interval,
            jitter: seed,
            media: Count { packets: 0, octets: 0 },
            rtx: Count { packets: 0, octets: 0 },
            reported_packets: 0,
            early: EARLY_REPORTS,
            due: None,
            last_ntp: None,
            sent: [None; REMEMBERED],
            next_slot: 0,
        }
    }

    /// A media packet left with so many payload bytes.
    pub fn note_media(&mut self, now: Instant, octets: usize) {
        self.media.add(octets);
        self.due.get_or_insert(now + FIRST_AFTER);
    }

    /// A retransmission left with so many payload bytes.
    pub const fn note_rtx(&mut self, octets: usize) {
        self.rtx.add(octets);
    }

    /// The reports that are due. `clock` is the publisher's latest one in the subscriber's
    /// timestamps; without it nothing can be reported yet.
    pub fn poll(
        &mut self,
        now: Instant,
        clock: Option<ClockPair>,
        rate: ClockRate,
        streams: Streams,
    ) -> Option<Reports> {
        self.due.filter(|&due| due <= now)?;
        if self.media.packets == self.reported_packets {
            // Who sends nothing is no sender; the next packet starts anew.
            self.due = None;
            return None;
        }
        self.due = Some(now + LOOK_AGAIN);
        let clock = clock?;
        let elapsed = now.saturating_duration_since(clock.arrival);
        let ntp = clock.ntp.plus(elapsed);
        if self.last_ntp.is_some_and(|last| last >= ntp && last.since(ntp) < CLOCK_STEP) {
            return None;
        }
        self.due = Some(now + self.next_interval());
        self.reported_packets = self.media.packets;
        self.last_ntp = Some(ntp);
        self.sent[self.next_slot] = Some((ntp.middle(), now));
        self.next_slot = (self.next_slot + 1) % REMEMBERED;
        let rtp = clock.rtp.plus(rate.ticks(elapsed));
        let info = |ssrc, Count { packets, octets }| SenderInfo { ssrc, ntp, rtp, packets, octets };
        let rtx = streams.rtx.filter(|_| self.rtx.packets > 0).map(|ssrc| info(ssrc, self.rtx));
        Some(Reports { media: info(streams.media, self.media), rtx })
    }

    /// When [`poll`](Self::poll) has something to do.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// The round trip that a receiver report shows, if it answers one of the last reports.
    ///
    /// Our reports carry the publisher's clock, so the time of sending is looked up.
    pub fn round_trip(&self, now: Instant, answered: LastReport) -> Option<Duration> {
        let sent = self.sent.iter().flatten().find(|(middle, _)| *middle == answered.ntp_middle);
        let away = now.checked_duration_since(sent?.1)?;
        away.checked_sub(answered.delay).filter(|&trip| trip <= MAX_ROUND_TRIP)
    }

    /// Half to one and a half times the mean, as RFC 3550 §6.2 spreads reports.
    fn next_interval(&mut self) -> Duration {
        if self.early > 0 {
            self.early -= 1;
            return EARLY_INTERVAL;
        }
        // One step of a multiplicative generator (Knuth's MMIX constants): spread, not secrecy.
        self.jitter =
            self.jitter.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let part = (self.jitter >> 54) as u32;
        self.interval / 2 + self.interval * part / 1_024
    }
}

#[cfg(test)]
mod tests;
