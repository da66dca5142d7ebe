//! What is measured of flows over a bottleneck.

use std::ops::Range;
use std::time::Duration;

use switchyard_vocab::units::Bitrate;

use super::{Bound, Target, Unit};
use crate::elastic::{FlowTrace, Trace};
use crate::network::{Capacity, LinkConditions, Queue, QueueLimit};

/// An estimate has settled when its means over each of so many seconds are within the band.
const SETTLED: u32 = 3;

/// Rates are looked at over this time where one asks for how long they are too high.
const WINDOW: Duration = Duration::from_millis(500);

/// Distance between two looks.
const STEP: Duration = Duration::from_millis(100);

/// What counts as having found a capacity, as shares of it.
pub(super) const BAND: (f64, f64) = (0.75, 1.10);

pub(super) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(super) const fn span(from: u64, to: u64) -> Range<Duration> {
    seconds(from)..seconds(to)
}

pub(super) fn kbps(rate: Bitrate) -> f64 {
    rate.as_bps() as f64 / 1e3
}

/// So much capacity in kbit/s from each of these seconds on.
pub(super) fn capacity(steps: &[(u64, u64)]) -> Capacity {
    Capacity::steps(steps.iter().map(|&(from, kbps)| (seconds(from), Bitrate::kbps(kbps))))
}

/// The path of RFC 8867 §4.1: 50 ms one way, 30 ms of jitter at most, and a drop-tail queue of 300 ms.
pub(super) fn path(steps: &[(u64, u64)]) -> LinkConditions {
    LinkConditions::clean(ms(50)).with_jitter(ms(30)).with_capacity(capacity(steps)).with_queue(queue(300))
}

pub(super) const fn queue(millis: u64) -> Queue {
    Queue::DropTail(QueueLimit::Wait(ms(millis)))
}

pub(super) fn target(
    measure: impl Into<String>,
    unit: Unit,
    bound: Bound,
    figure: impl Fn(&Trace) -> f64 + 'static,
) -> Target<Trace> {
    Target { measure: measure.into(), unit, bound, figure: Box::new(figure) }
}

/// The mean estimate of the first flow, as a share of the capacity.
pub(super) fn estimate(time: Range<u64>) -> Target<Trace> {
    let (from, to) = (time.start, time.end);
    let bound = Bound::Between(BAND.0 * 100.0, BAND.1 * 100.0);
    target(format!("mean estimate {from}–{to} s, of capacity"), Unit::Percent, bound, move |trace| {
        100.0 * kbps(trace.flows[0].estimate_in(span(from, to))) / mean_capacity(trace, &span(from, to))
    })
}

/// The mean estimate of the first flow in kbit/s.
pub(super) fn estimate_kbps(time: Range<Duration>, bound: Bound) -> Target<Trace> {
    let measure = format!("mean estimate {}–{} s", time.start.as_secs_f64(), time.end.as_secs_f64());
    target(measure, Unit::Kbps, bound, move |trace| kbps(trace.flows[0].estimate_in(time.clone())))
}

/// How long after a change of capacity the estimate is within the band again.
pub(super) fn settles(after: u64, before: u64, within: f64) -> Target<Trace> {
    let measure = format!("estimate settled after the change at {after} s");
    target(measure, Unit::Seconds, Bound::AtMost(within), move |trace| {
        let capacity = mean_capacity(trace, &span(after, before));
        let mut at = seconds(after);
        let second = seconds(1);
        let is_within = |from| {
            let share = kbps(trace.flows[0].estimate_in(from..from + second)) / capacity;
            (BAND.0..=BAND.1).contains(&share)
        };
        while at + second < seconds(before)
            && !(0..SETTLED)
                .map(|i| at + second * i)
                .take_while(|at| *at + second <= seconds(before))
                .all(is_within)
        {
            at += STEP;
        }
        (at - seconds(after)).as_secs_f64()
    })
}

/// How long packets of the first flow wait in the bottleneck's queue, but for 5 % of them.
pub(super) fn waits(time: Range<u64>, most: f64) -> Target<Trace> {
    let measure = format!("wait in the queue {}–{} s, p95", time.start, time.end);
    target(measure, Unit::Millis, Bound::AtMost(most), move |trace| {
        trace.flows[0].wait_in(span(time.start, time.end), 0.95).as_secs_f64() * 1e3
    })
}

/// What the first flow loses.
pub(super) fn loses(time: Range<u64>, most: f64) -> Target<Trace> {
    let measure = format!("bytes lost {}–{} s", time.start, time.end);
    target(measure, Unit::Percent, Bound::AtMost(most), move |trace| {
        trace.flows[0].loss_in(span(time.start, time.end)) * 100.0
    })
}

/// How evenly the first so many flows share (Jain's index).
pub(super) fn shares_evenly(flows: usize, time: Range<u64>, least: f64) -> Target<Trace> {
    let measure = format!("evenness of shares {}–{} s", time.start, time.end);
    target(measure, Unit::Ratio, Bound::AtLeast(least), move |trace| {
        let rates = rates(&trace.flows[..flows], &span(time.start, time.end));
        let sum: f64 = rates.iter().sum();
        sum * sum / (rates.len() as f64 * rates.iter().map(|rate| rate * rate).sum::<f64>()).max(1e-9)
    })
}

/// How much of the capacity our flows use together.
pub(super) fn uses(time: Range<u64>, least: f64) -> Target<Trace> {
    let measure = format!("capacity used {}–{} s", time.start, time.end);
    target(measure, Unit::Percent, Bound::AtLeast(least), move |trace| {
        let time = span(time.start, time.end);
        let forward = trace.flows.iter().filter(|flow| !flow.is_backward);
        let used: f64 = forward.map(|flow| kbps(flow.arrived_in(time.clone()))).sum();
        100.0 * used / mean_capacity(trace, &time)
    })
}

/// For how long at a time the first flow sends more than the capacity and a tenth.
pub(super) fn exceeds(time: Range<u64>, longest: f64) -> Target<Trace> {
    let measure = format!("sent above capacity + 10 % {}–{} s, longest", time.start, time.end);
    target(measure, Unit::Seconds, Bound::AtMost(longest), move |trace| {
        longest_run(span(time.start, time.end), |window| {
            kbps(trace.flows[0].sent_in(window.clone())) > 1.1 * mean_capacity(trace, window)
        })
    })
}

/// The longest time for which something holds in every window, in seconds.
pub(super) fn longest_run(time: Range<Duration>, holds: impl Fn(&Range<Duration>) -> bool) -> f64 {
    let (mut run, mut longest) = (Duration::ZERO, Duration::ZERO);
    let mut at = time.start;
    while at + WINDOW <= time.end {
        run = if holds(&(at..at + WINDOW)) { run + STEP } else { Duration::ZERO };
        longest = longest.max(run);
        at += STEP;
    }
    longest.as_secs_f64()
}

pub(super) fn rates(flows: &[FlowTrace], time: &Range<Duration>) -> Vec<f64> {
    flows.iter().map(|flow| kbps(flow.arrived_in(time.clone()))).collect()
}

/// The capacity on average, in kbit/s.
pub(super) fn mean_capacity(trace: &Trace, time: &Range<Duration>) -> f64 {
    let steps = ((time.end - time.start).as_secs_f64() / STEP.as_secs_f64()).round().max(1.0) as u32;
    let at = |i| trace.capacity.at(time.start + STEP * i).map_or(f64::INFINITY, kbps);
    (0..steps).map(at).sum::<f64>() / f64::from(steps)
}
