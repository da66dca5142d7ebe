//! What happened to each flow, by time.

use std::ops::Range;
use std::time::Duration;

use switchyard_congestion::estimator::Estimate;
use switchyard_vocab::units::{Bitrate, DataSize};

use crate::network::Capacity;

/// What happened in one run.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The bottleneck's capacity.
    pub capacity: Capacity,
    /// Our flows.
    pub flows: Vec<FlowTrace>,
    /// TCP's.
    pub tcps: Vec<FlowTrace>,
}

/// What happened to one flow.
#[derive(Clone, Debug, Default)]
pub struct FlowTrace {
    /// What was estimated, over time.
    pub samples: Vec<Sample>,
    sent: Vec<(Duration, usize)>,
    arrived: Vec<(Duration, Duration, usize)>,
    lost: Vec<(Duration, usize)>,
}

/// A look at a flow.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// When.
    pub at: Duration,
    /// What its estimator knew.
    pub estimate: Estimate,
    /// How long the bottleneck's queue was.
    pub wait: Duration,
}

impl Trace {
    pub(super) fn new(flows: usize, tcps: usize, capacity: Capacity) -> Self {
        let none = FlowTrace::default();
        Self { capacity, flows: vec![none.clone(); flows], tcps: vec![none; tcps] }
    }
}

impl FlowTrace {
    /// The rate at which it sent, headers included.
    pub fn sent_in(&self, time: Range<Duration>) -> Bitrate {
        rate(self.sent.iter().copied(), &time)
    }

    /// The rate at which it arrived.
    pub fn arrived_in(&self, time: Range<Duration>) -> Bitrate {
        rate(self.arrived.iter().map(|&(at, _, size)| (at, size)), &time)
    }

    /// The share of bytes lost, 0 to 1.
    pub fn loss_in(&self, time: Range<Duration>) -> f64 {
        let bytes = |of: &[(Duration, usize)]| {
            of.iter().filter(|(at, _)| time.contains(at)).map(|(_, size)| *size).sum::<usize>() as f64
        };
        bytes(&self.lost) / bytes(&self.sent).max(1.0)
    }

    /// The delay of packets, at a percentile from 0 to 1.
    pub fn delay_in(&self, time: Range<Duration>, percentile: f64) -> Duration {
        let mut delays: Vec<Duration> =
            self.arrived.iter().filter(|(at, ..)| time.contains(at)).map(|(_, delay, _)| *delay).collect();
        delays.sort_unstable();
        let index = ((delays.len() as f64 - 1.0).max(0.0) * percentile) as usize;
        delays.get(index).copied().unwrap_or_default()
    }

    /// What was estimated at a time.
    pub fn estimate_at(&self, time: Duration) -> Bitrate {
        let before = self.samples.iter().take_while(|sample| sample.at <= time).last();
        before.map_or_else(Bitrate::default, |sample| sample.estimate.bitrate)
    }

    /// The mean estimate.
    pub fn estimate_in(&self, time: Range<Duration>) -> Bitrate {
        let within: Vec<u64> = self
            .samples
            .iter()
            .filter(|sample| time.contains(&sample.at))
            .map(|sample| sample.estimate.bitrate.as_bps())
            .collect();
        Bitrate::bps(within.iter().sum::<u64>() / (within.len() as u64).max(1))
    }

    pub(super) fn sent(&mut self, at: Duration, size: usize) {
        self.sent.push((at, size));
    }

    pub(super) fn arrived(&mut self, at: Duration, delay: Duration, size: usize) {
        self.arrived.push((at, delay, size));
    }

    pub(super) fn lost(&mut self, at: Duration, size: usize) {
        self.lost.push((at, size));
    }

    pub(super) fn sample(&mut self, at: Duration, estimate: Estimate, wait: Duration) {
        self.samples.push(Sample { at, estimate, wait });
    }
}

fn rate(packets: impl Iterator<Item = (Duration, usize)>, time: &Range<Duration>) -> Bitrate {
    let bytes: usize = packets.filter(|(at, _)| time.contains(at)).map(|(_, size)| size).sum();
    DataSize::bytes(bytes as u64) / (time.end - time.start)
}
