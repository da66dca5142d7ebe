//! What the link carried when it was last full, and how much that varied.

use switchyard_vocab::units::Bitrate;

/// Weight of a measure taken when queues were growing. Smaller remembers longer.
const OVERUSE_WEIGHT: f64 = 0.05;

/// Weight of what a probe measured: it was meant to find out.
const PROBE_WEIGHT: f64 = 0.5;

/// Bounds of the variance, normalised by the rate, in kbit/s.
const VARIANCE_BOUNDS: (f64, f64) = (0.4, 2.5);

/// How many deviations away a rate is from another link.
const DEVIATIONS: f64 = 3.0;

/// The memory of a full link, in kbit/s.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkCapacity {
    estimate: Option<f64>,
    variance: f64,
}

impl LinkCapacity {
    /// Before it was ever full.
    pub(super) const UNKNOWN: Self = Self { estimate: None, variance: VARIANCE_BOUNDS.0 };

    pub(super) fn on_overuse(&mut self, acknowledged: Bitrate) {
        self.update(acknowledged, OVERUSE_WEIGHT);
    }

    pub(super) fn on_probe(&mut self, measured: Bitrate) {
        self.update(measured, PROBE_WEIGHT);
    }

    pub(super) const fn is_known(&self) -> bool {
        self.estimate.is_some()
    }

    pub(super) fn estimate(&self) -> Option<Bitrate> {
        self.estimate.map(bitrate)
    }

    /// Whether a rate can't belong to the link that is remembered.
    pub(super) fn is_above(&self, rate: Bitrate) -> bool {
        self.estimate.is_some_and(|estimate| kbps(rate) > estimate + self.deviation(estimate))
    }

    /// Whether a rate is too low for the link that is remembered.
    pub(super) fn is_below(&self, rate: Bitrate) -> bool {
        self.estimate.is_some_and(|estimate| kbps(rate) < estimate - self.deviation(estimate))
    }

    pub(super) const fn forget(&mut self) {
        self.estimate = None;
    }

    fn deviation(&self, estimate: f64) -> f64 {
        DEVIATIONS * (self.variance * estimate).sqrt()
    }

    fn update(&mut self, measured: Bitrate, weight: f64) {
        let measured = kbps(measured);
        let estimate = self.estimate.map_or(measured, |old| (1.0 - weight) * old + weight * measured);
        self.estimate = Some(estimate);
        let error = estimate - measured;
        let variance = (1.0 - weight) * self.variance + weight * error * error / estimate.max(1.0);
        let (least, most) = VARIANCE_BOUNDS;
        self.variance = variance.clamp(least, most);
    }
}

fn kbps(rate: Bitrate) -> f64 {
    rate.as_bps() as f64 / 1e3
}

const fn bitrate(kbps: f64) -> Bitrate {
    Bitrate::bps((kbps * 1e3) as u64)
}
