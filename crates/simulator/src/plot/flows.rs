//! The chart of flows over a bottleneck.

use std::time::Duration;

use switchyard_vocab::units::Bitrate;

use super::{Chart, Line, Look, Panel, step};
use crate::elastic::{FlowTrace, Trace};
use crate::network::Capacity;

impl Chart {
    /// Capacity, estimates, rates, wait in the queue and loss of a run.
    pub fn of_flows(title: &str, trace: &Trace) -> Self {
        let tcp = usize::from(!trace.tcps.is_empty());
        let step = step(trace.lasts, 4 * trace.flows.len() + tcp);
        let looks = Looks { step, count: (trace.lasts.as_secs_f64() / step.as_secs_f64()).floor() as u32 };
        let panels = vec![
            Panel { what: "kbit/s", height: 220.0, least: 100.0, lines: rates(trace, looks) },
            Panel { what: "wait in queue, ms", height: 90.0, least: 50.0, lines: waits(trace, looks) },
            Panel { what: "loss, %", height: 60.0, least: 4.0, lines: losses(trace, looks) },
        ];
        Self { title: title.to_owned(), lasts: trace.lasts, panels }
    }
}

/// When a run is looked at.
#[derive(Clone, Copy)]
struct Looks {
    step: Duration,
    count: u32,
}

impl Looks {
    fn map(self, value: impl Fn(Duration) -> f64) -> Vec<(f64, f64)> {
        (0..self.count).map(|i| self.step * i).map(|at| (at.as_secs_f64(), value(at))).collect()
    }
}

fn rates(trace: &Trace, looks: Looks) -> Vec<Line> {
    let mut lines = vec![capacity(&trace.capacity, trace.lasts)];
    for (number, flow) in trace.flows.iter().enumerate() {
        let name = name(number, trace.flows.len(), flow);
        let began = flow.began().map_or(f64::INFINITY, |at| at.as_secs_f64());
        let since_then = |mut points: Vec<(f64, f64)>| {
            points.retain(|(at, _)| at + looks.step.as_secs_f64() > began);
            points
        };
        let estimate = since_then(looks.map(|at| kbps(flow.estimate_in(at..at + looks.step))));
        let sent = since_then(looks.map(|at| kbps(flow.sent_in(at..at + looks.step))));
        lines.push(Line { name: format!("sent{name}"), look: Look::Happened(number), points: sent });
        lines.push(Line { name: format!("estimate{name}"), look: Look::Decided(number), points: estimate });
    }
    if !trace.tcps.is_empty() {
        let arrived = |at| trace.tcps.iter().map(|tcp| kbps(tcp.arrived_in(at..at + looks.step))).sum();
        let look = Look::Happened(trace.flows.len());
        lines.push(Line { name: "TCP".to_owned(), look, points: looks.map(arrived) });
    }
    lines
}

fn waits(trace: &Trace, looks: Looks) -> Vec<Line> {
    // Flows on one way wait in one queue: one line for each way.
    let first = |backward: bool| trace.flows.iter().position(|flow| flow.is_backward == backward);
    let ways = [(first(false), "p95"), (first(true), "p95 of the way back")];
    let of = |(number, name): (Option<usize>, &str)| {
        let flow = &trace.flows[number?];
        let points = looks.map(|at| flow.wait_in(at..at + looks.step, 0.95).as_secs_f64() * 1e3);
        Some(Line { name: name.to_owned(), look: Look::Decided(number?), points })
    };
    ways.into_iter().filter_map(of).collect()
}

fn losses(trace: &Trace, looks: Looks) -> Vec<Line> {
    let of = |(number, flow): (usize, &FlowTrace)| Line {
        name: format!("lost{}", name(number, trace.flows.len(), flow)),
        look: Look::Decided(number),
        points: looks.map(|at| flow.loss_in(at..at + looks.step) * 100.0),
    };
    trace.flows.iter().enumerate().map(of).collect()
}

pub(super) fn capacity(capacity: &Capacity, lasts: Duration) -> Line {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let tenth = Duration::from_millis(100);
    for at in (0..).map(|i| tenth * i).take_while(|at| *at < lasts) {
        let rate = capacity.at(at).map_or(0.0, kbps);
        if points.last().is_none_or(|(_, last)| *last != rate) {
            points.push((at.as_secs_f64(), rate));
        }
    }
    points.extend(points.last().map(|(_, last)| (lasts.as_secs_f64(), *last)));
    Line { name: "capacity".to_owned(), look: Look::Limit, points }
}

fn name(number: usize, of: usize, flow: &FlowTrace) -> String {
    match (of, flow.is_backward) {
        (1, _) => String::new(),
        (_, true) => " back".to_owned(),
        (_, false) => format!(" {}", number + 1),
    }
}

pub(super) fn kbps(rate: Bitrate) -> f64 {
    rate.as_bps() as f64 / 1e3
}
