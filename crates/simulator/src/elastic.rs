//! Elastic flows over one bottleneck: how well estimation and pacing find what fits, without the rest of the server.
//!
//! Each flow is a source that sends as much as its estimator allows, as a camera with an ideal encoder
//! would (RFC 8593 §4), through our pacer, over a bottleneck that it shares with others; its receiver sends
//! transport-wide feedback back. The worlds of RFC 8867 are made of these.

mod feedback;
mod flow;
mod tcp;
mod trace;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha12Rng;

pub use flow::FlowSpec;
pub use tcp::TcpSpec;
pub use trace::{FlowTrace, Sample, Trace};

use crate::clock::Clock;
use crate::network::{Direction, LinkConditions};
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
    /// A TCP segment arrives, or its acknowledgement is back.
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
}

impl Run {
    fn new(world: &Elastic, seed: Seed) -> Self {
        let clock = Clock::new();
        let start = clock.now();
        let mut run = Self {
            clock,
            start,
            events: BinaryHeap::new(),
            pending: Vec::new(),
            forward: Direction::new(start, world.forward.clone()),
            backward: Direction::new(start, world.backward.clone()),
            rng: seed.generator("elastic"),
            flows: world.flows.iter().map(|spec| Flow::new(start, spec.clone())).collect(),
            tcps: world.tcps.iter().map(|spec| Tcp::new(start, spec.clone())).collect(),
            trace: Trace::new(world.flows.len(), world.tcps.len(), world.forward.capacity.clone()),
        };
        for (i, spec) in world.flows.iter().enumerate() {
            run.flows[i].plans(start + spec.starts);
            run.at(start + spec.starts, Event::Wake(i));
        }
        for (i, spec) in world.tcps.iter().enumerate() {
            run.at(start + spec.starts, Event::TcpWake(i));
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
                if self.flows[i].wakes(now) {
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
            Event::TcpWake(i) => self.tcp_wake(now, i),
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
            self.trace.flows[i].sent(now - self.start, packet.size);
            let arrivals = self.forward.pass(now, packet.payload_len(), &mut self.rng);
            let delay = self.flows[i].one_way();
            match arrivals.first {
                Some(at) => self.at(at + delay, Event::Arrive(i, packet)),
                None => self.trace.flows[i].lost(now - self.start, packet.size),
            }
            arrivals.again.into_iter().for_each(|at| self.at(at + delay, Event::Arrive(i, packet)));
        }
        let next = self.flows[i].poll_timeout(now);
        if self.flows[i].plans(next) {
            self.at(next, Event::Wake(i));
        }
    }

    fn send_report(&mut self, now: Instant, i: usize, report: Report) {
        if self.flows[i].loses_report(now - self.start, &mut self.rng) {
            return;
        }
        let delay = self.flows[i].one_way();
        let arrivals = self.backward.pass(now, report.len(), &mut self.rng);
        arrivals.first.into_iter().for_each(|at| self.at(at + delay, Event::Report(i, report.clone())));
    }

    fn tcp_wake(&mut self, now: Instant, i: usize) {
        while let Some(number) = self.tcps[i].poll(now) {
            self.trace.tcps[i].sent(now - self.start, tcp::SEGMENT);
            let delay = self.tcps[i].one_way();
            if let Some(at) = self.forward.pass(now, tcp::SEGMENT, &mut self.rng).first {
                self.at(at + delay, Event::Segment(i, number));
            }
        }
        if let Some(next) = self.tcps[i].poll_timeout(now) {
            self.at(next, Event::TcpWake(i));
        }
    }

    fn sample(&mut self, now: Instant) {
        let since = now - self.start;
        let wait = self.forward.wait(now);
        for (flow, trace) in self.flows.iter().zip(&mut self.trace.flows) {
            trace.sample(since, flow.estimate(), wait);
        }
        self.at(now + SAMPLE, Event::Sample);
    }

    fn finish(self) -> Trace {
        self.trace
    }
}

#[cfg(test)]
mod tests;
