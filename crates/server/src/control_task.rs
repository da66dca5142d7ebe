//! The control plane's task: everything that happens to rooms and sessions happens here, in order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_bus::lane::{Full, Receiver, Sender};
use switchyard_bus::wake::Wake;
use switchyard_control::driver::{Control, Output};
use switchyard_gateway::port::{Sessions, ToControl};
use switchyard_vocab::ids::WorkerId;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::yield_now;
use tokio::time::{Duration, sleep, sleep_until};

use crate::journal::Journal;

/// With nothing to wait for, the task still looks around this often.
const IDLE: Duration = Duration::from_secs(60);

/// How long a worker may take to make room for its last commands.
const MAX_FAREWELL: Duration = Duration::from_secs(5);

/// Requests handled before workers and deadlines get their turn again: reading a hostile session
/// description takes some 15 ms, and a queue full of them must not hold everybody back.
const REQUESTS_PER_ROUND: usize = 16;

/// How soon commands that found a full lane are tried again.
const RETRY: Duration = Duration::from_millis(1);

/// Wakes the task when a worker has left events.
#[derive(Debug, Default)]
pub(crate) struct Nudge(Notify);

impl Wake for Nudge {
    fn wake(&self) {
        self.0.notify_one();
    }
}

/// The lanes between control and one worker.
pub(crate) struct WorkerLanes {
    commands: Sender<Command>,
    events: Receiver<Event>,
    /// Commands that found the lane full: control waits, nothing is lost.
    waiting: VecDeque<Command>,
}

impl WorkerLanes {
    /// Control's ends.
    pub(crate) fn new(commands: Sender<Command>, events: Receiver<Event>) -> Self {
        Self { commands, events, waiting: VecDeque::new() }
    }

    fn send(&mut self, command: Command) {
        if self.waiting.is_empty() {
            if let Err(Full(command)) = self.commands.send(command) {
                self.waiting.push_back(command);
            }
        } else {
            self.waiting.push_back(command);
        }
    }

    fn flush(&mut self) {
        while self.commands.has_room() {
            let Some(command) = self.waiting.pop_front() else { break };
            let _ = self.commands.send(command);
        }
        self.commands.flush();
    }
}

/// Everything the task owns.
pub(crate) struct ControlTask {
    /// What decides.
    pub(crate) control: Control,
    /// From the gateway.
    pub(crate) requests: mpsc::Receiver<ToControl>,
    /// To the gateway.
    pub(crate) sessions: Arc<Sessions>,
    /// To and from each worker, by number.
    pub(crate) workers: Vec<WorkerLanes>,
    /// Rings when a worker has left events.
    pub(crate) nudge: Arc<Nudge>,
    /// Writes down what happens.
    pub(crate) journal: Journal,
    /// Turns true when the server is to stop.
    pub(crate) stop: watch::Receiver<bool>,
}

impl ControlTask {
    /// Runs until told to stop; then everybody has been told, and the workers are on their way out.
    pub(crate) async fn run(mut self) {
        loop {
            let deadline = self.deadline(Instant::now());
            let request = tokio::select! {
                request = self.requests.recv() => request,
                () = self.nudge.0.notified() => None,
                () = sleep_until(deadline.into()) => None,
                _ = self.stop.wait_for(|&stop| stop) => break,
            };
            if let Some(request) = request {
                self.handle(request);
            }
            self.take_what_waits();
            self.settle();
            yield_now().await;
        }
        self.control.stop(Instant::now());
        self.settle();
        for worker in &mut self.workers {
            worker.send(Command::Shutdown);
            worker.flush();
        }
        self.hand_over_the_rest().await;
    }

    /// Waits until the workers have taken what found their lanes full: `Shutdown` comes last.
    async fn hand_over_the_rest(&mut self) {
        let end = Instant::now() + MAX_FAREWELL;
        while self.workers.iter().any(|worker| !worker.waiting.is_empty()) && Instant::now() < end {
            sleep(RETRY).await;
            self.workers.iter_mut().for_each(WorkerLanes::flush);
        }
    }

    fn deadline(&self, now: Instant) -> Instant {
        let held_back = self.workers.iter().any(|worker| !worker.waiting.is_empty());
        let idle = now + if held_back { RETRY } else { IDLE };
        self.control.poll_timeout().map_or(idle, |timeout| timeout.min(idle))
    }

    fn handle(&mut self, request: ToControl) {
        match request {
            ToControl::Request(request) => self.control.handle_request(Instant::now(), request),
            ToControl::Query(query, reply) => {
                // Whoever asked may have stopped waiting.
                let _ = reply.send(self.control.answer(query));
            }
        }
    }

    /// Requests and events that came meanwhile, and deadlines that passed.
    fn take_what_waits(&mut self) {
        for _ in 0..REQUESTS_PER_ROUND {
            let Ok(request) = self.requests.try_recv() else { break };
            self.handle(request);
        }
        let now = Instant::now();
        for (number, worker) in (0..).zip(&mut self.workers) {
            while let Some(event) = worker.events.recv() {
                self.journal.note_event(WorkerId(number), &event);
                self.control.handle_event(now, WorkerId(number), event);
            }
        }
        self.control.handle_timeout(now);
    }

    /// Carries out what control decided.
    fn settle(&mut self) {
        while let Some(output) = self.control.poll_output() {
            match output {
                Output::Command(worker, command) => {
                    self.journal.note_command(worker, &command);
                    if let Some(worker) = self.workers.get_mut(worker.index()) {
                        worker.send(command);
                    }
                }
                // A session that is gone, or too slow, is the gateway's to end: it will say `Leave`.
                Output::Notice(addressed) => {
                    self.journal.note_notice(&addressed);
                    let _ = self.sessions.deliver(addressed);
                }
            }
        }
        for worker in &mut self.workers {
            worker.flush();
        }
    }
}
