//! What loss tells: how much fits where queues are too short to grow.
//!
//! A path is taken to lose some packets whatever is sent (its *inherent* loss: radio), and to lose all that
//! goes beyond its bandwidth. Which pair of the two explains the losses of the last seconds best? A few
//! candidates are weighed by likelihood; with little loss the higher bandwidth is preferred, so that the
//! bound rises again. This is the model of libwebrtc's later loss-based estimator: unlike a fixed threshold it
//! stands a steady 10 % of radio loss without giving up the picture.

mod channel;
mod observations;

use std::time::{Duration, Instant};

use switchyard_vocab::units::Bitrate;

use crate::packet::Outcome;
use channel::Channel;
use observations::Observations;

/// What candidates try of the present bandwidth: a little more, the same, less.
const FACTORS: [f64; 3] = [1.02, 1.0, 0.95];

/// Beyond so much loss, whatever its cause, ever less may be sent: see [`INSTANT_BALANCE`]. Radio alone loses a tenth
/// at times, and repairs make up for it; a full link shows by its queue before.
const INSTANT_OFFSET: f64 = 0.10;

/// What may be sent is this, in bits per second, divided by the loss beyond [`INSTANT_OFFSET`].
const INSTANT_BALANCE: f64 = 100_000.0;

/// While loss limits, the bound stays within so many times what arrives, …
const RAMP_UP: f64 = 1.5;

/// … and closer while a rise that failed is not long ago.
const RAMP_UP_ON_HOLD: f64 = 1.2;

/// The bound rises by no more than this factor within [`RISE_WINDOW`].
const MAX_RISE: f64 = 1.3;

/// See [`MAX_RISE`].
const RISE_WINDOW: Duration = Duration::from_millis(300);

/// After a decrease the bound is held for this long, twice as long after each that follows soon, …
const FIRST_HOLD: Duration = Duration::from_millis(300);

/// … and never for longer than this.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// Whether loss limits what is sent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LossState {
    /// It does not: delay, or nothing, does.
    #[default]
    NotLimiting,
    /// It does, and the bound falls or stays.
    Decreasing,
    /// It does, and the bound rises.
    Increasing,
}

/// The bound by loss.
#[derive(Debug, Default)]
pub struct LossBound {
    observations: Observations,
    channel: Option<Channel>,
    state: LossState,
    hold: Option<Hold>,
    rise: Option<Rise>,
}

/// Not to rise past `limit` until `ends`.
#[derive(Clone, Copy, Debug)]
struct Hold {
    ends: Instant,
    lasts: Duration,
    limit: f64,
}

/// Not to rise past `limit` within a window.
#[derive(Clone, Copy, Debug)]
struct Rise {
    ends: Instant,
    limit: f64,
}

/// What the bound is held against.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// What delay allows.
    pub by_delay: Bitrate,
    /// What arrives.
    pub acknowledged: Option<Bitrate>,
    /// Less is sent than may be.
    pub is_application_limited: bool,
}

impl LossBound {
    /// Takes in what one report told.
    pub fn on_outcomes(&mut self, now: Instant, outcomes: &[Outcome], conditions: &Conditions) {
        if !self.observations.add(outcomes) {
            return;
        }
        let by_delay = conditions.by_delay.as_bps() as f64;
        let current = self.channel.unwrap_or_else(|| Channel::new(by_delay));
        let best = self.best_candidate(current, conditions);
        let bandwidth = self.restrain(now, current, best, conditions);
        self.note(now, current.bandwidth, bandwidth, by_delay);
        self.channel = Some(Channel { bandwidth, ..best });
    }

    /// What loss allows, of what delay allows.
    pub fn bound(&self, by_delay: Bitrate) -> Bitrate {
        let bandwidth = self.channel.map_or(f64::INFINITY, |channel| channel.bandwidth);
        let bound = bandwidth.min(self.instant_bound());
        if bound < by_delay.as_bps() as f64 { Bitrate::bps(bound as u64) } else { by_delay }
    }

    /// Whether loss limits what is sent.
    pub const fn state(&self) -> LossState {
        self.state
    }

    /// The share of bytes lost, lately.
    pub fn average_loss(&self) -> f64 {
        self.observations.average_loss()
    }

    /// A probe got this much through: the bound need not stay below.
    pub fn on_probe(&mut self, measured: Bitrate) {
        if let Some(channel) = &mut self.channel {
            channel.bandwidth = channel.bandwidth.max(measured.as_bps() as f64);
        }
    }

    fn best_candidate(&self, current: Channel, conditions: &Conditions) -> Channel {
        let acknowledged = conditions
            .acknowledged
            .filter(|_| !conditions.is_application_limited)
            .map(|rate| rate.as_bps() as f64);
        let by_delay = conditions.by_delay.as_bps() as f64;
        let bias = self.observations.average_loss();
        let bandwidths = FACTORS
            .iter()
            .map(|factor| factor * current.bandwidth)
            .chain(acknowledged)
            .chain(Some(by_delay).filter(|rate| *rate > current.bandwidth));
        bandwidths
            .map(|bandwidth| Channel { bandwidth, ..current }.fitted(&self.observations))
            .map(|channel| (channel.objective(&self.observations, bias), channel))
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map_or(current, |(_, channel)| channel)
    }

    /// However likely a candidate is, the bound rises with care.
    fn restrain(&self, now: Instant, current: Channel, best: Channel, conditions: &Conditions) -> f64 {
        let by_delay = conditions.by_delay.as_bps() as f64;
        let mut bandwidth = best.bandwidth;
        if bandwidth > current.bandwidth {
            // More is lost than the path would lose by itself: then it is not the time to send more.
            if self.observations.average_loss() > best.inherent_loss {
                bandwidth = current.bandwidth;
            }
            if self.state != LossState::NotLimiting {
                let limits =
                    [self.ramp_up_limit(now, conditions), self.rise_limit(now), self.hold_limit(now)];
                let limit = limits.into_iter().fold(f64::INFINITY, f64::min);
                bandwidth = bandwidth.min(limit.max(current.bandwidth));
            }
        }
        bandwidth.min(by_delay)
    }

    fn ramp_up_limit(&self, now: Instant, conditions: &Conditions) -> f64 {
        let factor = if self.hold.is_some_and(|hold| now < hold.ends) { RAMP_UP_ON_HOLD } else { RAMP_UP };
        // Of one who has little to send, what arrives says nothing of what would.
        let acknowledged = conditions.acknowledged.filter(|_| !conditions.is_application_limited);
        acknowledged.map_or(f64::INFINITY, |rate| factor * rate.as_bps() as f64)
    }

    fn rise_limit(&self, now: Instant) -> f64 {
        self.rise.filter(|rise| now < rise.ends).map_or(f64::INFINITY, |rise| rise.limit)
    }

    fn hold_limit(&self, now: Instant) -> f64 {
        self.hold.filter(|hold| now < hold.ends).map_or(f64::INFINITY, |hold| hold.limit)
    }

    fn note(&mut self, now: Instant, before: f64, after: f64, by_delay: f64) {
        let was = self.state;
        self.state = if after >= by_delay {
            LossState::NotLimiting
        } else if after > before || after == before && was == LossState::Increasing {
            LossState::Increasing
        } else {
            LossState::Decreasing
        };
        if after < before && after < by_delay {
            let lasts = self.hold.map_or(FIRST_HOLD, |hold| (hold.lasts * 2).min(LONGEST_HOLD));
            let lasts =
                if was == LossState::Decreasing { self.hold.map_or(lasts, |hold| hold.lasts) } else { lasts };
            self.hold = Some(Hold { ends: now + lasts, lasts, limit: after });
        }
        if self.state == LossState::NotLimiting {
            self.hold = None;
            self.rise = None;
        } else if self.rise.is_none_or(|rise| now >= rise.ends) {
            self.rise = Some(Rise { ends: now + RISE_WINDOW, limit: after * MAX_RISE });
        }
    }

    /// A path that loses this much is not to be pressed, whatever the model says.
    fn instant_bound(&self) -> f64 {
        let beyond = self.observations.average_loss() - INSTANT_OFFSET;
        if beyond > 0.0 { INSTANT_BALANCE / beyond } else { f64::INFINITY }
    }
}

#[cfg(test)]
mod tests;
