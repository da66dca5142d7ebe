//! How long a publisher takes to send a packet again.

use std::time::Duration;

/// Longest that is believed: slower than that, repair is of no use to anybody.
pub(super) const LONGEST: Duration = Duration::from_secs(1);

/// From the first time a packet was asked for to its retransmission, smoothed.
///
/// Who only publishes answers none of our reports, so this is the one round trip there is. When a
/// packet was asked for more than once, nobody knows which request was answered (Karn's question):
/// it is taken to be the first. That says too much where the first was lost, so repetitions become
/// slower for a while; the other way round would, on a path longer than assumed, ask for everything
/// twice for ever.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RepairTime {
    smoothed: Option<Duration>,
}

impl RepairTime {
    /// A retransmission came so long after its packet was first asked for.
    pub(super) fn note(&mut self, took: Duration) {
        let took = took.min(LONGEST);
        self.smoothed = Some(self.smoothed.map_or(took, |before| (before * 7 + took) / 8));
    }

    /// When to ask again at the earliest: a quarter later than an answer usually comes. `None` before
    /// anything was repaired.
    pub(super) fn repeat_after(&self) -> Option<Duration> {
        self.smoothed.map(|smoothed| smoothed * 5 / 4)
    }
}

#[cfg(test)]
mod tests;
