//! The loss of the last few seconds.

use std::time::{Duration, Instant};

use super::trial::Sample;

/// How finely the window moves on, and how long it is. Shorter sees loss where there was bad luck, longer sees it
/// late.
const STEP: Duration = Duration::from_millis(500);
const STEPS: usize = 8;

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    told: u32,
    lost: u32,
}

/// Packets told of, step by step.
#[derive(Debug, Default)]
pub(super) struct Window {
    counts: [Count; STEPS],
    begun: Option<Instant>,
    newest: u64,
}

impl Window {
    pub(super) fn add(&mut self, now: Instant, told: u32, lost: u32) {
        let begun = *self.begun.get_or_insert(now);
        let step = (now.saturating_duration_since(begun).as_millis() / STEP.as_millis()) as u64;
        // Any so many steps in a row are all there are.
        for passed in (self.newest + 1..=step).take(STEPS) {
            self.counts[passed as usize % STEPS] = Count::default();
        }
        self.newest = self.newest.max(step);
        let count = &mut self.counts[self.newest as usize % STEPS];
        count.told = count.told.saturating_add(told);
        count.lost = count.lost.saturating_add(lost);
    }

    /// All of it.
    pub(super) fn sample(&self) -> Sample {
        let told = self.counts.iter().map(|count| u64::from(count.told)).sum();
        let lost = self.counts.iter().map(|count| u64::from(count.lost)).sum();
        Sample { told, lost }
    }

    /// The share that was lost, if at least so many were told of.
    pub(super) fn loss(&self, least: u32) -> Option<f64> {
        let Sample { told, lost } = self.sample();
        (told >= u64::from(least)).then(|| lost as f64 / told as f64)
    }
}
