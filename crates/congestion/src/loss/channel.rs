//! A path as loss sees it: what it loses by itself, and where it is full.

use super::observations::{Observation, Observations};

/// What a path is taken to lose before anything is known.
const INITIAL_INHERENT: f64 = 0.01;

/// No path loses less.
const LEAST_INHERENT: f64 = 1e-3;

/// A path does not lose more than this by itself, and [`INHERENT_BALANCE`] divided by its bandwidth.
const INHERENT_OFFSET: f64 = 0.05;

/// See [`INHERENT_OFFSET`]; in bits per second.
const INHERENT_BALANCE: f64 = 100_000.0;

/// How far each step goes towards the inherent loss that explains the observations best.
const STEP: f64 = 0.75;

/// How much a higher bandwidth is preferred per kbit/s, …
const PREFERENCE: f64 = 0.000_2;

/// … and per natural logarithm of it.
const LOG_PREFERENCE: f64 = 0.02;

/// With more loss than this the lower bandwidth is preferred instead.
const PREFERENCE_LOSS: f64 = 0.15;

/// How soft the change between the two is.
const PREFERENCE_SOFTNESS: f64 = 0.002;

/// No event is taken for impossible, or for certain.
const LEAST_PROBABILITY: f64 = 1e-6;

/// A path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    /// Bits per second beyond which everything is lost.
    pub(super) bandwidth: f64,
    /// Share that is lost in any case.
    pub(super) inherent_loss: f64,
}

impl Channel {
    pub(super) const fn new(bandwidth: f64) -> Self {
        Self { bandwidth, inherent_loss: INITIAL_INHERENT }
    }

    /// The same bandwidth with the inherent loss that explains the observations better: one step of Newton's
    /// method.
    pub(super) fn fitted(self, observations: &Observations) -> Self {
        let (mut first, mut second) = (0.0, 0.0);
        for (weight, seen) in observations.weighted() {
            let lost = self.loss_probability(seen);
            first += weight * (seen.lost_kb / lost - seen.received_kb / (1.0 - lost));
            second -= weight * (seen.lost_kb / lost.powi(2) + seen.received_kb / (1.0 - lost).powi(2));
        }
        let step = if second < 0.0 { STEP * first / second } else { 0.0 };
        let most = (INHERENT_OFFSET + INHERENT_BALANCE / self.bandwidth.max(1.0)).clamp(LEAST_INHERENT, 1.0);
        Self { inherent_loss: (self.inherent_loss - step).clamp(LEAST_INHERENT, most), ..self }
    }

    /// How well this path explains what was observed, with a preference for bandwidth.
    pub(super) fn objective(self, observations: &Observations, average_loss: f64) -> f64 {
        let preference = self.preference(average_loss);
        let of_one = |(weight, seen): (f64, &Observation)| {
            let lost = self.loss_probability(seen);
            let likelihood = seen.lost_kb * lost.ln() + seen.received_kb * (1.0 - lost).ln();
            weight * (likelihood + preference * (seen.lost_kb + seen.received_kb))
        };
        observations.weighted().map(of_one).sum()
    }

    fn loss_probability(self, seen: &Observation) -> f64 {
        let beyond = (1.0 - self.bandwidth / seen.sending_bps.max(1.0)).max(0.0);
        let lost = self.inherent_loss + (1.0 - self.inherent_loss) * beyond;
        lost.clamp(LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
    }

    fn preference(self, average_loss: f64) -> f64 {
        let distance = PREFERENCE_LOSS - average_loss;
        let direction = distance / (PREFERENCE_SOFTNESS + distance.abs());
        let kbps = self.bandwidth / 1e3;
        direction * (PREFERENCE * kbps + LOG_PREFERENCE * (1.0 + kbps).ln())
    }
}
