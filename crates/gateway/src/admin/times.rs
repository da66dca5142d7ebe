//! Moments as callers read them: milliseconds since 1970.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A moment of the monotonic clock, by what the wall clock says now.
pub(super) fn millis(at: Instant) -> u64 {
    let now = Instant::now();
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let moment = match at.checked_duration_since(now) {
        Some(ahead) => wall.saturating_add(ahead),
        None => wall.saturating_sub(now.saturating_duration_since(at)),
    };
    u64::try_from(moment.as_millis()).unwrap_or(u64::MAX)
}
