//! What happened to each flow, by time.

use std::ops::Range;
use std::time::Duration;

use switchyard_congestion::estimator::Estimate;
use switchyard_vocab::units::{Bitrate, DataSize};

use super::flow::{Kind, Packet};
use super::{Elastic, FlowSpec};
use crate::network::Capacity;
use crate::seed::Seed;

/// What happened in one run.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What it started from.
    pub seed: Seed,
    /// The bottleneck's capacity on the way there.
    pub capacity: Capacity,
    /// How long the run lasted.
    pub lasts: Duration,
    /// Our flows.
    pub flows: Vec<FlowTrace>,
    /// TCP's.
    pub tcps: Vec<FlowTrace>,
}

/// What happened to one flow.
#[derive(Clone, Debug, Default)]
pub struct FlowTrace {
    /// Whether it goes the other way.
    pub is_backward: bool,
    /// Bytes of pictures that its pacer did not take, since they would have had to wait for too long.
    pub refused: usize,
    /// What was estimated, over time.
    pub samples: Vec<Sample>,
    sent: Vec<Left>,
    arrived: Vec<(Duration, Duration, usize)>,
    lost: Vec<(Duration, usize)>,
}

/// A packet that left.
#[derive(Clone, Copy, Debug)]
struct Left {
    at: Duration,
    size: usize,
    /// How long it has to wait in the bottleneck's queue.
    waits: Duration,
    kind: Kind,
    /// How long it waited in the pacer.
    waited: Duration,
    /// How fast the pacer was to send.
    pacing: Bitrate,
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
    pub(super) fn new(world: &Elastic, seed: Seed) -> Self {
        let none = FlowTrace::default();
        let flow = |spec: &FlowSpec| FlowTrace { is_backward: spec.is_backward, ..none.clone() };
        let (flows, tcps) = (world.flows.iter().map(flow).collect(), vec![none.clone(); world.tcps.len()]);
        Self { seed, capacity: world.capacity(), lasts: world.lasts, flows, tcps }
    }
}

impl FlowTrace {
    /// When it sent its first packet, if it did.
    pub fn began(&self) -> Option<Duration> {
        self.sent.first().map(|left| left.at)
    }

    /// The rate at which it sent, headers included.
    pub fn sent_in(&self, time: Range<Duration>) -> Bitrate {
        rate(bytes(self.left(&time)), &time)
    }

    /// The rate at which it arrived.
    pub fn arrived_in(&self, time: Range<Duration>) -> Bitrate {
        let arrived = within(&self.arrived, &time, |arrived| arrived.0);
        rate(arrived.iter().map(|&(_, _, size)| size).sum(), &time)
    }

    /// The share of bytes lost, 0 to 1.
    pub fn loss_in(&self, time: Range<Duration>) -> f64 {
        let lost: usize = within(&self.lost, &time, |lost| lost.0).iter().map(|(_, size)| size).sum();
        lost as f64 / (bytes(self.left(&time)) as f64).max(1.0)
    }

    /// The share of bytes sent that were padding, 0 to 1.
    pub fn padding_in(&self, time: Range<Duration>) -> f64 {
        let left = self.left(&time);
        let padding: usize =
            left.iter().filter(|left| left.kind == Kind::Padding).map(|left| left.size).sum();
        padding as f64 / (bytes(left) as f64).max(1.0)
    }

    /// How long packets waited in the bottleneck's queue, at a percentile from 0 to 1.
    pub fn wait_in(&self, time: Range<Duration>, percentile: f64) -> Duration {
        at_percentile(self.left(&time).iter().map(|left| left.waits).collect(), percentile)
    }

    /// The delay of packets, at a percentile from 0 to 1.
    pub fn delay_in(&self, time: Range<Duration>, percentile: f64) -> Duration {
        let arrived = within(&self.arrived, &time, |arrived| arrived.0);
        at_percentile(arrived.iter().map(|(_, delay, _)| *delay).collect(), percentile)
    }

    /// What was estimated at a time.
    pub fn estimate_at(&self, time: Duration) -> Bitrate {
        let before = self.samples.partition_point(|sample| sample.at <= time).checked_sub(1);
        before.map_or_else(Bitrate::default, |index| self.samples[index].estimate.bitrate)
    }

    /// The mean estimate.
    pub fn estimate_in(&self, time: Range<Duration>) -> Bitrate {
        let looks = within(&self.samples, &time, |sample| sample.at);
        let sum: u64 = looks.iter().map(|sample| sample.estimate.bitrate.as_bps()).sum();
        Bitrate::bps(sum / (looks.len() as u64).max(1))
    }

    fn left(&self, time: &Range<Duration>) -> &[Left] {
        within(&self.sent, time, |left| left.at)
    }

    /// The longest that sound waited in the pacer.
    pub fn longest_wait_of_sound(&self, time: Range<Duration>) -> Duration {
        let sound = self.left(&time).iter().filter(|left| left.kind == Kind::Sound);
        sound.map(|left| left.waited).max().unwrap_or_default()
    }

    /// By how many bytes any window of that length held more than the paced rate allows, at most. Probes are left
    /// out: they are there to be faster.
    pub fn beyond_pace(&self, time: Range<Duration>, window: Duration) -> f64 {
        let paced: Vec<&Left> =
            self.left(&time).iter().filter(|left| matches!(left.kind, Kind::Picture | Kind::Sound)).collect();
        let (mut first, mut held, mut most) = (0, 0.0, 0.0_f64);
        for last in &paced {
            held += last.size as f64;
            while paced[first].at + window <= last.at {
                held -= paced[first].size as f64;
                first += 1;
            }
            let rate = last.pacing.max(paced[first].pacing).as_bps() as f64;
            most = most.max(held - rate * window.as_secs_f64() / 8.0);
        }
        most
    }

    pub(super) fn sent(&mut self, at: Duration, packet: &Packet, waits: Duration) {
        let Packet { size, kind, waited, pacing, .. } = *packet;
        self.sent.push(Left { at, size, waits, kind, waited, pacing });
    }

    pub(super) fn segment_sent(&mut self, at: Duration, size: usize) {
        let (waits, pacing) = (Duration::ZERO, Bitrate::default());
        self.sent.push(Left { at, size, waits, kind: Kind::Picture, waited: Duration::ZERO, pacing });
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

/// Those of a time, of what is noted in the order of time.
fn within<'t, T>(noted: &'t [T], time: &Range<Duration>, at: impl Fn(&T) -> Duration) -> &'t [T] {
    let from = noted.partition_point(|each| at(each) < time.start);
    let to = noted.partition_point(|each| at(each) < time.end).max(from);
    &noted[from..to]
}

fn bytes(left: &[Left]) -> usize {
    left.iter().map(|left| left.size).sum()
}

fn rate(bytes: usize, time: &Range<Duration>) -> Bitrate {
    DataSize::bytes(bytes as u64) / (time.end - time.start)
}

fn at_percentile(mut values: Vec<Duration>, percentile: f64) -> Duration {
    values.sort_unstable();
    let index = ((values.len() as f64 - 1.0).max(0.0) * percentile) as usize;
    values.get(index).copied().unwrap_or_default()
}
