//! One elastic flow: source, pacer, estimator.

use std::ops::Range;
use std::time::{Duration, Instant};

use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use switchyard_congestion::estimator::{Bounds, Estimate, Estimator};
use switchyard_congestion::pacer::{Class, Pacer, Priority, What};
use switchyard_congestion::probe::schedule::Need;
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};
use switchyard_vocab::units::{Bitrate, DataSize};

use super::feedback::{Receiver, Report, Reports};
use super::wake_up::WakeUp;

/// Pictures a second.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 30);

/// A packet's payload at most, as browsers do.
const PAYLOAD: usize = 1_200;

/// Headers of IP, UDP and RTP.
const HEADERS: usize = 40;

/// Packets of sound: 50 a second, …
const SOUND: Duration = Duration::from_millis(20);

/// … of so many bytes, headers included.
const SOUND_SIZE: usize = 120;

/// How often the estimator looks at its timers.
const LOOK: Duration = Duration::from_millis(25);

/// The pacer sends this much faster than the estimate, so that pictures do not wait without need.
const PACING: f64 = 1.1;

/// What a flow is.
#[derive(Clone, Debug)]
pub struct FlowSpec {
    /// When it starts.
    pub starts: Duration,
    /// When its source sends nothing.
    pub pauses: Vec<Range<Duration>>,
    /// What its path takes besides the bottleneck, each way.
    pub one_way: Duration,
    /// Between which rates it is estimated.
    pub bounds: Bounds,
    /// The most that its source can use.
    pub max: Bitrate,
    /// How often a picture has so many bytes, whatever fits.
    pub keyframes: Option<(Duration, usize)>,
    /// Whether there is sound as well.
    pub has_sound: bool,
    /// What it says that it could use, so that probes look for it.
    pub need: Need,
    /// Whether it goes the other way.
    pub is_backward: bool,
    /// What its sender is told besides.
    pub told: Vec<(Duration, Told)>,
    /// What its receiver reports.
    pub reports: Reports,
    /// How often its receiver reports.
    pub report_interval: Duration,
    /// Share of reports that are lost, 0 to 1.
    pub reports_lost: f64,
    /// When every report is lost.
    pub silence: Vec<Range<Duration>>,
}

impl Default for FlowSpec {
    fn default() -> Self {
        Self {
            starts: Duration::ZERO,
            pauses: Vec::new(),
            one_way: Duration::ZERO,
            bounds: Bounds { start: Bitrate::kbps(300), ..Bounds::default() },
            max: Bitrate::mbps(20),
            keyframes: None,
            has_sound: false,
            need: Need::Unknown,
            is_backward: false,
            told: Vec::new(),
            reports: Reports::Packets,
            report_interval: Duration::from_millis(50),
            reports_lost: 0.0,
            silence: Vec::new(),
        }
    }
}

/// What a sender may be told besides reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Told {
    /// Its receiver takes no more than this (REMB).
    Limit(Bitrate),
    /// The way to its receiver is another.
    NewRoute,
}

/// A packet under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub(super) number: ExtSeqNo,
    pub(super) size: usize,
    pub(super) sent_at: Instant,
    /// What it is besides a part of a picture.
    pub(super) kind: Kind,
    /// How long it waited in the pacer.
    pub(super) waited: Duration,
    /// How fast the pacer was to send.
    pub(super) pacing: Bitrate,
}

/// What a packet is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Picture,
    Sound,
    /// Part of a probe, whatever it holds.
    Probe,
    /// Part of a probe that holds nothing.
    Padding,
}

/// What waits in the pacer.
#[derive(Clone, Copy, Debug)]
struct Queued {
    size: usize,
    is_sound: bool,
    at: Instant,
}

impl Packet {
    /// What a link takes for payload of UDP.
    pub(super) const fn payload_len(&self) -> usize {
        self.size - 28
    }
}

/// A flow that runs.
#[derive(Debug)]
pub(super) struct Flow {
    spec: FlowSpec,
    start: Instant,
    pub(super) receiver: Receiver,
    estimator: Estimator,
    pacer: Pacer<Queued>,
    pacing: Bitrate,
    next: ExtSeqNo,
    next_frame: Instant,
    next_keyframe: Option<Instant>,
    next_sound: Option<Instant>,
    next_look: Instant,
    pub(super) wake_up: WakeUp,
    /// Bytes of pictures that the pacer did not take.
    pub(super) refused: usize,
}

impl Flow {
    pub(super) fn new(start: Instant, spec: FlowSpec) -> Self {
        let first = ExtSeqNo::starting_at(SeqNo(1));
        let begins = start + spec.starts;
        let mut estimator = Estimator::new(spec.bounds);
        estimator.set_need(spec.need);
        Self {
            start,
            receiver: Receiver::new(start, first, spec.reports, spec.report_interval),
            estimator,
            pacer: Pacer::new(),
            pacing: Bitrate::default(),
            next: first,
            next_frame: begins,
            next_keyframe: spec.keyframes.map(|(every, _)| begins + every),
            next_sound: spec.has_sound.then_some(begins),
            next_look: begins,
            wake_up: WakeUp::default(),
            refused: 0,
            spec,
        }
    }

    pub(super) const fn one_way(&self) -> Duration {
        self.spec.one_way
    }

    pub(super) const fn is_backward(&self) -> bool {
        self.spec.is_backward
    }

    pub(super) fn estimate(&self) -> Estimate {
        self.estimator.estimate()
    }

    pub(super) fn loses_report(&self, since: Duration, rng: &mut ChaCha12Rng) -> bool {
        let is_silent = self.spec.silence.iter().any(|silence| silence.contains(&since));
        is_silent || self.spec.reports_lost > 0.0 && rng.random_bool(self.spec.reports_lost)
    }

    pub(super) fn on_report(&mut self, now: Instant, report: &Report) {
        match report {
            Report::Packets { base, end, arrivals } => {
                self.estimator.on_feedback(now, *base, *end, arrivals.iter().copied());
            }
            Report::Totals { lost, echo } => {
                self.estimator.on_receiver_report(now, *lost, Some(now.saturating_duration_since(*echo)));
            }
        }
    }

    pub(super) fn on_told(&mut self, now: Instant, told: Told) {
        match told {
            Told::Limit(limit) => self.estimator.on_remb(now, limit),
            Told::NewRoute => self.estimator.on_route_change(now),
        }
    }

    pub(super) fn on_time(&mut self, now: Instant) {
        if now >= self.next_look {
            self.next_look = now + LOOK;
            self.estimator.on_time(now);
        }
        if !self.pacer.is_probing()
            && let Some(cluster) = self.estimator.poll_probe()
        {
            self.pacer.start_probe(now, cluster);
        }
        self.pacing = Bitrate::bps((self.estimator.bitrate().as_bps() as f64 * PACING) as u64);
        self.pacer.set_rate(now, self.pacing);
        while let Some(at) = self.next_sound.filter(|at| now >= *at) {
            self.next_sound = Some(at + SOUND);
            let queued = Queued { size: SOUND_SIZE, is_sound: true, at: now };
            let _refused = self.pacer.push(Class::Audio, DataSize::bytes(SOUND_SIZE as u64), queued);
        }
        while now >= self.next_frame {
            self.push_frame(now);
            self.next_frame += FRAME;
        }
        self.pacer.begin_release(now);
    }

    /// The next packet that leaves.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Packet> {
        let release = self.pacer.pop(now)?;
        let in_probe = release.probe.is_some();
        let (size, kind, waited) = match release.what {
            What::Packet(Queued { size, is_sound, at }) => {
                let kind = match (is_sound, in_probe) {
                    (true, _) => Kind::Sound,
                    (false, true) => Kind::Probe,
                    (false, false) => Kind::Picture,
                };
                (size, kind, now - at)
            }
            What::Padding(size) => {
                self.pacer.padded(now, Some(size));
                (size.as_bytes() as usize, Kind::Padding, Duration::ZERO)
            }
        };
        let number = self.next;
        self.next = number.plus(1);
        self.estimator.on_sent(now, number, DataSize::bytes(size as u64), release.probe);
        Some(Packet { number, size, sent_at: now, kind, waited, pacing: self.pacing })
    }

    pub(super) fn poll_timeout(&self, now: Instant) -> Instant {
        let timers = [self.pacer.poll_timeout(), self.receiver.poll_timeout()];
        let soonest = timers.into_iter().flatten().min().unwrap_or(self.next_look);
        soonest
            .min(self.next_look)
            .min(self.next_frame)
            .min(self.next_sound.unwrap_or(self.next_look))
            .max(now + Duration::from_micros(100))
    }

    /// One picture of an ideal encoder: as large as the estimate allows, unless it is a keyframe.
    fn push_frame(&mut self, now: Instant) {
        let since = self.next_frame - self.start;
        if self.spec.pauses.iter().any(|pause| pause.contains(&since)) {
            return;
        }
        let rate = self.estimator.bitrate().min(self.spec.max);
        let mut left = (rate.as_bps() as f64 / 8.0 * FRAME.as_secs_f64()) as usize;
        if let Some((every, bytes)) = self.spec.keyframes
            && let Some(at) = self.next_keyframe.filter(|at| *at <= self.next_frame)
        {
            self.next_keyframe = Some(at + every);
            left = bytes;
        }
        while left > 0 {
            let size = left.clamp(HEADERS + 20, PAYLOAD + HEADERS);
            let queued = Queued { size, is_sound: false, at: now };
            let class = Class::Video(Priority::Normal);
            if self.pacer.push(class, DataSize::bytes(size as u64), queued).is_err() {
                self.refused += size;
            }
            left = left.saturating_sub(size);
        }
    }
}
