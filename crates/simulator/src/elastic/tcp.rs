//! A flow that follows TCP's rules, to compete with: slow start, congestion avoidance, fast
//! retransmit (RFC 5681).

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use super::wake_up::WakeUp;

/// A segment with its headers, in bytes.
pub(super) const SEGMENT: usize = 1_460;

/// An acknowledgement, in bytes.
pub(super) const ACK: usize = 40;

/// Segments acknowledged behind one that is missing until it is taken for lost (RFC 5681 §3.2).
const DUPLICATES: u64 = 3;

/// With nothing acknowledged for this long everything in flight is taken for lost.
const RETRANSMISSION_TIMEOUT: Duration = Duration::from_secs(1);

/// The first window, in segments (RFC 6928).
const INITIAL_WINDOW: f64 = 10.0;

/// What a TCP flow is.
#[derive(Clone, Debug)]
pub struct TcpSpec {
    /// When it starts.
    pub starts: Duration,
    /// What its path takes besides the bottleneck, each way.
    pub one_way: Duration,
    /// From when on it sends nothing more, if it ends.
    pub ends: Option<Duration>,
    /// How much it sends at a time, in bytes, drawn evenly; without a limit it never rests.
    pub size: Option<Range<u64>>,
    /// How long it rests between two transfers, on average; drawn as times between rare events are.
    pub rests: Duration,
    /// Whether it rests before its first transfer.
    pub rests_first: bool,
}

impl Default for TcpSpec {
    fn default() -> Self {
        let (starts, one_way, rests) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        Self { starts, one_way, ends: None, size: None, rests, rests_first: false }
    }
}

#[derive(Debug)]
pub(super) struct Tcp {
    spec: TcpSpec,
    rng: ChaCha12Rng,
    ends_at: Option<Instant>,
    window: f64,
    threshold: f64,
    next: u64,
    in_flight: BTreeMap<u64, Instant>,
    left: Option<u64>,
    /// Losses of segments below belong to a window that was halved already.
    recovering_below: u64,
    resumes_at: Option<Instant>,
    heard_at: Option<Instant>,
    pub(super) wake_up: WakeUp,
}

impl Tcp {
    pub(super) fn new(start: Instant, spec: TcpSpec, mut rng: ChaCha12Rng) -> Self {
        Self {
            resumes_at: Some(
                start + spec.starts + if spec.rests_first { rest(&spec, &mut rng) } else { Duration::ZERO },
            ),
            left: segments(&spec, &mut rng),
            ends_at: spec.ends.map(|ends| start + ends),
            rng,
            wake_up: WakeUp::default(),
            window: INITIAL_WINDOW,
            threshold: f64::INFINITY,
            next: 0,
            in_flight: BTreeMap::new(),
            recovering_below: 0,
            heard_at: None,
            spec,
        }
    }

    pub(super) const fn one_way(&self) -> Duration {
        self.spec.one_way
    }

    /// The next segment to send.
    pub(super) fn poll(&mut self, now: Instant) -> Option<u64> {
        self.time_out(now);
        let rests = self.resumes_at.is_some_and(|at| now < at) || self.ends_at.is_some_and(|at| now >= at);
        if rests || self.left == Some(0) || self.in_flight.len() as f64 >= self.window.floor() {
            return None;
        }
        self.left = self.left.map(|left| left - 1);
        let number = self.next;
        self.next += 1;
        self.in_flight.insert(number, now);
        self.heard_at.get_or_insert(now);
        Some(number)
    }

    pub(super) fn on_acknowledged(&mut self, now: Instant, number: u64) {
        if self.in_flight.remove(&number).is_none() {
            return;
        }
        self.heard_at = Some(now);
        self.window += if self.window < self.threshold { 1.0 } else { 1.0 / self.window };
        let lost: Vec<u64> = self
            .in_flight
            .range(..number.saturating_sub(DUPLICATES - 1))
            .map(|(&number, _)| number)
            .collect();
        for number in lost {
            self.lose(number);
        }
        if self.left == Some(0) && self.in_flight.is_empty() {
            self.resumes_at = Some(now + rest(&self.spec, &mut self.rng));
            self.left = segments(&self.spec, &mut self.rng);
            self.window = INITIAL_WINDOW;
            self.threshold = f64::INFINITY;
        }
    }

    pub(super) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        let resumes = self.resumes_at.filter(|at| *at > now);
        let times_out = self.heard_at.map(|at| at + RETRANSMISSION_TIMEOUT).filter(|at| *at > now);
        [resumes, times_out].into_iter().flatten().min()
    }

    /// What is lost is sent again, as another segment.
    fn lose(&mut self, number: u64) {
        self.in_flight.remove(&number);
        self.left = self.left.map(|left| left + 1);
        if number >= self.recovering_below {
            self.recovering_below = self.next;
            self.threshold = (self.window / 2.0).max(2.0);
            self.window = self.threshold;
        }
    }

    fn time_out(&mut self, now: Instant) {
        let is_silent =
            self.heard_at.is_some_and(|at| now.saturating_duration_since(at) >= RETRANSMISSION_TIMEOUT);
        if is_silent && !self.in_flight.is_empty() {
            let all: Vec<u64> = self.in_flight.keys().copied().collect();
            all.into_iter().for_each(|number| self.lose(number));
            self.window = 1.0;
            self.heard_at = Some(now);
        }
    }
}

fn segments(spec: &TcpSpec, rng: &mut ChaCha12Rng) -> Option<u64> {
    spec.size.clone().map(|sizes| rng.random_range(sizes).div_ceil(SEGMENT as u64))
}

/// Times between rare events are distributed so.
fn rest(spec: &TcpSpec, rng: &mut ChaCha12Rng) -> Duration {
    let draw: f64 = rng.random_range(0.0..1.0);
    spec.rests.mul_f64(-(1.0 - draw).ln())
}
