//! Whether a slope of delay means that queues grow: a threshold that adapts to the path.
//!
//! A fixed threshold is either deaf or starves beside flows that fill queues; this one follows the slopes it
//! sees, up slowly and down faster (draft-ietf-rmcat-gcc-02 §5.4).

use std::time::Instant;

use super::groups::Step;
use super::trendline::Trend;

/// Slopes are scaled by the number of steps they were measured by, up to this, and by [`GAIN`].
const MAX_STEPS: u32 = 60;

/// What a slope is multiplied by, to be compared with the threshold.
const GAIN: f64 = 4.0;

/// The threshold at the start, in milliseconds.
const INITIAL_THRESHOLD: f64 = 12.5;

/// It never leaves these bounds.
const THRESHOLD_BOUNDS: (f64, f64) = (6.0, 600.0);

/// How fast it rises towards slopes beyond it, per millisecond.
const RISE: f64 = 0.0087;

/// How fast it falls towards slopes below it.
const FALL: f64 = 0.039;

/// Slopes this far beyond it are spikes, such as a route change: it does not follow them.
const MAX_EXCESS: f64 = 15.0;

/// The longest step of adaptation, in milliseconds.
const MAX_ADAPTATION_MS: f64 = 100.0;

/// Slopes have to stay beyond the threshold for longer than this, in milliseconds.
const OVERUSE_MS: f64 = 10.0;

/// What queues are doing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Usage {
    /// They grow: more is sent than fits.
    Over,
    /// They stay as they are.
    #[default]
    Normal,
    /// They shrink.
    Under,
}

/// Compares slopes with the threshold.
#[derive(Debug)]
pub(super) struct Detector {
    threshold: f64,
    adapted_at: Option<Instant>,
    usage: Usage,
    /// For how long slopes have been beyond the threshold, and how many of them.
    over_for: Option<(f64, u32)>,
    last_slope: f64,
}

impl Default for Detector {
    fn default() -> Self {
        Self {
            threshold: INITIAL_THRESHOLD,
            adapted_at: None,
            usage: Usage::Normal,
            over_for: None,
            last_slope: 0.0,
        }
    }
}

impl Detector {
    pub(super) const fn usage(&self) -> Usage {
        self.usage
    }

    pub(super) fn on_trend(&mut self, now: Instant, step: &Step, trend: Trend) {
        if trend.steps < 2 {
            return;
        }
        let scaled = f64::from(trend.steps.min(MAX_STEPS)) * trend.slope * GAIN;
        if scaled > self.threshold {
            self.on_beyond(step.sent_apart_ms, trend.slope);
        } else {
            self.over_for = None;
            self.usage = if scaled < -self.threshold { Usage::Under } else { Usage::Normal };
        }
        self.last_slope = trend.slope;
        self.adapt(now, scaled);
    }

    /// One slope beyond the threshold is noise; several that do not fall are a queue.
    fn on_beyond(&mut self, step_ms: f64, slope: f64) {
        let (for_ms, count) =
            self.over_for.map_or((step_ms / 2.0, 1), |(ms, count)| (ms + step_ms, count + 1));
        self.over_for = Some((for_ms, count));
        if for_ms > OVERUSE_MS && count > 1 && slope >= self.last_slope {
            self.over_for = None;
            self.usage = Usage::Over;
        }
    }

    fn adapt(&mut self, now: Instant, scaled: f64) {
        let since = self.adapted_at.map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f64() * 1e3);
        self.adapted_at = Some(now);
        let distance = scaled.abs() - self.threshold;
        if distance > MAX_EXCESS {
            return;
        }
        let pace = if distance < 0.0 { FALL } else { RISE };
        let (least, most) = THRESHOLD_BOUNDS;
        let adapted = self.threshold + pace * distance * since.min(MAX_ADAPTATION_MS);
        self.threshold = adapted.clamp(least, most);
    }
}
