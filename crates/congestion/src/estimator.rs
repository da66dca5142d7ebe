//! How much fits to one receiver: all that feedback tells, made into one rate.
//!
//! ```text
//!            sent ─► history ◄─ feedback
//!                       │ outcomes
//!        ┌──────────────┼──────────────┬──────────────┐
//!        ▼              ▼              ▼              ▼
//!   acknowledged   delay trend    loss bound    probe measure
//!   (what arrives) (queues grow?)  (what is         │
//!        │              │           lost?)          │
//!        └────────► aimd ◄──────────┼───────────────┘
//!                       │           │
//!                       └──► min ◄──┘◄── receiver's own limit (REMB)
//!                             │
//!                          estimate ─► pacing, allocation
//! ```
//!
//! Feedback that is lost, late or contradictory never freezes the estimate: packets nobody told of are set
//! aside, and while nothing is heard at all the rate falls.

mod silence;

use std::time::{Duration, Instant};

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};
use switchyard_vocab::units::{Bitrate, DataSize};

use crate::acknowledged::Acknowledged;
use crate::application_limit::ApplicationLimit;
use crate::delay::{self, Aimd, DelayTrend, Usage};
use crate::history::History;
use crate::loss::{self, LossBound, LossState};
use crate::packet::{ClusterId, Outcome, Sent};
use crate::probe::cluster::Cluster;
use crate::probe::measure::{Measure, Measured};
use crate::probe::schedule::{self, Need, Schedule};
use crate::reported_loss::ReportedLoss;
use crate::rtt::Rtt;
use silence::Silence;

/// Between which rates estimates lie, and where they start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// The first estimate.
    pub start: Bitrate,
    /// The least: less would carry no sound.
    pub min: Bitrate,
    /// The most.
    pub max: Bitrate,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { start: Bitrate::mbps(1), min: Bitrate::kbps(30), max: Bitrate::mbps(50) }
    }
}

/// A receiver's own limit counts for this long after it was told last.
const REMB_TIMEOUT: Duration = Duration::from_secs(10);

/// After nothing was sent for so long, whatever filled a queue then has left it.
const OUT_OF_DATE: Duration = Duration::from_secs(2);

/// With less lost than this share a probe adds nothing to speak of.
const MUCH_LOST: f64 = 0.05;

/// Of what the first burst got through this is used, so that the queue it made empties.
const USED_SHARE: f64 = 0.9;

/// The estimator of one transport.
#[derive(Debug)]
pub struct Estimator {
    bounds: Bounds,
    history: History,
    outcomes: Vec<Outcome>,
    rtt: Rtt,
    acknowledged: Acknowledged,
    trend: DelayTrend,
    aimd: Aimd,
    loss: LossBound,
    application: ApplicationLimit,
    measure: Measure,
    schedule: Schedule,
    silence: Silence,
    reported_loss: ReportedLoss,
    /// The share lost that the last receiver report told, 0 to 1.
    reported: f64,
    remb: Option<(Bitrate, Instant)>,
    has_feedback: bool,
    /// What queues did by the last report: answering it makes the trend forget.
    usage: Usage,
    estimate: Bitrate,
    /// The receiver's own limit it is.
    is_receivers_limit: bool,
}

/// What is known of a path now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// What may be sent.
    pub bitrate: Bitrate,
    /// What arrives of what is sent.
    pub acknowledged: Option<Bitrate>,
    /// The share of bytes lost, 0 to 1; where nobody tells of single packets that of the last report.
    pub loss: f64,
    /// Time there and back.
    pub rtt: Duration,
    /// What queues do.
    pub usage: Usage,
    /// Whether loss limits.
    pub loss_state: LossState,
    /// Less is sent than may be.
    pub is_application_limited: bool,
    /// The receiver tells nothing any more.
    pub is_silent: bool,
    /// It is the receiver's own limit.
    pub is_receivers_limit: bool,
}

impl Estimator {
    /// An estimator that knows nothing yet.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            history: History::default(),
            outcomes: Vec::new(),
            rtt: Rtt::default(),
            acknowledged: Acknowledged::default(),
            trend: DelayTrend::default(),
            aimd: Aimd::new(bounds.start),
            loss: LossBound::default(),
            application: ApplicationLimit::default(),
            measure: Measure::default(),
            schedule: Schedule::default(),
            silence: Silence::default(),
            reported_loss: ReportedLoss::default(),
            reported: 0.0,
            remb: None,
            has_feedback: false,
            usage: Usage::default(),
            estimate: bounds.start,
            is_receivers_limit: false,
        }
    }

    /// Notes that a packet left, with its transport-wide number and its size with all headers.
    pub fn on_sent(&mut self, now: Instant, number: ExtSeqNo, size: DataSize, probe: Option<ClusterId>) {
        self.history.on_sent(number, Sent { at: now, size, probe });
        self.application.on_sent(now, size, self.estimate);
    }

    /// Takes in a report on numbers from `base` up to before `end`; `arrivals` are those that arrived, with
    /// the time in microseconds of the receiver's clock.
    pub fn on_feedback(
        &mut self,
        now: Instant,
        base: SeqNo,
        end: SeqNo,
        arrivals: impl Iterator<Item = (SeqNo, i64)>,
    ) {
        let mut outcomes = std::mem::take(&mut self.outcomes);
        outcomes.clear();
        self.history.on_report(base, end, arrivals, &mut outcomes);
        if !outcomes.is_empty() {
            self.has_feedback = true;
            self.silence.on_feedback(now);
            self.rtt.on_outcomes(now, &outcomes);
            self.learn(now, &outcomes);
        }
        self.outcomes = outcomes;
    }

    /// The receiver's own estimate: never more than that is sent.
    pub fn on_remb(&mut self, now: Instant, limit: Bitrate) {
        self.remb = Some((limit, now));
        self.silence.on_report(now);
        if !self.has_feedback {
            // Nothing else leads: what the receiver measured is what fits.
            self.aimd.set(now, self.within_bounds(limit));
        }
        self.settle(now);
    }

    /// A receiver report, which leads only where nothing tells of single packets; `lost` is the share of
    /// packets lost since the last one, 0 to 1.
    pub fn on_receiver_report(&mut self, now: Instant, lost: f64, rtt: Option<Duration>) {
        if self.has_feedback {
            return;
        }
        self.silence.on_report(now);
        if let Some(rtt) = rtt {
            self.rtt.add(rtt);
        }
        self.reported = lost;
        let rate = self.reported_loss.update(now, self.estimate, lost, self.rtt.get());
        self.aimd.set(now, self.within_bounds(rate));
        self.settle(now);
    }

    /// What all tracks together could use; probes look for it.
    pub fn set_need(&mut self, need: Need) {
        self.schedule.set_need(need);
    }

    /// The way to the receiver is another: what was known of the old one does not count.
    pub fn on_route_change(&mut self, now: Instant) {
        *self = Self { remb: self.remb, ..Self::new(self.bounds) };
        self.settle(now);
    }

    /// Does what is due. Call it every few tens of milliseconds while something is sent.
    pub fn on_time(&mut self, now: Instant) {
        let oldest = self.history.oldest_in_flight();
        if let Some(factor) = self.silence.on_time(now, oldest, self.rtt.get()) {
            self.aimd.set_lower(now, factor);
            self.settle(now);
            self.schedule.on_decrease();
        }
        let conditions = schedule::Conditions {
            rate: self.estimate,
            application_limited_since: self.application.since(),
            is_congested: !self.is_idle(now)
                && (self.usage == Usage::Over
                    // While the bound by loss rises again, or little is lost, a probe is what shows that it may.
                    || self.loss.state() == LossState::Decreasing && self.loss.average_loss() > MUCH_LOST
                    || self.silence.is_silent()
                    // However much more fits, the receiver does not want it.
                    || self.remb(now).is_some_and(|limit| limit < self.aimd.bitrate())
                    || self.trend.has_queue(now)),
            is_known: self.has_feedback,
        };
        self.schedule.on_time(now, &conditions);
        self.settle(now);
    }

    /// The next cluster of packets to be sent as a probe.
    pub fn poll_probe(&mut self) -> Option<Cluster> {
        let cluster = self.schedule.poll()?;
        self.measure.expect(cluster);
        Some(cluster)
    }

    /// What may be sent.
    pub const fn bitrate(&self) -> Bitrate {
        self.estimate
    }

    /// Whether anything has been heard of the path.
    pub const fn is_heard(&self) -> bool {
        self.has_feedback || self.silence.has_report()
    }

    /// All that is known of the path.
    pub fn estimate(&self) -> Estimate {
        Estimate {
            bitrate: self.estimate,
            acknowledged: self.acknowledged.bitrate(),
            loss: if self.has_feedback { self.loss.average_loss() } else { self.reported },
            rtt: self.rtt.get(),
            usage: self.usage,
            loss_state: self.loss.state(),
            is_application_limited: self.application.since().is_some(),
            is_silent: self.silence.is_silent(),
            is_receivers_limit: self.is_receivers_limit,
        }
    }

    /// What queues on the path do: of all that is known the cheapest to ask.
    pub const fn usage(&self) -> Usage {
        self.usage
    }

    fn learn(&mut self, now: Instant, outcomes: &[Outcome]) {
        outcomes.iter().for_each(|outcome| self.acknowledged.on_outcome(outcome));
        self.trend.on_outcomes(now, outcomes);
        if let Some(wronged) = self.trend.take_wronged().filter(|rate| *rate > self.aimd.bitrate()) {
            self.aimd.set(now, self.within_bounds(wronged));
            self.loss.on_probe(wronged);
        }
        let usage = self.trend.usage();
        self.usage = usage;
        self.replace_guess(now);
        let measured = outcomes.iter().filter_map(|outcome| self.measure.on_outcome(outcome)).last();
        let acknowledged = self.acknowledged.bitrate();
        let is_application_limited = self.application.since().is_some();
        let was_lowered = match measured {
            Some(measured) if usage != Usage::Over => {
                self.take_probe(now, &measured);
                false
            }
            _ => {
                let has_competition =
                    usage == Usage::Over && self.trend.on_overuse(now, self.estimate, acknowledged);
                let rtt = self.rtt.get();
                let conditions = delay::Conditions {
                    usage,
                    sent: self.application.sent(),
                    acknowledged,
                    drained: (usage == Usage::Over).then(|| self.trend.drained()).flatten(),
                    rtt,
                    is_application_limited,
                    has_competition,
                };
                self.aimd.update(now, &conditions)
            }
        };
        let by_delay = self.within_bounds(self.aimd.bitrate());
        self.loss.on_outcomes(
            now,
            outcomes,
            &loss::Conditions { by_delay, acknowledged, is_application_limited },
        );
        self.settle(now);
        if was_lowered {
            self.schedule.on_decrease();
        }
    }

    /// The first picture is a burst: where it filled the link, it tells more than the rate that was guessed.
    fn replace_guess(&mut self, now: Instant) {
        if self.aimd.is_proven() {
            return;
        }
        if let Some(filled) = self.trend.filled().filter(|filled| *filled < self.aimd.bitrate()) {
            let used = Bitrate::bps((filled.as_bps() as f64 * USED_SHARE) as u64);
            self.aimd.set(now, self.within_bounds(used));
            self.schedule.skip_first();
        }
    }

    /// Whether nothing was sent for so long that what was known of queues is out of date.
    fn is_idle(&self, now: Instant) -> bool {
        let last = self.history.newest_sent_at();
        last.is_some_and(|last| now.saturating_duration_since(last) > OUT_OF_DATE)
    }

    fn take_probe(&mut self, now: Instant, measured: &Measured) {
        self.aimd.set(now, self.within_bounds(measured.bitrate));
        self.loss.on_probe(measured.bitrate);
        self.schedule.on_measured(now, measured);
    }

    fn settle(&mut self, now: Instant) {
        let by_delay = self.within_bounds(self.aimd.bitrate());
        let bound = self.loss.bound(by_delay);
        let limit = self.remb(now).filter(|limit| *limit <= bound);
        self.is_receivers_limit = limit.is_some();
        self.estimate = self.within_bounds(limit.unwrap_or(bound));
    }

    /// The receiver's own limit, while it counts.
    fn remb(&self, now: Instant) -> Option<Bitrate> {
        let is_fresh = |at: Instant| now.saturating_duration_since(at) < REMB_TIMEOUT;
        self.remb.filter(|(_, at)| is_fresh(*at)).map(|(limit, _)| limit)
    }

    fn within_bounds(&self, rate: Bitrate) -> Bitrate {
        rate.clamp(self.bounds.min, self.bounds.max)
    }
}

#[cfg(test)]
mod tests;
