//! When to probe, and how fast.
//!
//! ```text
//! start ──► 3×, 6× the start rate ──► while probes succeed: 2× what got through ──► at rest
//! nobody knows what is needed, and less is sent than may be:  2× every 5 s
//! somebody needs more:       that much, and again ever later while it does not fit
//! less than there was lately: as much again, every 2 s
//! queues grow, or loss limits: never
//! ```

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use switchyard_vocab::units::Bitrate;

use super::cluster::{Cluster, QUICK, THOROUGH};
use super::measure::Measured;
use crate::packet::ClusterId;

/// Probes at the start, as multiples of the start rate.
const FIRST: [f64; 2] = [3.0, 6.0];

/// The first probes are no faster than this many times what is needed.
const FIRST_MARGIN: f64 = 2.0;

/// What got through is doubled in the next probe, …
const FURTHER: f64 = 2.0;

/// … provided that this share of the last one did.
const SUCCESS_SHARE: f64 = 0.7;

/// A result that is not there by then does not come.
const RESULT_TIMEOUT: Duration = Duration::from_secs(1);

/// How often is probed while less is sent than may be.
const AT_REST_INTERVAL: Duration = Duration::from_secs(5);

/// How much, of the present rate.
const AT_REST: f64 = 2.0;

/// How soon is probed for somebody who needs more; later by [`PATIENCE`] after each that failed, …
const NEED_INTERVAL: Duration = Duration::from_secs(3);

/// See [`NEED_INTERVAL`].
const PATIENCE: f64 = 1.5;

/// … and no later than this: a link that has widened is found in that time. At 6 s a probe of 100 ms at one and a
/// half times the rate adds three percent at most.
const MAX_NEED_INTERVAL: Duration = Duration::from_secs(6);

/// A probe for a need asks for a little more, so that what fits is not at once too much.
const NEED_MARGIN: f64 = 1.1;

/// A probe that finds this many times what there was has found a change.
const BETTER_SHARE: f64 = 1.2;

/// A need below this share of the last is another one.
const EASIER_SHARE: f64 = 0.8;

/// A probe is no faster than this many times what fits now: a wrong guess floods the path.
const MAX_FACTOR: f64 = 2.0;

/// Below this share of what there was lately, something was in the way that may be over: …
const DROP_SHARE: f64 = 0.66;

/// … then as much as this share of it is tried, …
const RECOVERY_SHARE: f64 = 0.85;

/// … once in this time, after nothing stood against it for as long.
const RECOVERY_INTERVAL: Duration = Duration::from_secs(2);

/// A probe of which less than this share got through has filled the link.
const FILLED_SHARE: f64 = 0.9;

/// What there was is forgotten at this pace, per second.
const FORGETTING: f64 = 0.98;

/// Clusters that may wait to be sent.
const MAX_WAITING: usize = 5;

/// A probe faster than this shows no more than this: nobody needs it.
const CEILING: Bitrate = Bitrate::mbps(20);

/// What a probe is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// What may be sent.
    pub rate: Bitrate,
    /// Since when less is sent.
    pub application_limited_since: Option<Instant>,
    /// Queues grow, or loss limits: a probe would do harm and show nothing.
    pub is_congested: bool,
    /// Something was heard from the receiver: before, there is enough on the way that tells of the path.
    pub is_known: bool,
}

/// What all tracks together could use.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Need {
    /// Nobody has said.
    #[default]
    Unknown,
    /// No more than is sent: there is nothing to probe for.
    Nothing,
    /// So much, were there room for it.
    For(Bitrate),
}

/// Decides on clusters.
#[derive(Debug, Default)]
pub struct Schedule {
    next_id: u32,
    waiting: VecDeque<Cluster>,
    /// The first probes have been ordered.
    is_started: bool,
    /// The probe whose result decides whether to go on, and until when it is waited for.
    pending: Option<(Bitrate, Instant)>,
    last_at: Option<Instant>,
    need: Need,
    search: Search,
    peak: Peak,
    /// What fitted when this was looked at last, in bits per second.
    rate: f64,
    /// Since when nothing stands against a probe.
    clear_since: Option<Instant>,
}

/// How probing for a need goes.
#[derive(Clone, Copy, Debug)]
struct Search {
    interval: Duration,
    next_at: Option<Instant>,
}

impl Default for Search {
    fn default() -> Self {
        Self { interval: NEED_INTERVAL, next_at: None }
    }
}

/// The highest rate of late, in bits per second.
#[derive(Clone, Copy, Debug, Default)]
struct Peak {
    bps: f64,
    at: Option<Instant>,
}

impl Schedule {
    /// The next cluster to be sent.
    pub fn poll(&mut self) -> Option<Cluster> {
        self.waiting.pop_front()
    }

    /// Replaces what is needed. A need that is much smaller than the last is searched for anew.
    pub fn set_need(&mut self, need: Need) {
        let is_easier = match (self.need, need) {
            (Need::For(before), Need::For(now)) => {
                (now.as_bps() as f64) < EASIER_SHARE * before.as_bps() as f64
            }
            (_, Need::For(_)) => true,
            (_, Need::Unknown | Need::Nothing) => false,
        };
        self.need = need;
        if is_easier {
            self.search = Search::default();
        }
    }

    /// Something was measured: goes on while it succeeds.
    pub fn on_measured(&mut self, now: Instant, measured: &Measured) {
        let is_enough = matches!(self.need, Need::For(needed) if measured.bitrate >= needed);
        let is_better = measured.bitrate.as_bps() as f64 > BETTER_SHARE * self.rate;
        if is_enough || is_better {
            self.search.interval = NEED_INTERVAL;
        }
        if is_better {
            // Something has changed, and there may be more of it: it is worth another look.
            self.search.next_at = Some(now + RESULT_TIMEOUT);
        }
        if (measured.bitrate.as_bps() as f64) < FILLED_SHARE * measured.cluster.bitrate.as_bps() as f64 {
            // The link was full: what there was before is no more.
            self.peak.bps = self.peak.bps.min(measured.bitrate.as_bps() as f64);
        }
        let Some((probed, _)) = self.pending.filter(|(probed, _)| measured.cluster.bitrate >= *probed) else {
            return;
        };
        let got_through = measured.bitrate.as_bps() as f64;
        self.pending = None;
        if got_through > SUCCESS_SHARE * probed.as_bps() as f64 {
            self.order(now, got_through * FURTHER, Then::GoOn);
        }
    }

    /// The link was seen full before the first probes: there is nothing they could find out.
    pub const fn skip_first(&mut self) {
        self.is_started = true;
    }

    /// The rate fell: what was planned for the old one is off.
    pub fn on_decrease(&mut self) {
        self.pending = None;
        self.waiting.clear();
    }

    /// Looks whether it is time.
    pub fn on_time(&mut self, now: Instant, conditions: &Conditions) {
        if self.pending.is_some_and(|(_, until)| now > until) {
            self.pending = None;
        }
        if !conditions.is_known {
            return;
        }
        if !self.is_started && self.need != Need::Nothing && !conditions.is_congested {
            self.is_started = true;
            self.order_first(now, conditions.rate.as_bps() as f64);
            return;
        }
        let rate = conditions.rate.as_bps() as f64;
        self.rate = rate;
        let peak = self.peak.update(now, rate);
        if conditions.is_congested {
            self.clear_since = None;
            return;
        }
        let clear_since = *self.clear_since.get_or_insert(now);
        if self.pending.is_some() || !self.waiting.is_empty() {
            return;
        }
        let goal = self.recovery(now, rate, peak, clear_since).or_else(|| self.needed(now, rate));
        if let Some(goal) = goal {
            self.order(now, goal.min(rate * MAX_FACTOR), Then::Stop);
        } else if self.is_at_rest(now, conditions) {
            self.order(now, rate * AT_REST, Then::GoOn);
        }
    }

    /// When [`on_time`](Self::on_time) may have something to do next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let pending = self.pending.map(|(_, until)| until);
        let need = self.search.next_at.filter(|_| matches!(self.need, Need::For(_)));
        let at_rest = self.last_at.map(|last| last + AT_REST_INTERVAL);
        [pending, need, at_rest].into_iter().flatten().min()
    }

    /// The first probes, no faster than what is needed and a margin.
    fn order_first(&mut self, now: Instant, rate: f64) {
        let most = match self.need {
            Need::For(needed) => needed.as_bps() as f64 * FIRST_MARGIN,
            Need::Unknown | Need::Nothing => f64::MAX,
        };
        for factor in FIRST {
            self.order(now, (rate * factor).min(most), Then::GoOn);
            if rate * factor >= most {
                return;
            }
        }
    }

    fn recovery(&self, now: Instant, rate: f64, peak: f64, clear_since: Instant) -> Option<f64> {
        let since = self.last_at.map_or(clear_since, |last| last.max(clear_since));
        let is_time = now.saturating_duration_since(since) >= RECOVERY_INTERVAL;
        (is_time && rate < DROP_SHARE * peak).then_some(peak * RECOVERY_SHARE)
    }

    fn needed(&mut self, now: Instant, rate: f64) -> Option<f64> {
        let Need::For(needed) = self.need else { return None };
        let goal = needed.as_bps() as f64 * NEED_MARGIN;
        if rate >= goal || self.search.next_at.is_some_and(|at| now < at) {
            return None;
        }
        self.search.next_at = Some(now + self.search.interval);
        self.search.interval = self.search.interval.mul_f64(PATIENCE).min(MAX_NEED_INTERVAL);
        Some(goal)
    }

    fn is_at_rest(&self, now: Instant, conditions: &Conditions) -> bool {
        let Some(since) = conditions.application_limited_since else { return false };
        if self.need != Need::Unknown {
            return false;
        }
        let since = self.last_at.map_or(since, |last| last.max(since));
        now.saturating_duration_since(since) >= AT_REST_INTERVAL
    }

    fn order(&mut self, now: Instant, bps: f64, then: Then) {
        if self.waiting.len() >= MAX_WAITING {
            return;
        }
        let bitrate = Bitrate::bps(bps as u64).min(CEILING);
        self.next_id = self.next_id.wrapping_add(1);
        let lasts = if then == Then::GoOn { QUICK } else { THOROUGH };
        self.waiting.push_back(Cluster { id: ClusterId(self.next_id), bitrate, lasts });
        self.last_at = Some(now);
        let goes_on = then == Then::GoOn && bitrate < CEILING;
        self.pending = goes_on.then(|| (bitrate, now + RESULT_TIMEOUT));
    }
}

/// What follows a probe that succeeds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Then {
    /// A faster one: each is a quick look.
    GoOn,
    /// Nothing: it was to find out about one rate.
    Stop,
}

impl Peak {
    fn update(&mut self, now: Instant, bps: f64) -> f64 {
        let elapsed = self.at.map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f64());
        self.at = Some(now);
        self.bps = (self.bps * FORGETTING.powf(elapsed)).max(bps);
        self.bps
    }
}

#[cfg(test)]
mod tests;
