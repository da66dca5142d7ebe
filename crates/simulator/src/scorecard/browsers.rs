//! What libwebrtc's own tests ask of its estimator, asked of ours.

use std::time::Duration;

use switchyard_vocab::units::Bitrate;

use super::measures::{estimate_kbps, kbps, ms, seconds, span, target};
use super::rfc8867::{beginning_with, calm};
use super::{Bound, Case, Unit};
use crate::elastic::{Elastic, FlowSpec, Reports, TcpSpec, Told, Trace};
use crate::network::LinkConditions;

const SOURCE: &str = "as libwebrtc";

/// All of them.
pub fn cases() -> Vec<Case<Trace>> {
    vec![
        first_half_second(),
        narrow_start(),
        three_links(),
        new_route(),
        receivers_limit(),
        heavy_loss(),
        beside_tcp(),
        video_stops(),
        totals("totals-clean", "One flow; 2 Mbit/s, receiver reports only", 0.0, Bound::AtLeast(500.0)),
        totals(
            "totals-lossy",
            "One flow; 2 Mbit/s, receiver reports only, 15 % lost",
            0.15,
            Bound::AtMost(300.0),
        ),
    ]
}

fn world(way: LinkConditions, flow: FlowSpec, lasts: u64) -> Elastic {
    let backward = LinkConditions::clean(way.delay);
    let (changes, tcps) = (Vec::new(), Vec::new());
    Elastic { forward: way, backward, changes, flows: vec![flow], tcps, lasts: seconds(lasts) }
}

/// The estimate at one time.
fn at(millis: u64, bound: Bound) -> super::Target<Trace> {
    let time = ms(millis);
    target(format!("estimate at {} s", time.as_secs_f64()), Unit::Kbps, bound, move |trace| {
        kbps(trace.flows[0].estimate_at(time))
    })
}

fn first_half_second() -> Case<Trace> {
    let about = "One flow that begins with 300 kbit/s; 1 Mbit/s, 50 ms one way";
    let targets = vec![at(500, Bound::Between(700.0, 1_300.0))];
    Case::elastic(
        "first-half-second",
        SOURCE,
        about,
        world(calm(ms(50), 1_000), beginning_with(300), 5),
        targets,
    )
}

fn narrow_start() -> Case<Trace> {
    let about = "One flow that begins with 300 kbit/s; 200 kbit/s, 10 ms one way";
    let targets = vec![at(500, Bound::Between(150.0, 250.0))];
    Case::elastic("narrow-start", SOURCE, about, world(calm(ms(10), 200), beginning_with(300), 5), targets)
}

fn three_links() -> Case<Trace> {
    let about = "One flow; 0.5 Mbit/s and 100 ms, then 0.8 Mbit/s, then 0.1 Mbit/s and 200 ms";
    let mut world = world(calm(ms(100), 500), beginning_with(300), 95);
    world.changes = vec![(seconds(25), calm(ms(100), 800)), (seconds(45), calm(ms(200), 100))];
    let targets = vec![
        at(25_000, Bound::Between(350.0, 550.0)),
        at(45_000, Bound::Between(600.0, 900.0)),
        at(95_000, Bound::Between(65.0, 115.0)),
    ];
    Case::elastic("three-links", SOURCE, about, world, targets)
}

fn new_route() -> Case<Trace> {
    let about = "One flow; 0.2 Mbit/s, and at 10 s another route of 0.8 Mbit/s";
    let flow = FlowSpec { told: vec![(seconds(10), Told::NewRoute)], ..beginning_with(300) };
    let mut world = world(calm(ms(10), 200), flow, 20);
    world.changes = vec![(seconds(10), calm(ms(10), 800))];
    Case::elastic("new-route", SOURCE, about, world, vec![at(11_000, Bound::AtLeast(500.0))])
}

fn receivers_limit() -> Case<Trace> {
    let about = "One flow; 2 Mbit/s, and from 10 to 20 s its receiver takes 250 kbit/s";
    let limit = |second, kbps| (seconds(second), Told::Limit(Bitrate::kbps(kbps)));
    let flow =
        FlowSpec { told: vec![limit(10, 250), limit(15, 250), limit(20, 10_000)], ..beginning_with(300) };
    let targets = vec![
        at(9_900, Bound::AtLeast(1_500.0)),
        estimate_kbps(span(11, 20), Bound::AtMost(250.0)),
        at(30_000, Bound::AtLeast(1_500.0)),
    ];
    Case::elastic("receivers-limit", SOURCE, about, world(calm(ms(50), 2_000), flow, 30), targets)
}

fn heavy_loss() -> Case<Trace> {
    let about = "One flow; 2 Mbit/s, 200 ms one way, 10 % of all packets lost whatever is sent";
    let way = calm(ms(200), 2_000).with_loss(0.10);
    let targets = vec![at(120_000, Bound::AtLeast(100.0))];
    Case::elastic("heavy-loss", SOURCE, about, world(way, beginning_with(300), 120), targets)
}

fn beside_tcp() -> Case<Trace> {
    let about = "One flow, and a TCP transfer without end; 1 Mbit/s, 50 ms one way";
    let mut world = world(calm(ms(50), 1_000), beginning_with(300), 20);
    world.tcps = vec![TcpSpec::default()];
    Case::elastic("beside-tcp", SOURCE, about, world, vec![at(10_000, Bound::AtMost(750.0))])
}

fn video_stops() -> Case<Trace> {
    let about = "One flow that sends nothing from 15 to 19 s; 2 Mbit/s, 50 ms one way";
    let flow = FlowSpec { pauses: vec![span(15, 19)], ..beginning_with(300) };
    let targets = vec![target("lowest estimate 15–25 s", Unit::Kbps, Bound::AtLeast(1_000.0), |trace| {
        let within = trace.flows[0].samples.iter().filter(|sample| span(15, 25).contains(&sample.at));
        within.map(|sample| kbps(sample.estimate.bitrate)).fold(f64::MAX, f64::min)
    })];
    Case::elastic("video-stops", SOURCE, about, world(calm(ms(50), 2_000), flow, 30), targets)
}

fn totals(name: &'static str, about: &'static str, loss: f64, bound: Bound) -> Case<Trace> {
    let report_interval = Duration::from_secs(1);
    let flow = FlowSpec { reports: Reports::Totals, report_interval, ..beginning_with(300) };
    let way = calm(ms(50), 2_000).with_loss(loss);
    Case::elastic(name, SOURCE, about, world(way, flow, 20), vec![at(19_900, bound)])
}
