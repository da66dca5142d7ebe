//! How fast things go, counted in buckets.

use crate::units::Bitrate;

/// Rates, counted in buckets, so that the slowest of a hundred can be told from the mean.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BitrateHistogram {
    /// How many were up to each bound and above the one before it; the last are above all bounds.
    buckets: [u64; Self::BOUNDS_KBPS.len() + 1],
    sum_bps: u64,
}

impl BitrateHistogram {
    /// Upper bounds of the buckets in kilobits a second. Closest where sound alone, one small picture and one large
    /// one part ways; each one is a series per metric.
    pub const BOUNDS_KBPS: [u64; 12] =
        [50, 100, 200, 350, 500, 750, 1_000, 1_500, 2_500, 4_000, 8_000, 16_000];

    /// Counts one.
    pub fn add(&mut self, rate: Bitrate) {
        let index = Self::BOUNDS_KBPS.partition_point(|&bound| Bitrate::kbps(bound) < rate);
        if let Some(bucket) = self.buckets.get_mut(index) {
            *bucket += 1;
        }
        self.sum_bps = self.sum_bps.saturating_add(rate.as_bps());
    }

    /// Counts everything that another one has counted.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, more) in self.buckets.iter_mut().zip(other.buckets) {
            *bucket += more;
        }
        self.sum_bps = self.sum_bps.saturating_add(other.sum_bps);
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// All of them added up.
    pub const fn sum(&self) -> Bitrate {
        Bitrate::bps(self.sum_bps)
    }

    /// Each bound with how many were no greater.
    pub fn cumulative(&self) -> impl Iterator<Item = (Bitrate, u64)> {
        let mut so_far = 0;
        Self::BOUNDS_KBPS.iter().zip(self.buckets).map(move |(&bound, count)| {
            so_far += count;
            (Bitrate::kbps(bound), so_far)
        })
    }
}
