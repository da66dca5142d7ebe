//! What receiver reports alone allow, where nobody tells of single packets.
//!
//! The rule of the first draft (draft-ietf-rmcat-gcc-02 §6): little loss, a little more; some loss, the
//! same; much loss, less.

use std::time::{Duration, Instant};

use switchyard_vocab::units::Bitrate;

/// With less loss than this the rate rises.
const LITTLE: f64 = 0.02;

/// With more than this it falls.
const MUCH: f64 = 0.10;

/// How much it rises, once in [`RISE_INTERVAL`].
const RISE: f64 = 1.08;

/// See [`RISE`].
const RISE_INTERVAL: Duration = Duration::from_secs(1);

/// It rises by this at least, in bits per second.
const MIN_RISE: f64 = 1_000.0;

/// It falls no sooner than this, and the round trip, after it fell last.
const FALL_INTERVAL: Duration = Duration::from_millis(300);

/// A rate led by receiver reports.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportedLoss {
    rose_at: Option<Instant>,
    fell_at: Option<Instant>,
}

impl ReportedLoss {
    /// The rate after a report of a share of `lost` packets, 0 to 1.
    pub fn update(&mut self, now: Instant, rate: Bitrate, lost: f64, rtt: Duration) -> Bitrate {
        let since = |at: Option<Instant>| at.map(|at| now.saturating_duration_since(at));
        let bps = rate.as_bps() as f64;
        if lost > MUCH && since(self.fell_at).is_none_or(|since| since >= FALL_INTERVAL + rtt) {
            self.fell_at = Some(now);
            Bitrate::bps((bps * (1.0 - lost / 2.0)) as u64)
        } else if lost < LITTLE && since(self.rose_at).is_none_or(|since| since >= RISE_INTERVAL) {
            self.rose_at = Some(now);
            Bitrate::bps((bps * RISE + MIN_RISE) as u64)
        } else {
            rate
        }
    }
}
