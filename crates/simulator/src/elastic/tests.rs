//! What RFC 8867 asks of a congestion control, and some more, with fixed seeds.

use super::*;
use crate::network::{Capacity, Queue, QueueLimit};
use std::ops::Range;
use switchyard_vocab::units::Bitrate;

const SEED: Seed = Seed(1);

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn span(from: u64, to: u64) -> Range<Duration> {
    seconds(from)..seconds(to)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The path of RFC 8867 §4: 50 ms one way, a drop-tail queue of 300 ms.
fn path(steps: &[(u64, u64)]) -> LinkConditions {
    let capacity = Capacity::steps(steps.iter().map(|&(from, kbps)| (seconds(from), Bitrate::kbps(kbps))));
    let queue = Queue::DropTail(QueueLimit::Wait(ms(300)));
    LinkConditions::clean(ms(50)).with_capacity(capacity).with_queue(queue)
}

fn world(forward: LinkConditions, flows: Vec<FlowSpec>, lasts: u64) -> Elastic {
    let backward = LinkConditions::clean(ms(50));
    Elastic { forward, backward, changes: Vec::new(), flows, tcps: Vec::new(), lasts: seconds(lasts) }
}

fn alone(forward: LinkConditions, lasts: u64) -> FlowTrace {
    world(forward, vec![FlowSpec::default()], lasts).run(SEED).flows.remove(0)
}

fn starting_at(second: u64) -> FlowSpec {
    FlowSpec { starts: seconds(second), ..FlowSpec::default() }
}

fn kbps(rate: Bitrate) -> f64 {
    rate.as_bps() as f64 / 1e3
}

#[track_caller]
fn assert_within(flow: &FlowTrace, time: Range<Duration>, least: f64, most: f64) {
    let estimate = kbps(flow.estimate_in(time.clone()));
    assert!((least..=most).contains(&estimate), "{estimate} kbit/s in {time:?}, not {least} to {most}");
}

/// How evenly flows share, 0 to 1 (Jain's index).
fn fairness(flows: &[FlowTrace], time: &Range<Duration>) -> f64 {
    let rates: Vec<f64> = flows.iter().map(|flow| kbps(flow.arrived_in(time.clone()))).collect();
    let sum: f64 = rates.iter().sum();
    sum * sum / (rates.len() as f64 * rates.iter().map(|rate| rate * rate).sum::<f64>())
}

#[test]
fn one_flow_follows_a_capacity_that_changes() {
    let flow = alone(path(&[(0, 1_000), (40, 2_500), (60, 600), (80, 1_000)]), 100);
    for (time, capacity) in
        [(span(15, 40), 1_000.0), (span(55, 60), 2_500.0), (span(62, 80), 600.0), (span(95, 100), 1_000.0)]
    {
        assert_within(&flow, time, 0.75 * capacity, 1.1 * capacity);
    }
    assert!(flow.delay_in(span(5, 40), 0.95) <= ms(50 + 150));
    assert!(flow.delay_in(span(63, 80), 0.95) <= ms(50 + 150));
    assert!(flow.loss_in(span(0, 100)) <= 0.02);
}

#[test]
fn jitter_of_30_ms_is_not_taken_for_a_queue() {
    let flow = alone(path(&[(0, 1_000)]).with_jitter(ms(30)), 60);
    assert_within(&flow, span(10, 60), 750.0, 1_100.0);
}

#[test]
fn flows_that_start_one_after_the_other_end_with_equal_shares() {
    let trace =
        world(path(&[(0, 3_500)]), vec![starting_at(0), starting_at(20), starting_at(40)], 120).run(SEED);
    assert!(fairness(&trace.flows, &span(100, 120)) >= 0.8);
    let used: f64 = trace.flows.iter().map(|flow| kbps(flow.arrived_in(span(60, 120)))).sum();
    assert!(used >= 0.7 * 3_500.0, "{used} kbit/s used");
}

#[test]
fn a_long_way_is_no_disadvantage() {
    let flows = [10, 25, 50, 100, 150].iter().enumerate();
    let flows = flows.map(|(i, &way)| FlowSpec { one_way: ms(way), ..starting_at(10 * i as u64) }).collect();
    let forward = LinkConditions { delay: Duration::ZERO, ..path(&[(0, 4_000)]) };
    let backward = LinkConditions::clean(Duration::ZERO);
    let trace = Elastic { backward, ..world(forward, flows, 200) }.run(SEED);
    let rates: Vec<f64> = trace.flows.iter().map(|flow| kbps(flow.arrived_in(span(150, 200)))).collect();
    let (least, most) =
        (rates.iter().copied().fold(f64::MAX, f64::min), rates.iter().copied().fold(0.0, f64::max));
    assert!(least / most >= 0.4, "{rates:?}");
}

#[test]
fn a_full_way_back_does_not_hold_up_the_way_there() {
    let mut world = world(path(&[(0, 2_000)]), vec![FlowSpec::default()], 60);
    world.backward = path(&[(0, 1_000), (30, 60)]);
    let flow = world.run(SEED).flows.remove(0);
    let (before, after) = (kbps(flow.arrived_in(span(20, 30))), kbps(flow.arrived_in(span(35, 60))));
    assert!(after >= 0.8 * before, "{before} then {after} kbit/s");
}

#[test]
fn radio_loss_leaves_most_of_the_rate() {
    let flow = alone(path(&[(0, 3_000)]).with_loss(0.03), 60);
    assert!(kbps(flow.estimate_in(span(10, 60))) >= 2_000.0);
    let flow = alone(path(&[(0, 2_000)]).with_loss(0.10), 120);
    assert!(kbps(flow.estimate_in(span(60, 120))) >= 500.0);
}

#[test]
fn a_deep_queue_stays_short() {
    let queue = Queue::DropTail(QueueLimit::Wait(seconds(1)));
    let flow = alone(path(&[(0, 1_000)]).with_queue(queue), 60);
    assert!(flow.delay_in(span(5, 60), 0.95) <= ms(50 + 200));
}

#[test]
fn with_half_of_the_reports_lost_the_capacity_is_found_and_kept() {
    let spec = FlowSpec { reports_lost: 0.5, ..FlowSpec::default() };
    let flow = world(path(&[(0, 1_000)]), vec![spec], 60).run(SEED).flows.remove(0);
    assert_within(&flow, span(15, 60), 750.0, 1_100.0);
    assert!(flow.delay_in(span(15, 60), 0.95) <= ms(50 + 400));
    for second in 5..58 {
        let sent = kbps(flow.sent_in(span(second, second + 2)));
        assert!(sent <= 1_100.0, "{sent} kbit/s for two seconds from {second}");
    }
}

#[test]
fn a_gap_of_two_seconds_in_feedback_floods_nothing_and_is_soon_forgotten() {
    let spec = FlowSpec { silence: vec![span(20, 22)], ..FlowSpec::default() };
    let flow = world(path(&[(0, 1_000)]), vec![spec], 40).run(SEED).flows.remove(0);
    assert!(kbps(flow.sent_in(span(20, 22))) <= 1_100.0);
    assert!(flow.delay_in(span(20, 40), 0.95) <= ms(50 + 400));
    assert_within(&flow, span(30, 40), 750.0, 1_100.0);
}

#[test]
fn a_run_is_decided_by_its_seed() {
    let lossy = path(&[(0, 1_000)]).with_loss(0.05).with_jitter(ms(20));
    let sent = |seed| {
        let trace = world(lossy.clone(), vec![FlowSpec::default()], 20).run(Seed(seed));
        trace.flows[0].sent_in(span(0, 20)).as_bps()
    };
    assert_eq!(sent(7), sent(7));
    assert_ne!(sent(7), sent(8));
}
