//! The world: control, workers, network and clients, moved from one event to the next.
//!
//! ```text
//!              ┌────────── signalling ─────────┐
//!   clients ◀──┤                               ├──▶ control ◀─ events ── workers
//!              └─ network: delay, loss, order ─┼───────────────────────▶    │ ▲
//!                                              │             commands ──────┘ └─ lanes between them
//! ```
//!
//! At one instant things happen in a fixed order, again and again until nothing is left to do; then
//! the clock moves on to whatever is due next. Nothing else moves it.

mod seat;
mod signalling;
mod view;
mod watch;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use switchyard_bus::command::Command;
use switchyard_bus::wake::{Flag, Wake};
use switchyard_bus::{event, lane, mesh};
use switchyard_control::config::{ControlConfig, WorkerAddress};
use switchyard_control::driver::{Control, Output};
use switchyard_control::intent::{Intent, Request, RequestId};
use switchyard_control::notice::Addressed;
use switchyard_control::placement::Placement;
use switchyard_control::query::{ControlTotals, Query};
use switchyard_transport::ice_lite::issue_credentials;
use switchyard_vocab::counters::WorkerCounters;
use switchyard_vocab::ids::{Identity, RoomName, SessionId, WorkerId};
use switchyard_vocab::line::{Fingerprint, FingerprintHash};
use switchyard_vocab::redundancy::AudioRedundancy;

use crate::client::media::Media;
use crate::client::{Client, ClientConfig};
use crate::clock::Clock;
use crate::event_log::EventLog;
use crate::network::{LinkConditions, Network};
use crate::seed::Seed;
use seat::Seat;
use signalling::{Message, Signalling};
use watch::Watches;

pub use watch::{Glance, Look};

/// UDP port of the first worker.
const MEDIA_PORT: u16 = 7882;

/// Rounds in which everything at one instant must be done. Each takes one step along some chain of
/// messages, and none is that long: more is a loop that never ends.
const MAX_ROUNDS: usize = 64;

/// The room that everybody joins.
const ROOM: &str = "room";

/// What a world is made with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WorldConfig {
    /// How many workers there are: 1 to 256.
    pub workers: u8,
    /// How sessions are spread over them.
    pub placement: Placement,
    /// Whether each subscriber gets what fits on its way, instead of all it asks for.
    pub adapts: bool,
    /// When sound is repeated.
    pub redundancy: AudioRedundancy,
    /// Whether subscribers tell stream by stream what arrives (RFC 8888).
    pub ccfb: bool,
}

/// A server and its clients.
pub struct World {
    seed: Seed,
    clock: Clock,
    log: EventLog,
    network: Network,
    signalling: Signalling,
    control: Control,
    /// Somebody left something for control.
    control_flag: Arc<Flag>,
    seats: Vec<Seat>,
    clients: Vec<Client>,
    watches: Watches,
    sessions: u64,
}

impl World {
    /// A world in which nothing has happened yet.
    pub fn new(seed: Seed, config: WorldConfig) -> Self {
        let clock = Clock::new();
        let control_flag = Arc::new(Flag::default());
        let flags: Vec<_> = (0..config.workers).map(|_| Arc::new(Flag::default())).collect();
        let wakes: Vec<_> = flags.iter().map(|flag| flag.clone() as Arc<dyn Wake>).collect();
        let links = mesh::mesh(&wakes);
        let seats = flags.into_iter().zip(links).zip(0..).map(|((flag, links), number)| {
            let id = WorkerId(number);
            let (events_in, events) = lane::lane(event::CAPACITY, control_flag.clone());
            Seat::new(seed, id, &config, clock.wall(), flag, links, (events_in, events))
        });
        Self {
            seats: seats.collect(),
            control: Control::new(control_config(config), seed.bytes("control"), issue_credentials),
            network: Network::new(seed.generator("network")),
            signalling: Signalling::default(),
            log: EventLog::default(),
            clients: Vec::new(),
            watches: Watches::default(),
            sessions: 0,
            control_flag,
            clock,
            seed,
        }
    }

    /// A client comes and joins, over a link with these conditions in both directions.
    pub fn enter(&mut self, name: &str, media: Media, conditions: LinkConditions) -> SessionId {
        self.sessions += 1;
        let number = self.sessions as u16;
        let session = SessionId(self.sessions);
        let ip = IpAddr::V4(Ipv4Addr::new(10, 1, (number >> 8) as u8, number as u8));
        let config = ClientConfig {
            session,
            identity: Identity::new(name),
            room: RoomName::new(ROOM),
            media,
            publish_from: SocketAddr::new(ip, 50_000),
            subscribe_from: SocketAddr::new(ip, 50_001),
        };
        self.log.note(self.clock.elapsed(), "link", &(name, &conditions));
        self.network.attach(self.clock.now(), config.publish_from, conditions.clone(), conditions.clone());
        self.network.attach(self.clock.now(), config.subscribe_from, conditions.clone(), conditions);
        self.clients.push(Client::new(self.seed, config, self.clock.wall()));
        session
    }

    /// Changes the links of the client called `name`.
    pub fn set_conditions(&mut self, name: &str, up: LinkConditions, down: LinkConditions) {
        let Some(client) = self.client(name) else { return };
        let config = client.config().clone();
        self.log.note(self.clock.elapsed(), "link", &(name, &down));
        self.network.attach(self.clock.now(), config.publish_from, up.clone(), down.clone());
        self.network.attach(self.clock.now(), config.subscribe_from, up, down);
    }

    /// The client called `name` wants something.
    pub fn want(&mut self, name: &str, intent: Intent) {
        if let Some(client) = self.client_mut(name) {
            client.want(intent);
        }
    }

    /// The client called `name` asks from now on for far more than it needs.
    pub fn flood(&mut self, name: &str) {
        let now = self.clock.now();
        if let Some(client) = self.client_mut(name) {
            client.flood(now);
        }
    }

    /// Of what anybody has seen so far nothing counts any more.
    pub fn forget_seen(&mut self) {
        self.clients.iter_mut().for_each(Client::forget_seen);
    }

    /// The client called `name`; the latest one, when it came more than once.
    pub fn client(&self, name: &str) -> Option<&Client> {
        self.clients.iter().rev().find(|client| client.config().identity.as_str() == name)
    }

    fn client_mut(&mut self, name: &str) -> Option<&mut Client> {
        self.clients.iter_mut().rev().find(|client| client.config().identity.as_str() == name)
    }

    /// Everybody who ever came, in order.
    pub fn clients(&self) -> &[Client] {
        &self.clients
    }

    /// Everything that happened.
    pub const fn log(&self) -> &EventLog {
        &self.log
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// What each worker has counted, in the order of their numbers.
    pub fn counters(&self) -> Vec<WorkerCounters> {
        self.seats.iter().map(|seat| *seat.worker.counters()).collect()
    }

    /// How much control holds.
    pub fn totals(&self) -> ControlTotals {
        self.control.answer(self.clock.now(), &Query::Totals).totals().unwrap_or_default()
    }

    /// Lets so much time pass.
    pub fn run(&mut self, time: Duration) {
        let end = self.clock.now() + time;
        loop {
            self.settle();
            let next = self.next_event().into_iter().chain(self.watches.next_look()).min();
            let Some(at) = next.filter(|&at| at <= end) else { break };
            assert!(at > self.clock.now(), "at {:?} something is due and nobody does it", self.elapsed());
            self.clock.advance_to(at);
            self.look();
        }
        self.clock.advance_to(end);
    }

    /// Does everything that is due at this instant, and all that follows from it at once.
    fn settle(&mut self) {
        for _ in 0..MAX_ROUNDS {
            if !self.round() {
                return;
            }
        }
        panic!("at {:?} the world does not come to rest; see its log", self.elapsed());
    }

    /// One round in fixed order; gives back whether anything happened.
    fn round(&mut self) -> bool {
        let now = self.clock.now();
        let mut happened = self.deliver_signals(now);
        happened |= self.move_clients(now);
        happened |= self.deliver_datagrams(now);
        happened |= self.turn_workers(now);
        happened |= self.move_control(now);
        happened
    }

    fn next_event(&self) -> Option<Instant> {
        let alive = self.clients.iter().filter(|client| client.told().ended.is_none());
        let clients = alive.filter_map(Client::poll_timeout).min();
        let workers = self.seats.iter().filter_map(|seat| seat.until).min();
        let rest = [self.signalling.next_arrival(), self.network.next_arrival(), self.control.poll_timeout()];
        rest.into_iter().chain([clients, workers]).flatten().min()
    }

    fn deliver_signals(&mut self, now: Instant) -> bool {
        let mut happened = false;
        while let Some(message) = self.signalling.receive(now) {
            happened = true;
            match message {
                Message::Request(request) => {
                    self.log.note(self.clock.elapsed(), "request", &request);
                    self.control.handle_request(now, request);
                    self.empty_control(now);
                }
                Message::Notice(told) => {
                    self.log.note(self.clock.elapsed(), "notice", &told);
                    self.deliver_notice(now, &told);
                }
            }
        }
        happened
    }

    fn deliver_notice(&mut self, now: Instant, told: &Addressed) {
        let Some(client) = self.clients.iter_mut().find(|client| client.config().session == told.session)
        else {
            return;
        };
        client.handle_notice(now, &told.notice);
        if client.told().ended.is_some() {
            for address in [client.config().publish_from, client.config().subscribe_from] {
                self.network.detach(address);
            }
        }
    }

    fn move_clients(&mut self, now: Instant) -> bool {
        let mut happened = false;
        for client in self.clients.iter_mut().filter(|client| client.told().ended.is_none()) {
            if client.poll_timeout().is_some_and(|at| at <= now) {
                client.handle_timeout(now);
                happened = true;
            }
            while let Some(intent) = client.poll_intent() {
                happened = true;
                let session = client.config().session;
                let request = Request { session, id: Some(RequestId(self.signalling.sent())), intent };
                self.signalling.send(now, Message::Request(request));
            }
            post(client, &self.clock, &mut self.log, &mut self.network);
        }
        happened
    }

    fn deliver_datagrams(&mut self, now: Instant) -> bool {
        let mut happened = false;
        while let Some(flight) = self.network.receive(now) {
            happened = true;
            let at = flight.tuple.local;
            if let Some(seat) = self.seats.iter_mut().find(|seat| seat.address == at) {
                seat.inbox.push(now, flight.tuple, flight.bytes);
                seat.has_post = true;
                continue;
            }
            let mut alive = self.clients.iter_mut().filter(|client| client.told().ended.is_none());
            if let Some(client) = alive.find(|client| client.has_address(at)) {
                client.handle_datagram(now, at, flight.bytes);
                post(client, &self.clock, &mut self.log, &mut self.network);
            }
        }
        happened
    }

    fn turn_workers(&mut self, now: Instant) -> bool {
        let mut happened = false;
        for seat in &mut self.seats {
            if !seat.is_due(now) {
                continue;
            }
            happened = true;
            for (tuple, bytes) in seat.turn(now, &self.clients, self.seed) {
                self.log.note_bytes(self.clock.elapsed(), "down", &bytes);
                self.network.send(now, tuple.local, tuple.remote, bytes);
            }
        }
        happened
    }

    fn move_control(&mut self, now: Instant) -> bool {
        let mut happened = false;
        if self.control_flag.take() {
            for number in 0..self.seats.len() {
                while let Some(event) = self.seats[number].events.recv() {
                    happened = true;
                    let id = self.seats[number].id;
                    self.log.note(self.clock.elapsed(), "event", &(id, &event));
                    self.control.handle_event(now, id, event);
                    self.empty_control(now);
                }
            }
        }
        if self.control.poll_timeout().is_some_and(|at| at <= now) {
            happened = true;
            self.control.handle_timeout(now);
            self.empty_control(now);
        }
        happened
    }

    fn empty_control(&mut self, now: Instant) {
        while let Some(output) = self.control.poll_output() {
            match output {
                Output::Notice(told) => self.signalling.send(now, Message::Notice(told)),
                Output::Command(worker, command) => self.send_command(worker, command),
            }
        }
    }

    fn send_command(&mut self, worker: WorkerId, command: Command) {
        self.log.note(self.clock.elapsed(), "command", &(worker, &command));
        let seat = self.seats.get_mut(worker.index()).expect("control knows its workers");
        seat.send(command);
    }
}

/// Puts on the network what a client sends.
fn post(client: &mut Client, clock: &Clock, log: &mut EventLog, network: &mut Network) {
    for (from, to, bytes) in client.take_datagrams() {
        log.note_bytes(clock.elapsed(), "up", &bytes);
        network.send(clock.now(), from, to, bytes);
    }
}

fn worker_address(id: WorkerId) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], MEDIA_PORT + u16::from(id.0)))
}

fn control_config(config: WorldConfig) -> ControlConfig {
    let address = |number| WorkerAddress { candidates: vec![worker_address(WorkerId(number))] };
    ControlConfig {
        placement: config.placement,
        redundancy: config.redundancy,
        ccfb: config.ccfb,
        workers: (0..config.workers).map(address).collect(),
        // Nobody checks it: there are no handshakes.
        fingerprint: Fingerprint { hash: FingerprintHash::Sha256, digest: vec![0xAB; 32] },
        ..ControlConfig::default()
    }
}
