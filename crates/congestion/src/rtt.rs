//! Time there and back, by feedback.

use std::time::{Duration, Instant};

use crate::packet::Outcome;

/// What it is taken to be before anything is known.
const INITIAL: Duration = Duration::from_millis(200);

/// Share of a new measure in the smoothed value.
const WEIGHT: f64 = 0.125;

/// A longer one is taken for this.
const LONGEST: Duration = Duration::from_secs(10);

/// The smoothed round trip.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rtt {
    smoothed: Option<f64>,
}

impl Rtt {
    /// The round trip as far as it is known.
    pub fn get(&self) -> Duration {
        self.smoothed.map_or(INITIAL, Duration::from_secs_f64)
    }

    /// Takes in a report that came now. Its last packet had waited least for the report to leave.
    pub fn on_outcomes(&mut self, now: Instant, outcomes: &[Outcome]) {
        let last = outcomes.iter().filter_map(|outcome| Some((outcome.arrival()?, outcome.sent.at))).max();
        if let Some((_, sent_at)) = last {
            self.add(now.saturating_duration_since(sent_at));
        }
    }

    /// Takes in a measure from elsewhere, such as a receiver report.
    pub fn add(&mut self, measured: Duration) {
        let measured = measured.min(LONGEST).as_secs_f64();
        let old = self.smoothed.unwrap_or(measured);
        self.smoothed = Some(old + WEIGHT * (measured - old));
    }
}
