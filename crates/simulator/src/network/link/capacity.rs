//! How much passes in a time, and how that changes.

use std::time::Duration;

use switchyard_vocab::units::Bitrate;

/// The rate of a link over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Capacity {
    /// From when on which rate counts, in order; before the first one, the first one.
    steps: Vec<(Duration, Bitrate)>,
    /// After this long it starts over.
    period: Option<Duration>,
}

impl Capacity {
    /// Whatever comes passes at once.
    pub const fn unlimited() -> Self {
        Self { steps: Vec::new(), period: None }
    }

    /// Always the same.
    pub fn constant(rate: Bitrate) -> Self {
        Self::steps([(Duration::ZERO, rate)])
    }

    /// Another rate from each of these times on, counted from when the link is put in place.
    pub fn steps(steps: impl IntoIterator<Item = (Duration, Bitrate)>) -> Self {
        Self { steps: steps.into_iter().collect(), period: None }
    }

    /// A trace: one rate for each `step` of time, over and over.
    pub fn trace(step: Duration, rates: &[Bitrate]) -> Self {
        let steps = rates.iter().enumerate().map(|(i, rate)| (step * i as u32, *rate)).collect();
        Self { steps, period: Some(step * rates.len() as u32) }
    }

    /// The rate at a time; `None` where there is no limit.
    pub fn at(&self, time: Duration) -> Option<Bitrate> {
        let time = self.within_period(time);
        let index = self.steps.partition_point(|(from, _)| *from <= time).saturating_sub(1);
        self.steps.get(index).map(|(_, rate)| *rate)
    }

    /// When `size` bytes have passed that begin to at `start`.
    pub(super) fn finish(&self, start: Duration, size: usize) -> Duration {
        let mut bits = size as f64 * 8.0;
        let mut time = start;
        while let Some(rate) = self.at(time) {
            let bps = (rate.as_bps() as f64).max(1.0);
            let needs = Duration::from_secs_f64((bits / bps).min(3_600.0));
            match self.next_change(time) {
                Some(change) if change < time + needs => {
                    bits -= (change - time).as_secs_f64() * bps;
                    time = change;
                }
                _ => return time + needs,
            }
        }
        time
    }

    /// How many bytes pass between two times.
    pub(super) fn bytes_between(&self, from: Duration, to: Duration) -> usize {
        let mut bits = 0.0;
        let mut time = from;
        while time < to {
            let Some(rate) = self.at(time) else { return 0 };
            let end = self.next_change(time).map_or(to, |change| change.min(to));
            bits += (end - time).as_secs_f64() * rate.as_bps() as f64;
            time = end;
        }
        (bits / 8.0) as usize
    }

    fn within_period(&self, time: Duration) -> Duration {
        self.period
            .map_or(time, |period| Duration::from_nanos((time.as_nanos() % period.as_nanos().max(1)) as u64))
    }

    fn next_change(&self, time: Duration) -> Option<Duration> {
        let within = self.within_period(time);
        let turn = time - within;
        let next = self.steps.iter().map(|(from, _)| *from).find(|from| *from > within).or(self.period)?;
        Some(turn + next)
    }
}
