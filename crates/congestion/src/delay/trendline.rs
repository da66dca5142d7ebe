//! The slope of delay over time, by linear regression.

use std::collections::VecDeque;

use super::groups::Step;
use crate::packet::RemoteTime;

/// Groups the slope is drawn through. More is calmer and slower.
const WINDOW: usize = 20;

/// How much of the smoothed delay is kept with each group.
const SMOOTHING: f64 = 0.9;

/// Delay added up over time, smoothed.
#[derive(Debug, Default)]
pub(super) struct Trendline {
    start: Option<RemoteTime>,
    accumulated_ms: f64,
    smoothed_ms: f64,
    /// Time of arrival and smoothed delay, in milliseconds.
    points: VecDeque<(f64, f64)>,
    steps: u32,
    slope: f64,
}

/// Where delay is heading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Trend {
    /// Milliseconds of delay gained per millisecond.
    pub(super) slope: f64,
    /// How many steps it was measured by.
    pub(super) steps: u32,
}

impl Trendline {
    pub(super) fn add(&mut self, step: &Step) -> Trend {
        let start = *self.start.get_or_insert(step.arrival);
        self.steps = self.steps.saturating_add(1);
        self.accumulated_ms += step.delay_ms;
        self.smoothed_ms = SMOOTHING * self.smoothed_ms + (1.0 - SMOOTHING) * self.accumulated_ms;
        self.points.push_back((step.arrival.millis_since(start), self.smoothed_ms));
        if self.points.len() > WINDOW {
            self.points.pop_front();
        }
        if self.points.len() == WINDOW {
            self.slope = slope(&self.points).unwrap_or(self.slope);
        }
        Trend { slope: self.slope, steps: self.steps }
    }
}

/// Least squares; `None` when all points lie at one time.
fn slope(points: &VecDeque<(f64, f64)>) -> Option<f64> {
    let count = points.len() as f64;
    let (sum_x, sum_y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (numerator, denominator) = points.iter().fold((0.0, 0.0), |(above, below), (x, y)| {
        let dx = x - mean_x;
        (above + dx * (y - mean_y), below + dx * dx)
    });
    (denominator > 0.0).then(|| numerator / denominator)
}
