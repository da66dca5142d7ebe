//! What a user heard of what was spoken: each piece of sound in time, in whatever packet it came.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::client::stamp::Stamp;

/// By how much a piece may be later than the quickest one. Browsers play sound this long after it came: what a repeat
/// two packets later brings is still in time.
const IN_TIME: Duration = Duration::from_millis(60);

/// The pieces of one sound that came in time.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    pieces: BTreeSet<u32>,
    quickest: Option<Duration>,
}

impl Spoken {
    /// A copy of a piece of sound came.
    pub(super) fn on_arrival(&mut self, at: Duration, stamp: Stamp) {
        let took = at.saturating_sub(stamp.captured);
        let quickest = self.quickest.map_or(took, |quickest| quickest.min(took));
        self.quickest = Some(quickest);
        if took <= quickest + IN_TIME {
            self.pieces.insert(stamp.frame);
        }
    }

    /// How many there were from the first that came to the last, and how many of them did not come in time.
    pub(super) fn counts(&self) -> (u64, u64) {
        let (Some(first), Some(last)) = (self.pieces.first(), self.pieces.last()) else { return (0, 0) };
        let spoken = u64::from(last - first) + 1;
        (spoken, spoken - self.pieces.len() as u64)
    }
}
