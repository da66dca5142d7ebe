//! Pace: how often somebody may tell everybody something.

use std::time::{Duration, Instant};

/// How many times the rate may be used in a burst.
const BURST: u32 = 2;

/// A steady rate with a burst of twice as many (the generic cell rate algorithm: one instant says it all).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    /// When as much as was used would have been allowed one after the other.
    used_until: Option<Instant>,
}

impl Pace {
    /// Uses one, unless that is more than `per_second` allows.
    pub(crate) fn take(&mut self, now: Instant, per_second: u32) -> bool {
        self.take_many(now, 1, (per_second, per_second.max(1).saturating_mul(BURST)))
    }

    /// Uses `count` together or none of them, with a `burst` that is not twice the rate.
    pub(crate) fn take_many(&mut self, now: Instant, count: u32, (per_second, burst): (u32, u32)) -> bool {
        let spacing = Duration::from_secs(1) / per_second.max(1);
        let used_until = self.used_until.unwrap_or(now).max(now) + spacing.saturating_mul(count);
        let allowed = used_until.saturating_duration_since(now) <= spacing.saturating_mul(burst);
        if allowed {
            self.used_until = Some(used_until);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::epoch;

    #[test]
    fn a_burst_of_twice_the_rate_is_allowed_and_then_the_rate() {
        let (mut pace, now) = (Pace::default(), epoch());
        let burst = (0..100).filter(|_| pace.take(now, 5)).count();
        assert_eq!(burst, 10);

        let later = now + Duration::from_secs(1);
        assert_eq!((0..100).filter(|_| pace.take(later, 5)).count(), 5);
    }
}
