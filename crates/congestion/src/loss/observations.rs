//! What was lost of what was sent, by stretches of time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::packet::{Fate, Outcome};

/// A stretch is at least this long. Longer is calmer, and slower to see a link that has become full.
const STRETCH: Duration = Duration::from_millis(250);

/// Stretches looked at: about four seconds.
const WINDOW: usize = 15;

/// Nothing is said before so many of them.
const MIN_STRETCHES: usize = 3;

/// Weight of a stretch beside the one that follows it.
const AGEING: f64 = 0.9;

/// One stretch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observation {
    pub(super) lost_kb: f64,
    pub(super) received_kb: f64,
    /// The rate at which it was sent.
    pub(super) sending_bps: f64,
}

/// The last stretches, oldest first.
#[derive(Debug, Default)]
pub(super) struct Observations {
    done: VecDeque<Observation>,
    /// The end of the last stretch.
    since: Option<Instant>,
    last_sent: Option<Instant>,
    lost: u64,
    received: u64,
}

impl Observations {
    /// Adds what became of packets. Returns whether a stretch has ended by it, and there are enough of them.
    pub(super) fn add(&mut self, outcomes: &[Outcome]) -> bool {
        for outcome in outcomes {
            let bytes = outcome.sent.size.as_bytes();
            match outcome.fate {
                Fate::Arrived(_) => self.received += bytes,
                Fate::Missing => self.lost += bytes,
                // It was counted as lost, maybe in a stretch that is closed: close enough.
                Fate::ArrivedLate(_) => {
                    self.lost = self.lost.saturating_sub(bytes);
                    self.received += bytes;
                }
                Fate::Unreported => continue,
            }
            self.since = Some(self.since.unwrap_or(outcome.sent.at));
            self.last_sent = Some(self.last_sent.map_or(outcome.sent.at, |last| last.max(outcome.sent.at)));
        }
        self.close() && self.done.len() >= MIN_STRETCHES
    }

    /// Stretches with their weights.
    pub(super) fn weighted(&self) -> impl Iterator<Item = (f64, &Observation)> {
        self.done.iter().rev().scan(1.0, |weight, observation| {
            let of_this = *weight;
            *weight *= AGEING;
            Some((of_this, observation))
        })
    }

    /// The share of bytes lost, the latest counting most.
    pub(super) fn average_loss(&self) -> f64 {
        let (lost, all) = self.weighted().fold((0.0, 0.0), |(lost, all), (weight, seen)| {
            (lost + weight * seen.lost_kb, all + weight * (seen.lost_kb + seen.received_kb))
        });
        if all > 0.0 && self.done.len() >= MIN_STRETCHES { lost / all } else { 0.0 }
    }

    fn close(&mut self) -> bool {
        let (Some(since), Some(last)) = (self.since, self.last_sent) else { return false };
        let elapsed = last.saturating_duration_since(since);
        if elapsed < STRETCH {
            return false;
        }
        let (lost, received) = (std::mem::take(&mut self.lost), std::mem::take(&mut self.received));
        self.since = Some(last);
        let sending_bps = (lost + received) as f64 * 8.0 / elapsed.as_secs_f64();
        let kilobytes = |bytes: u64| bytes as f64 / 1e3;
        self.done.push_back(Observation {
            lost_kb: kilobytes(lost),
            received_kb: kilobytes(received),
            sending_bps,
        });
        if self.done.len() > WINDOW {
            self.done.pop_front();
        }
        true
    }
}
