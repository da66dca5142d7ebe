//! Elastic flows over one bottleneck: how well estimation and pacing find what fits, without the rest of the server.
//!
//! Each flow is a source that sends as much as its estimator allows, as a camera with an ideal encoder
//! would (RFC 8593 §4), through our pacer, over a bottleneck that it shares with others; its receiver sends
//! transport-wide feedback back. The worlds of RFC 8867 are made of these.

mod feedback;
mod flow;
mod tcp;
mod trace;
mod wake_up;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha12Rng;

pub use feedback::Reports;
pub use flow::{FlowSpec, Told};
pub use tcp::TcpSpec;
pub use trace::{FlowTrace, Sample, Trace};

use crate::clock::Clock;
use crate::network::{Capacity, Direction, LinkConditions};
use crate::seed::Seed;
use feedback::Report;
use flow::{Flow, Packet};
use tcp::Tcp;

/// How often everything is looked at.
const SAMPLE: Duration = Duration::from_millis(100);

/// A world of flows.
#[derive(Clone, Debug)]
pub struct Elastic {
    /// The bottleneck from senders to receivers.
    pub forward: LinkConditions,
    /// The way back.
    pub backward: LinkConditions,
    /// From when on the way there is another.
    pub changes: Vec<(Duration, LinkConditions)>,
    /// The flows.
    pub flows: Vec<FlowSpec>,
    /// Flows that follow TCP's rules.
    pub tcps: Vec<TcpSpec>,
    /// How long it runs.
    pub lasts: Duration,
}

/// What happens next.
#[derive(Clone, Debug)]
enum Event {
    /// A flow looks at its timers.
    Wake(usize),
    /// A packet reaches a receiver.
    Arrive(usize, Packet),
    /// A receiver's report reaches its sender.
    Report(usize, Report),
    /// A sender is told something.
    Told(usize, Told),
    /// The way there is another.
    Change(LinkConditions),
    /// A segment of TCP arrives.
    Segment(usize, u64),
    /// Its acknowledgement is back.
    Acknowledge(usize, u64),
    /// TCP looks at its timers.
    TcpWake(usize),
    /// Everything is looked at.
    Sample,
}

/// One run.
struct Run {
    clock: Clock,
    start: Instant,
    events: BinaryHeap<Reverse<(Instant, u64)>>,
    pending: Vec<Option<Event>>,
    forward: Direction,
    backward: Direction,
    rng: ChaCha12Rng,
    flows: Vec<Flow>,
    tcps: Vec<Tcp>,
    trace: Trace,
}

impl Elastic {
    /// Runs the world and tells what happened.
    pub fn run(&self, seed: Seed) -> Trace {
        let mut run = Run::new(self, seed);
        let end = run.start + self.lasts;
        while let Some((at, event)) = run.next() {
            if at > end {
                break;
            }
            run.clock.advance_to(at);
            run.handle(at, event);
        }
        run.finish()
    }

    /// The bottleneck's capacity over time, changes of the way included.
    fn capacity(&self) -> Capacity {
        let changed =
            self.changes.iter().filter_map(|(at, way)| Some((*at, way.capacity.at(Duration::ZERO)?)));
        match self.changes.is_empty() {
            true => self.forward.capacity.clone(),
            false => Capacity::steps(
                self.forward
                    .capacity
                    .at(Duration::ZERO)
                    .map(|rate| (Duration::ZERO, rate))
                    .into_iter()
                    .chain(changed),
            ),
        }
    }
}

impl Run {
    fn new(world: &Elastic, seed: Seed) -> Self {
        let clock = Clock::new();
        let start = clock.now();
        let tcp_rng = |i: usize| seed.generator(&format!("tcp {i}"));
        let mut run = Self {
            clock,
            start,
            events: BinaryHeap::new(),
            pending: Vec::new(),
            forward: Direction::new(start, world.forward.clone()),
            backward: Direction::new(start, world.backward.clone()),
            rng: seed.generator("elastic"),
            flows: world.flows.iter().map(|spec| Flow::new(start, spec.clone())).collect(),
            tcps: world
                .tcps
                .iter()
                .zip(0..)
                .map(|(spec, i)| Tcp::new(start, spec.clone(), tcp_rng(i)))
                .collect(),
            trace: Trace::new(world, seed),
        };
        for (i, spec) in world.flows.iter().enumerate() {
            run.flows[i].wake_up.plans(start + spec.starts);
            run.at(start + spec.starts, Event::Wake(i));
            spec.told.iter().for_each(|&(at, told)| run.at(start + at, Event::Told(i, told)));
        }
        for (i, spec) in world.tcps.iter().enumerate() {
            run.tcps[i].wake_up.plans(start + spec.starts);
            run.at(start + spec.starts, Event::TcpWake(i));
        }
        for (at, conditions) in &world.changes {
            run.at(start + *at, Event::Change(conditions.clone()));
        }
        run.at(start, Event::Sample);
        run
    }

    fn at(&mut self, at: Instant, event: Event) {
        self.events.push(Reverse((at, self.pending.len() as u64)));
        self.pending.push(Some(event));
    }

    fn next(&mut self) -> Option<(Instant, Event)> {
        loop {
            let Reverse((at, number)) = self.events.pop()?;
            if let Some(event) = self.pending.get_mut(number as usize).and_then(Option::take) {
                return Some((at, event));
            }
        }
    }

    fn handle(&mut self, now: Instant, event: Event) {
        match event {
            Event::Wake(i) => {
                if self.flows[i].wake_up.wakes(now) {
                    self.wake(now, i);
                }
            }
            Event::Arrive(i, packet) => {
                self.trace.flows[i].arrived(now - self.start, now - packet.sent_at, packet.size);
                if let Some(report) = self.flows[i].receiver.on_packet(now, &packet) {
                    self.send_report(now, i, report);
                }
            }
            Event::Report(i, report) => {
                self.flows[i].on_report(now, &report);
                self.wake(now, i);
            }
            Event::Told(i, told) => {
                self.flows[i].on_told(now, told);
                self.wake(now, i);
            }
            Event::Change(conditions) => self.forward.change(now, conditions),
            Event::Segment(i, number) => {
                let delay = self.tcps[i].one_way();
                let back = self.backward.pass(now, tcp::ACK, &mut self.rng);
                back.first.into_iter().for_each(|at| self.at(at + delay, Event::Acknowledge(i, number)));
            }
            Event::Acknowledge(i, number) => {
                self.tcps[i].on_acknowledged(now, number);
                self.trace.tcps[i].arrived(now - self.start, Duration::ZERO, tcp::SEGMENT);
                self.tcp_wake(now, i);
            }
            Event::TcpWake(i) => {
                if self.tcps[i].wake_up.wakes(now) {
                    self.tcp_wake(now, i);
                }
            }
            Event::Sample => self.sample(now),
        }
    }

    fn wake(&mut self, now: Instant, i: usize) {
        let flow = &mut self.flows[i];
        flow.on_time(now);
        if let Some(report) = flow.receiver.on_time(now) {
            self.send_report(now, i, report);
        }
        while let Some(packet) = self.flows[i].poll(now) {
            let is_backward = self.flows[i].is_backward();
            let way = if is_backward { &mut self.backward } else { &mut self.forward };
            let since = now - self.start;
            self.trace.flows[i].sent(since, &packet, way.wait(now));
            let arrivals = way.pass(now, packet.payload_len(), &mut self.rng);
            let delay = self.flows[i].one_way();
            match arrivals.first {
                Some(at) => self.at(at + delay, Event::Arrive(i, packet)),
                None => self.trace.flows[i].lost(now - self.start, packet.size),
            }
            arrivals.again.into_iter().for_each(|at| self.at(at + delay, Event::Arrive(i, packet)));
        }
        let next = self.flows[i].poll_timeout(now);
        if self.flows[i].wake_up.plans(next) {
            self.at(next, Event::Wake(i));
        }
    }

    fn send_report(&mut self, now: Instant, i: usize, report: Report) {
        if self.flows[i].loses_report(now - self.start, &mut self.rng) {
            return;
        }
        let delay = self.flows[i].one_way();
        let way = if self.flows[i].is_backward() { &mut self.forward } else { &mut self.backward };
        let arrivals = way.pass(now, report.len(), &mut self.rng);
        arrivals.first.into_iter().for_each(|at| self.at(at + delay, Event::Report(i, report.clone())));
    }

    fn tcp_wake(&mut self, now: Instant, i: usize) {
        while let Some(number) = self.tcps[i].poll(now) {
            self.trace.tcps[i].segment_sent(now - self.start, tcp::SEGMENT);
            let delay = self.tcps[i].one_way();
            if let Some(at) = self.forward.pass(now, tcp::SEGMENT, &mut self.rng).first {
                self.at(at + delay, Event::Segment(i, number));
            }
        }
        if let Some(next) = self.tcps[i].poll_timeout(now)
            && self.tcps[i].wake_up.plans(next)
        {
            self.at(next, Event::TcpWake(i));
        }
    }

    fn sample(&mut self, now: Instant) {
        let since = now - self.start;
        for (flow, trace) in self.flows.iter().zip(&mut self.trace.flows) {
            let wait = if flow.is_backward() { self.backward.wait(now) } else { self.forward.wait(now) };
            trace.sample(since, flow.estimate(), wait);
        }
        self.at(now + SAMPLE, Event::Sample);
    }

    fn finish(mut self) -> Trace {
        for (flow, trace) in self.flows.iter().zip(&mut self.trace.flows) {
            trace.refused = flow.refused;
        }
        self.trace
    }
}

#[cfg(test)]
mod tests;
