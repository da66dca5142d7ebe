//! The cases of RFC 8867 §5, with its schedules, and what we ask of an estimator in them.
//!
//! Sources here have no upper limit, where the RFC's stop at 1.5 Mbit/s: what is asked for is that the capacity
//! be found.

use std::time::Duration;

use switchyard_vocab::units::Bitrate;

use super::measures::{
    capacity, estimate, kbps, longest_run, loses, ms, path, queue, rates, seconds, settles, shares_evenly,
    span, target, uses, waits,
};
use super::{Bound, Case, Unit};
use crate::elastic::{Elastic, FlowSpec, TcpSpec, Trace};
use crate::network::LinkConditions;

/// What sound and the smallest picture need.
const LEAST: f64 = 200.0;

/// All of them, in the order of the RFC.
pub fn cases() -> Vec<Case<Trace>> {
    vec![
        variable_capacity(),
        variable_capacity_of_two(),
        congested_feedback(),
        competing(),
        round_trips(),
        long_tcp("long-tcp", "One flow against one TCP transfer without end, queue of 300 ms", 300),
        long_tcp("long-tcp-deep", "One flow against one TCP transfer without end, queue of 1 s", 1_000),
        short_tcp(),
        pause_and_resume(),
    ]
}

pub(super) fn world(forward: LinkConditions, flows: Vec<FlowSpec>, lasts: u64) -> Elastic {
    let backward = LinkConditions::clean(ms(50)).with_jitter(ms(30));
    Elastic { forward, backward, changes: Vec::new(), flows, tcps: Vec::new(), lasts: seconds(lasts) }
}

fn starting_at(second: u64) -> FlowSpec {
    FlowSpec { starts: seconds(second), ..FlowSpec::default() }
}

fn variable_capacity() -> Case<Trace> {
    let forward = path(&[(0, 1_000), (40, 2_500), (60, 600), (80, 1_000)]);
    let targets = vec![
        settles(0, 40, 15.0),
        settles(40, 60, 15.0),
        settles(60, 80, 2.0),
        settles(80, 100, 15.0),
        estimate(15..40),
        estimate(55..60),
        estimate(62..80),
        estimate(95..100),
        waits(5..40, 150.0),
        waits(45..60, 150.0),
        waits(60..62, 400.0),
        waits(62..80, 150.0),
        waits(85..100, 150.0),
        loses(0..100, 2.0),
    ];
    let about = "One flow; capacity 1, 2.5, 0.6, 1 Mbit/s";
    Case::elastic(
        "variable-capacity",
        "RFC 8867 §5.1",
        about,
        world(forward, vec![starting_at(0)], 100),
        targets,
    )
}

fn variable_capacity_of_two() -> Case<Trace> {
    let forward = path(&[(0, 4_000), (25, 2_000), (50, 3_500), (75, 1_000), (100, 2_000)]);
    let phases = [5, 30, 55, 80, 105];
    let evenly = phases.iter().map(|&from| shares_evenly(2, from..from + 20, 0.8));
    let used = phases.iter().map(|&from| uses(from..from + 20, 70.0));
    let targets = evenly.chain(used).chain([waits(0..125, 400.0), loses(0..125, 2.0)]).collect();
    let about = "Two flows; capacity 4, 2, 3.5, 1, 2 Mbit/s";
    let flows = vec![starting_at(0), starting_at(0)];
    Case::elastic("variable-capacity-of-two", "RFC 8867 §5.2", about, world(forward, flows, 125), targets)
}

fn congested_feedback() -> Case<Trace> {
    let mut crossed = world(
        path(&[(0, 2_000), (20, 1_000), (40, 500), (60, 2_000)]),
        vec![starting_at(0), FlowSpec { is_backward: true, ..starting_at(0) }],
        100,
    );
    let free = Elastic { flows: vec![starting_at(0)], ..crossed.clone() };
    crossed.backward = path(&[(0, 2_000), (35, 800), (70, 2_000)]);
    let targets = vec![
        target(
            "rate 35–70 s, of that with a free way back",
            Unit::Percent,
            Bound::AtLeast(80.0),
            move |trace| {
                let rate = |trace: &Trace| kbps(trace.flows[0].arrived_in(span(35, 70)));
                100.0 * rate(trace) / rate(&free.run(trace.seed))
            },
        ),
        uses(10..20, 70.0),
        uses(30..40, 70.0),
        uses(45..60, 70.0),
        uses(75..100, 70.0),
        waits(0..100, 400.0),
        loses(0..100, 2.0),
    ];
    let about = "One flow each way; capacity there 2, 1, 0.5, 2 Mbit/s, back 2, 0.8, 2 Mbit/s";
    Case::elastic("congested-feedback", "RFC 8867 §5.3", about, crossed, targets)
}

fn competing() -> Case<Trace> {
    let flows = vec![starting_at(0), starting_at(20), starting_at(40)];
    let targets = vec![
        shares_evenly(2, 20..40, 0.8),
        shares_evenly(3, 100..120, 0.8),
        uses(20..40, 70.0),
        uses(60..120, 70.0),
        waits(0..120, 400.0),
        loses(0..120, 2.0),
    ];
    let about = "Three flows that start one after the other; capacity 3.5 Mbit/s";
    Case::elastic("competing", "RFC 8867 §5.4", about, world(path(&[(0, 3_500)]), flows, 120), targets)
}

fn round_trips() -> Case<Trace> {
    let flows = [10, 25, 50, 100, 150].iter().zip(0..);
    let flows = flows.map(|(&way, i)| FlowSpec { one_way: ms(way), ..starting_at(10 * i) }).collect();
    let forward = LinkConditions { delay: Duration::ZERO, ..path(&[(0, 4_000)]) };
    let backward = LinkConditions::clean(Duration::ZERO);
    let targets = vec![
        target("smallest rate of the largest 200–300 s", Unit::Ratio, Bound::AtLeast(0.4), |trace| {
            let rates = rates(&trace.flows, &span(200, 300));
            let least = rates.iter().copied().fold(f64::MAX, f64::min);
            least / rates.iter().copied().fold(0.0, f64::max)
        }),
        uses(200..300, 70.0),
        waits(0..300, 400.0),
        loses(0..300, 2.0),
    ];
    let about = "Five flows of 10, 25, 50, 100 and 150 ms one way; capacity 4 Mbit/s";
    let world = Elastic { backward, ..world(forward, flows, 300) };
    Case::elastic("round-trips", "RFC 8867 §5.5", about, world, targets)
}

fn long_tcp(name: &'static str, about: &'static str, queue_ms: u64) -> Case<Trace> {
    let forward = path(&[(0, 2_000)]).with_queue(queue(queue_ms));
    let mut world = world(forward, vec![starting_at(5)], 120);
    world.tcps = vec![TcpSpec { ends: Some(seconds(119)), ..TcpSpec::default() }];
    let targets = vec![
        target("share of the link 20–119 s", Unit::Percent, Bound::AtLeast(15.0), |trace| {
            100.0 * kbps(trace.flows[0].arrived_in(span(20, 119))) / 2_000.0
        }),
        below_the_least(20, 119, 0, 2.0),
    ];
    Case::elastic(name, "RFC 8867 §5.6", about, world, targets)
}

/// For how long at a time a flow has less than sound and the smallest picture need.
fn below_the_least(from: u64, to: u64, flow: usize, longest: f64) -> super::Target<Trace> {
    let measure = format!("flow {} below {LEAST} kbit/s, longest", flow + 1);
    target(measure, Unit::Seconds, Bound::AtMost(longest), move |trace| {
        longest_run(span(from, to), |window| kbps(trace.flows[flow].arrived_in(window.clone())) < LEAST)
    })
}

fn short_tcp() -> Case<Trace> {
    let mut world = world(path(&[(0, 2_000)]), vec![starting_at(5), starting_at(5)], 300);
    let transfer = TcpSpec {
        size: Some(100_000..1_000_000),
        rests: seconds(10),
        ends: Some(seconds(299)),
        ..TcpSpec::default()
    };
    world.tcps = (0..10).map(|i| TcpSpec { rests_first: i >= 2, ..transfer.clone() }).collect();
    let targets = vec![
        target("share of the link 20–299 s, both", Unit::Percent, Bound::AtLeast(15.0), |trace| {
            rates(&trace.flows, &span(20, 299)).iter().sum::<f64>() * 100.0 / 2_000.0
        }),
        below_the_least(20, 299, 0, 10.0),
        below_the_least(20, 299, 1, 10.0),
    ];
    let about = "Two flows against ten that transfer 100 kB to 1 MB by TCP and rest for 10 s on average";
    Case::elastic("short-tcp", "RFC 8867 §5.7", about, world, targets)
}

fn pause_and_resume() -> Case<Trace> {
    let paused = FlowSpec { pauses: vec![span(40, 60)], ..starting_at(0) };
    let targets = vec![
        target("back at 80 % of the rate before the pause", Unit::Seconds, Bound::AtMost(5.0), |trace| {
            let before = kbps(trace.flows[0].arrived_in(span(30, 40)));
            let mut at = seconds(60);
            while at < seconds(119) && kbps(trace.flows[0].arrived_in(at..at + seconds(1))) < 0.8 * before {
                at += ms(100);
            }
            (at - seconds(60)).as_secs_f64()
        }),
        target("bytes lost 60–65 s, all flows", Unit::Percent, Bound::AtMost(3.0), |trace| {
            let losses = trace.flows.iter().map(|flow| flow.loss_in(span(60, 65)));
            losses.fold(0.0, f64::max) * 100.0
        }),
        uses(45..60, 70.0),
        shares_evenly(3, 100..120, 0.8),
    ];
    let about = "Three flows, one of which pauses from 40 to 60 s; capacity 3.5 Mbit/s";
    let flows = vec![paused, starting_at(0), starting_at(0)];
    Case::elastic("pause-and-resume", "RFC 8867 §5.8", about, world(path(&[(0, 3_500)]), flows, 120), targets)
}

/// A path without jitter, for those who ask for one.
pub(super) fn calm(one_way: Duration, kbps: u64) -> LinkConditions {
    LinkConditions::clean(one_way).with_capacity(capacity(&[(0, kbps)]))
}

/// A flow that begins with another estimate than 300 kbit/s.
pub(super) fn beginning_with(kbps: u64) -> FlowSpec {
    let mut flow = FlowSpec::default();
    flow.bounds.start = Bitrate::kbps(kbps);
    flow
}
