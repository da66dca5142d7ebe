//! Up while nothing stands against it, down at once when queues grow
//! (draft-ietf-rmcat-gcc-02 §5.5).
//!
//! ```text
//!             queues grow          queues shrink
//!  increase ─────────────► decrease ─► hold ◄──── (any)
//!     ▲                                 │
//!     └──────── queues are steady ──────┘
//! ```

use std::time::{Duration, Instant};

use switchyard_vocab::units::Bitrate;

use super::detector::Usage;
use super::link_capacity::LinkCapacity;

/// Share of what arrives that is sent after an overuse, so that queues empty.
const BACKOFF: f64 = 0.85;

/// What is taken off besides, so that low rates fall too.
const BACKOFF_OFFSET: f64 = 5_000.0;

/// The same where others fill the queue: loss tells when to give way.
const BACKOFF_IN_COMPETITION: f64 = 0.98;

/// … as long as this share of what is sent arrives. Others take more little by little; where less arrives the link
/// itself has become narrow.
const MOST: f64 = 0.75;

/// Growth per second far from where the link was full last.
const GROWTH_PER_SECOND: f64 = 1.08;

/// The least growth, and all there is near where the link was full last, in bits per second and second: a large packet per response of
/// a usual network (200 ms there and back, 100 ms to be noticed, twice). The same for every path and rate, so
/// that flows which share a link end with equal shares.
const ADDITIVE: f64 = 1_200.0 * 8.0 / 0.6;

/// Sending so many times what the link was full with, without a queue, shows that it is wider by now.
const OUTGROWN: f64 = 1.03;

/// The rate is not raised past so many times what arrives, and [`MARGIN`]: what was never sent proves nothing.
const MAX_OVER_ACKNOWLEDGED: f64 = 1.5;

/// See [`MAX_OVER_ACKNOWLEDGED`]; in bits per second.
const MARGIN: f64 = 10_000.0;

/// A second decrease waits this long at least, and at most.
const DECREASE_PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));

/// Less than this share of the rate arriving calls for another decrease at once.
const COLLAPSE: f64 = 0.5;

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Direction {
    #[default]
    Hold,
    Increase,
}

/// The rate that delay allows.
#[derive(Debug)]
pub struct Aimd {
    rate: f64,
    direction: Direction,
    /// It has been lowered, measured or seen to arrive once: before, the start rate is nothing but a guess.
    is_proven: bool,
    link: LinkCapacity,
    /// When the rate changed last, and when it was lowered last.
    changed_at: Option<Instant>,
    lowered_at: Option<Instant>,
}

/// What the rate is changed by.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// What queues do.
    pub usage: Usage,
    /// What is sent, if that is less than may be.
    pub sent: Option<Bitrate>,
    /// What arrives.
    pub acknowledged: Option<Bitrate>,
    /// What arrives while the link's queue is not empty: what it carries.
    pub drained: Option<Bitrate>,
    /// Time there and back.
    pub rtt: Duration,
    /// Less is sent than may be: growth would prove nothing.
    pub is_application_limited: bool,
    /// Others fill the queue: giving way would not empty it.
    pub has_competition: bool,
}

impl Conditions {
    /// What the link carries, as far as is known.
    fn carried(&self) -> Option<Bitrate> {
        self.drained.or(self.acknowledged)
    }
}

impl Aimd {
    /// Starts with a guess.
    pub const fn new(start: Bitrate) -> Self {
        Self {
            rate: start.as_bps() as f64,
            direction: Direction::Hold,
            is_proven: false,
            link: LinkCapacity::UNKNOWN,
            changed_at: None,
            lowered_at: None,
        }
    }

    /// The rate.
    pub const fn bitrate(&self) -> Bitrate {
        Bitrate::bps(self.rate as u64)
    }

    /// Whether the rate is more than the guess it started with.
    pub const fn is_proven(&self) -> bool {
        self.is_proven
    }

    /// Something else says that this much fits: a probe, or whoever knows the path.
    pub fn set(&mut self, now: Instant, rate: Bitrate) {
        self.link.on_probe(rate);
        self.put(now, rate.as_bps() as f64);
        self.is_proven = true;
    }

    /// Nothing is known any more: only this share of the rate from now on.
    pub fn set_lower(&mut self, now: Instant, factor: f64) {
        self.put(now, self.rate * factor);
        self.direction = Direction::Hold;
    }

    /// Changes the rate. Returns whether it was lowered for growing queues.
    pub fn update(&mut self, now: Instant, conditions: &Conditions) -> bool {
        match conditions.usage {
            Usage::Over => return self.decrease(now, conditions),
            Usage::Under => self.direction = Direction::Hold,
            Usage::Normal => {
                if self.direction == Direction::Increase {
                    self.increase(now, conditions);
                } else {
                    self.direction = Direction::Increase;
                    self.changed_at = Some(now);
                }
            }
        }
        false
    }

    fn increase(&mut self, now: Instant, conditions: &Conditions) {
        let elapsed =
            self.changed_at.map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f64().min(1.0));
        if conditions.acknowledged.is_some_and(|rate| self.link.is_above(rate) || self.has_outgrown(rate)) {
            self.link.forget();
        }
        self.is_proven |=
            conditions.acknowledged.is_some_and(|rate| rate.as_bps() as f64 >= BACKOFF * self.rate);
        let multiplicative = self.rate * (GROWTH_PER_SECOND.powf(elapsed) - 1.0);
        let growth = if self.link.is_known() { 0.0 } else { multiplicative };
        let growth = growth.max(ADDITIVE * elapsed);
        let limit = if conditions.is_application_limited {
            self.rate
        } else {
            conditions.acknowledged.map_or(f64::INFINITY, |acknowledged| {
                MAX_OVER_ACKNOWLEDGED * acknowledged.as_bps() as f64 + MARGIN
            })
        };
        if self.rate < limit {
            self.rate = (self.rate + growth).min(limit);
        }
        self.changed_at = Some(now);
    }

    /// Whether more arrives than the link was full with, and more is sent by a margin: it is wider by now.
    fn has_outgrown(&self, acknowledged: Bitrate) -> bool {
        self.link
            .estimate()
            .is_some_and(|known| acknowledged > known && self.rate > OUTGROWN * known.as_bps() as f64)
    }

    fn decrease(&mut self, now: Instant, conditions: &Conditions) -> bool {
        if !self.may_decrease(now, conditions) {
            return false;
        }
        self.direction = Direction::Hold;
        self.lowered_at = Some(now);
        let sent = conditions.sent.map_or(self.rate, |sent| self.rate.min(sent.as_bps() as f64));
        let carries_most = |rate: Bitrate| rate.as_bps() as f64 >= MOST * sent;
        if conditions.has_competition && conditions.carried().is_none_or(carries_most) {
            self.put(now, self.rate * BACKOFF_IN_COMPETITION);
            return true;
        }
        let Some(carried) = conditions.carried() else {
            // Nothing is known of what arrives: halve a guess, leave a rate that was proven.
            let lowered = if self.is_proven { self.rate } else { self.rate / 2.0 };
            self.put(now, lowered);
            return true;
        };
        self.put(now, self.lowered(carried.as_bps() as f64));
        if self.link.is_below(carried) {
            self.link.forget();
        }
        self.link.on_overuse(carried);
        self.is_proven = true;
        true
    }

    /// Below what arrives; where that is more than the rate itself, below what the link is known to carry.
    fn lowered(&self, arrives: f64) -> f64 {
        let below = |rate: f64| rate * BACKOFF - BACKOFF_OFFSET;
        let lowered = below(arrives);
        let known = self.link.estimate().map(|known| BACKOFF * known.as_bps() as f64);
        let lowered = if lowered > self.rate { known.unwrap_or(lowered) } else { lowered };
        lowered.min(self.rate).max(0.0)
    }

    /// Not before the last decrease can have shown, unless hardly anything arrives.
    fn may_decrease(&self, now: Instant, conditions: &Conditions) -> bool {
        let (least, most) = DECREASE_PAUSE;
        let pause = conditions.rtt.clamp(least, most);
        let is_time = self.lowered_at.is_none_or(|at| now.saturating_duration_since(at) >= pause);
        let collapsed =
            conditions.carried().is_some_and(|rate| (rate.as_bps() as f64) < COLLAPSE * self.rate);
        is_time || collapsed
    }

    const fn put(&mut self, now: Instant, rate: f64) {
        self.rate = rate;
        self.changed_at = Some(now);
    }
}
