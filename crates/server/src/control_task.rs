//! The control plane's task: everything that happens to rooms and sessions happens here, in order.

mod held_back;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use switchyard_bus::command::{self, Command};
use switchyard_bus::event::Event;
use switchyard_bus::lane::{Full, Receiver, Sender};
use switchyard_bus::snapshot::{self, Downlinks};
use switchyard_bus::wake::Wake;
use switchyard_control::driver::{Control, Output};
use switchyard_control::intent::{Intent, Request};
use switchyard_control::query::{Answer, ControlTotals, ParticipantDetail, Query};
use switchyard_control::refusal::Refusal;
use switchyard_gateway::port::{Acting, Asked, FromGateway, Sessions};
use switchyard_vocab::ids::WorkerId;
use tokio::sync::{Notify, watch};
use tokio::task::yield_now;
use tokio::time::{Duration, sleep, sleep_until};

pub(crate) use self::held_back::HeldBack;
use self::held_back::{MAX_HELD_BACK, Taken};
use crate::journal::Journal;

/// With nothing to wait for, the task still looks around this often.
const IDLE: Duration = Duration::from_secs(60);

/// How long a worker may take to make room for its last commands.
const MAX_FAREWELL: Duration = Duration::from_secs(5);

/// Requests handled before workers and deadlines get their turn again: reading a hostile session
/// description takes some 15 ms, and a queue full of them must not hold everybody back.
const REQUESTS_PER_ROUND: usize = 16;

/// The same for what one worker tells: a room of hundreds hears of each.
const EVENTS_PER_ROUND: usize = 256;

/// Commands that may wait for one worker, beside those on its lane, before nobody new is let in. A lane
/// full is about a hundred joins: a worker that is two hundreds behind only falls further behind with more,
/// and with a larger number everybody would wait longer before anybody is turned away.
const OVERLOADED_AT: usize = command::CAPACITY;

/// Commands that may wait for one worker before requests are held back. What is still carried out then is that
/// somebody leaves, what workers tell and what falls due: it takes away, so that its commands are bounded by what
/// there is.
/// Some five megabytes; a lower number would let one worker that hiccups be felt in rooms of the others.
const MOST_WAITING: usize = 16 * command::CAPACITY;

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
    /// What is known of the ways to its subscribers.
    downlinks: snapshot::Reader<Downlinks>,
    /// Commands that found the lane full: control waits, nothing is lost.
    waiting: VecDeque<Command>,
    /// Most events found at once since somebody last asked.
    deepest: usize,
}

impl WorkerLanes {
    /// Control's ends.
    pub(crate) fn new(
        commands: Sender<Command>,
        events: Receiver<Event>,
        downlinks: snapshot::Reader<Downlinks>,
    ) -> Self {
        Self { commands, events, downlinks, waiting: VecDeque::new(), deepest: 0 }
    }

    fn send(&mut self, command: Command) {
        if self.commands.is_abandoned() {
            // Whoever ran the worker knows that it is gone. Nobody will ever read this.
            self.waiting.clear();
        } else if self.waiting.is_empty() {
            if let Err(Full(command)) = self.commands.send(command) {
                self.waiting.push_back(command);
            }
        } else {
            self.waiting.push_back(command);
        }
    }

    /// Whether so much waits that the worker should not be given more people to care for.
    fn is_overloaded(&self) -> bool {
        self.waiting.len() >= OVERLOADED_AT
    }

    /// Whether so much waits that nothing should be asked of anybody.
    fn is_stuck(&self) -> bool {
        self.waiting.len() >= MOST_WAITING
    }

    fn flush(&mut self) {
        if self.commands.is_abandoned() {
            self.waiting.clear();
        }
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
    pub(crate) from_gateway: FromGateway,
    /// To the gateway.
    pub(crate) sessions: Arc<Sessions>,
    /// To and from each worker, by number.
    pub(crate) workers: Vec<WorkerLanes>,
    /// Rings when a worker has left events.
    pub(crate) nudge: Arc<Nudge>,
    /// Requests that wait for a worker that is stuck.
    pub(crate) held_back: HeldBack,
    /// Writes down what happens.
    pub(crate) journal: Journal,
    /// Turns true when the server is to stop.
    pub(crate) stop: watch::Receiver<bool>,
}

/// What the task was woken by.
enum Woken {
    Requested(Request),
    Asked(Asked),
    Acting(Acting),
    /// A worker has told something, or something is due.
    ToLook,
}

impl ControlTask {
    /// Runs until told to stop; then everybody has been told, and the workers are on their way out.
    pub(crate) async fn run(mut self) {
        loop {
            let overloaded = self.workers.iter().any(WorkerLanes::is_overloaded);
            self.control.set_overloaded(overloaded);
            let deadline = self.deadline(Instant::now());
            let woken = tokio::select! {
                Some(request) = self.from_gateway.requests.recv(), if self.takes_requests() => {
                    Woken::Requested(request)
                }
                Some(asked) = self.from_gateway.queries.recv() => Woken::Asked(asked),
                Some(acting) = self.from_gateway.acts.recv() => Woken::Acting(acting),
                () = self.nudge.0.notified() => Woken::ToLook,
                () = sleep_until(deadline.into()) => Woken::ToLook,
                _ = self.stop.wait_for(|&stop| stop) => break,
            };
            match woken {
                Woken::Requested(request) => self.take(request),
                Woken::Asked(asked) => self.answer(asked),
                Woken::Acting(acting) => self.act(acting),
                Woken::ToLook => {}
            }
            self.take_what_waits();
            self.flush();
            yield_now().await;
        }
        self.control.stop(Instant::now());
        self.carry_out();
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
        let may_go_on = !self.is_stuck() && !self.held_back.is_empty();
        if may_go_on || self.workers.iter().any(|worker| worker.events.depth() > 0) {
            return now;
        }
        let is_behind = self.workers.iter().any(|worker| !worker.waiting.is_empty());
        let idle = now + if is_behind { RETRY } else { IDLE };
        self.control.poll_timeout().map_or(idle, |timeout| timeout.min(idle))
    }

    fn is_stuck(&self) -> bool {
        self.workers.iter().any(WorkerLanes::is_stuck)
    }

    /// While a worker is stuck every request is looked at, so that nobody is kept from leaving. Else what was held
    /// back comes first, and as soon as much of it waits, so does the gateway's queue.
    fn takes_requests(&self) -> bool {
        self.is_stuck() || self.held_back.len() < MAX_HELD_BACK
    }

    /// Carries a request out, or holds it back behind those that wait.
    fn take(&mut self, request: Request) {
        if !self.is_stuck() && self.held_back.is_empty() {
            return self.handle(request);
        }
        if matches!(request.intent, Intent::Resume { .. }) {
            self.control.expect_return(request.session);
        }
        match self.held_back.take(request) {
            Taken::AtOnce(request) => self.handle(request),
            Taken::Held => {}
            Taken::Refused(request) => {
                self.control.turn_away(Instant::now(), &request, Refusal::Overloaded);
                self.carry_out();
            }
        }
    }

    fn handle(&mut self, request: Request) {
        self.control.handle_request(Instant::now(), request);
        self.carry_out();
    }

    fn act(&mut self, Acting { act, outcome }: Acting) {
        let acted = self.control.handle_act(Instant::now(), act);
        self.carry_out();
        // Whoever acted may have stopped waiting.
        let _ = outcome.send(acted);
    }

    fn answer(&mut self, Asked { query, answer }: Asked) {
        // Whoever asked may have stopped waiting.
        let _ = answer.send(self.look_up(query));
    }

    fn look_up(&mut self, query: Query) -> Answer {
        match self.control.answer(Instant::now(), &query) {
            Answer::Totals(totals) => Answer::Totals(self.with_lanes(totals)),
            Answer::Participant(Some(mut detail)) => {
                self.add_downlinks(&mut detail);
                Answer::Participant(Some(detail))
            }
            answer => answer,
        }
    }

    fn with_lanes(&mut self, mut totals: ControlTotals) -> ControlTotals {
        let waiting = self.workers.iter().map(|worker| worker.waiting.len());
        totals.waiting_commands = waiting.sum::<usize>() as u64;
        totals.held_requests = self.held_back.len() as u64;
        let deepest = self.workers.iter_mut().map(|worker| std::mem::take(&mut worker.deepest));
        totals.event_lane_depth = deepest.max().unwrap_or_default() as u64;
        totals
    }

    fn add_downlinks(&self, detail: &mut ParticipantDetail) {
        let worker = detail.about.worker.and_then(|worker| self.workers.get(worker.index()));
        let Some(downlinks) = worker.map(|worker| worker.downlinks.latest()) else { return };
        for connection in &mut detail.connections {
            let figures = downlinks.iter().find(|(peer, _)| *peer == connection.peer);
            connection.downlink = figures.map(|&(_, figures)| figures);
        }
    }

    /// Requests and events that came meanwhile, and deadlines that passed.
    fn take_what_waits(&mut self) {
        for _ in 0..REQUESTS_PER_ROUND {
            let held = if self.is_stuck() { None } else { self.held_back.pop() };
            if let Some(request) = held {
                self.handle(request);
            } else if let Ok(request) = self.from_gateway.requests.try_recv() {
                self.take(request);
            } else {
                break;
            }
        }
        let now = Instant::now();
        for worker in (0..).map(WorkerId).take(self.workers.len()) {
            self.take_events(now, worker);
        }
        self.control.handle_timeout(now);
        self.carry_out();
    }

    fn take_events(&mut self, now: Instant, worker: WorkerId) {
        for _ in 0..EVENTS_PER_ROUND {
            let Some(lanes) = self.workers.get_mut(worker.index()) else { return };
            lanes.deepest = lanes.deepest.max(lanes.events.depth());
            let Some(event) = lanes.events.recv() else { return };
            self.journal.note_event(worker, &event);
            self.control.handle_event(now, worker, event);
            self.carry_out();
        }
    }

    /// Carries out what control decided, after every single input: what one leads to may be as much as a
    /// room is large.
    fn carry_out(&mut self) {
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
    }

    fn flush(&mut self) {
        self.workers.iter_mut().for_each(WorkerLanes::flush);
    }
}

#[cfg(test)]
mod tests;
