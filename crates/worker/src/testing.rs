//! A small world for tests: one or two workers, clients that do real checks, handshakes and
//! encryption, and a time that only tests move.

pub(crate) mod call;
pub(crate) mod client;
pub(crate) mod source;

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use switchyard_bus::command::{self, Command};
use switchyard_bus::event::{self, Event};
use switchyard_bus::lane::{Receiver, Sender, lane};
use switchyard_bus::mesh::mesh;
use switchyard_bus::snapshot::{self, Downlinks, Reader};
use switchyard_bus::wake::{Flag, Wake};
use switchyard_transport::dtls::{Certificate, DtlsVersions};
use switchyard_vocab::counters::WorkerCounters;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::{PeerId, SessionId, WorkerId};
use switchyard_vocab::line::DtlsRole;
use switchyard_vocab::redundancy::AudioRedundancy;
use switchyard_vocab::wall_clock::WallClock;

use crate::io::{MemoryInbox, MemoryOutbox, Outbox};
use crate::{Lanes, Turn, Worker, WorkerConfig};
use client::{Client, srtp_keys};

/// Turns at one moment after which a worker counts as one that never rests.
const MOST_TURNS_AT_ONCE: u32 = 200;

/// A moment of the test, counted in milliseconds from its beginning.
pub(crate) fn at(milliseconds: u64) -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a test needs one moment to count from")]
    static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
    *EPOCH + Duration::from_millis(milliseconds)
}

/// The server's certificate in every test.
pub(crate) fn certificate() -> Arc<Certificate> {
    static CERTIFICATE: LazyLock<Arc<Certificate>> =
        LazyLock::new(|| Arc::new(Certificate::generate().expect("a certificate")));
    CERTIFICATE.clone()
}

/// A worker with what surrounds it.
pub(crate) struct Desk {
    pub(crate) worker: Worker,
    pub(crate) downlinks: Reader<Downlinks>,
    commands: Sender<Command>,
    events: Receiver<Event>,
    wake: Arc<Flag>,
    inbox: MemoryInbox,
    has_letters: bool,
    pub(crate) outbox: Outgoing,
    until: Option<Instant>,
    pub(crate) is_finished: bool,
    /// It takes no turns for now.
    pub(crate) is_frozen: bool,
    /// Nobody reads the events for now.
    pub(crate) is_deaf: bool,
    pub(crate) turns: u32,
    pub(crate) told: Vec<Event>,
}

/// A send buffer that may be full.
#[derive(Default)]
pub(crate) struct Outgoing {
    memory: MemoryOutbox,
    pub(crate) is_full: bool,
}

impl Outbox for Outgoing {
    fn reserve(&mut self, path: Tuple, max_len: usize) -> Option<&mut [u8]> {
        if self.is_full { None } else { self.memory.reserve(path, max_len) }
    }

    fn commit(&mut self, len: usize) {
        self.memory.commit(len);
    }
}

/// How much a worker holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tables {
    pub(crate) peers: usize,
    pub(crate) addresses: usize,
    pub(crate) publications: usize,
    pub(crate) mirrors: usize,
    pub(crate) subscriptions: usize,
    pub(crate) handshakes: usize,
    pub(crate) early_demand: usize,
    pub(crate) news: bool,
    pub(crate) has_timers: bool,
}

/// Workers, clients and time.
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) desks: Vec<Desk>,
    pub(crate) clients: Vec<Client>,
    /// Datagrams that went to nobody.
    pub(crate) nowhere: Vec<(Tuple, Vec<u8>)>,
    next_id: u64,
}

impl World {
    pub(crate) fn of(workers: u8) -> Self {
        Self::with_event_lane(workers, event::CAPACITY)
    }

    pub(crate) fn with_event_lane(workers: u8, capacity: usize) -> Self {
        let wakes: Vec<Arc<Flag>> = (0..workers).map(|_| Arc::default()).collect();
        let dynamic: Vec<Arc<dyn Wake>> = wakes.iter().map(|wake| wake.clone() as Arc<dyn Wake>).collect();
        let desks = mesh(&dynamic).into_iter().zip(wakes).enumerate().map(|(index, (links, wake))| {
            let (to_worker, commands) = lane(command::CAPACITY, wake.clone());
            let (events, from_worker) = lane(capacity, Arc::new(Flag::default()));
            let config = WorkerConfig {
                id: WorkerId(index as u8),
                certificate: certificate(),
                dtls: DtlsVersions::Auto,
                adapts: false,
                redundancy: AudioRedundancy::OnLoss,
                wall: WallClock { anchor: at(0), since_unix_epoch: Duration::from_secs(1_790_000_000) },
                seed: [index as u8 + 1; 32],
            };
            let (downlinks, figures) = snapshot::place();
            let lanes = Lanes { commands, events, links, snapshot: snapshot::place().0, downlinks };
            Desk::new(Worker::new(config, lanes), to_worker, from_worker, wake, figures)
        });
        let (clients, nowhere) = (Vec::new(), Vec::new());
        Self { now: at(0), desks: desks.collect(), clients, nowhere, next_id: 1 }
    }

    /// A number that was not used yet, for ids and SSRCs.
    pub(crate) fn fresh(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn command(&mut self, worker: usize, command: Command) {
        let lane = &mut self.desks[worker].commands;
        assert!(lane.send(command).is_ok(), "a command found no room");
        lane.flush();
    }

    /// A client whose peer the worker knows, and nothing more.
    pub(crate) fn announce(&mut self, worker: usize) -> usize {
        let id = PeerId(self.fresh());
        let client = Client::new(id, worker);
        let local = client.server_ice.clone();
        self.command(worker, Command::OpenPeer { peer: id, session: SessionId(1), local });
        self.clients.push(client);
        self.clients.len() - 1
    }

    /// A client with an open line whose keys were given to both ends.
    pub(crate) fn open(&mut self, worker: usize) -> usize {
        let client = self.announce(worker);
        let Client { id, path, .. } = self.clients[client];
        let remote = self.clients[client].remote_line(DtlsRole::Server, None);
        self.command(worker, Command::ConnectPeer { peer: id, remote });
        self.settle();
        self.desks[worker].worker.install_keys(self.now, id, path, DtlsRole::Server, &srtp_keys(id));
        self.desks[worker].until = Some(self.now);
        self.clients[client].install_keys(self.now);
        self.settle();
        client
    }

    /// A client that checks and shakes hands. `fingerprint` is what its description says in place
    /// of the truth.
    pub(crate) fn shake_hands(&mut self, worker: usize, fingerprint: Option<Vec<u8>>) -> usize {
        let client = self.announce(worker);
        let Client { id, .. } = self.clients[client];
        let remote = self.clients[client].remote_line(DtlsRole::Server, fingerprint);
        self.command(worker, Command::ConnectPeer { peer: id, remote });
        self.clients[client].begin(self.now);
        self.settle();
        client
    }

    /// Lets some time pass.
    pub(crate) fn run(&mut self, milliseconds: u64) {
        self.run_until(self.now + Duration::from_millis(milliseconds));
    }

    pub(crate) fn run_until(&mut self, end: Instant) {
        loop {
            self.settle();
            if self.now >= end {
                return;
            }
            let awake = self.desks.iter().filter(|desk| !desk.is_frozen);
            let deadlines = awake.filter_map(|desk| desk.until);
            let next = deadlines.chain(self.clients.iter().filter_map(Client::poll_timeout)).min();
            self.now = next.unwrap_or(end).clamp(self.now, end);
            self.clients.iter_mut().for_each(|client| client.handle_timeout(self.now));
        }
    }

    /// Delivers and takes turns until nobody has anything to do at this moment.
    pub(crate) fn settle(&mut self) {
        for turns in 0.. {
            assert!(turns < MOST_TURNS_AT_ONCE, "a worker never rests");
            self.deliver();
            let now = self.now;
            let Some(ready) = self.desks.iter_mut().position(|desk| desk.is_ready(now)) else { return };
            self.turn(ready);
        }
    }

    /// What clients sent lies in the workers' inboxes.
    pub(crate) fn deliver(&mut self) {
        for client in &mut self.clients {
            for (path, bytes) in client.take_datagrams() {
                self.desks[worker_of(path)].receive(self.now, path, bytes);
            }
        }
    }

    /// One turn of one worker, whether or not it has anything to do.
    pub(crate) fn turn(&mut self, worker: usize) {
        for (path, bytes) in self.desks[worker].turn(self.now) {
            // Old addresses stay a client's.
            let is_for = |client: &&mut Client| client.addresses.contains(&path.remote);
            match self.clients.iter_mut().find(is_for) {
                Some(client) => client.handle_datagram(self.now, path, bytes),
                None => self.nowhere.push((path, bytes)),
            }
        }
    }

    /// A datagram out of nowhere.
    pub(crate) fn inject(&mut self, path: Tuple, bytes: Vec<u8>) {
        self.desks[worker_of(path)].receive(self.now, path, bytes);
    }

    pub(crate) fn counters(&self, worker: usize) -> &WorkerCounters {
        self.desks[worker].worker.counters()
    }

    pub(crate) fn drops(&self, worker: usize, reason: DropReason) -> u64 {
        self.counters(worker).drops.get(reason)
    }

    /// Everything that was told about ends of lines.
    pub(crate) fn ends(&self, worker: usize) -> Vec<switchyard_vocab::counters::LineEnd> {
        let ends = self.desks[worker].told.iter().filter_map(|event| match event {
            Event::PeerEnded { end, .. } => Some(*end),
            _ => None,
        });
        ends.collect()
    }

    pub(crate) fn tables(&self, worker: usize) -> Tables {
        let worker = &self.desks[worker].worker;
        let (publications, mirrors) = worker.routes.count();
        Tables {
            peers: worker.peers.len(),
            addresses: worker.peers.addresses(),
            publications,
            mirrors,
            subscriptions: worker.subscriptions.len(),
            handshakes: worker.handshakes.len(),
            early_demand: worker.early_demand.len(),
            news: !worker.news.is_empty(),
            has_timers: worker.timers.next().is_some(),
        }
    }
}

impl Desk {
    fn new(
        worker: Worker,
        commands: Sender<Command>,
        events: Receiver<Event>,
        wake: Arc<Flag>,
        downlinks: Reader<Downlinks>,
    ) -> Self {
        Self {
            worker,
            downlinks,
            commands,
            events,
            wake,
            inbox: MemoryInbox::default(),
            has_letters: false,
            outbox: Outgoing::default(),
            until: None,
            is_finished: false,
            is_frozen: false,
            is_deaf: false,
            turns: 0,
            told: Vec::new(),
        }
    }

    pub(crate) fn receive(&mut self, now: Instant, path: Tuple, bytes: Vec<u8>) {
        self.inbox.push(now, path, bytes);
        self.has_letters = true;
    }

    fn is_ready(&self, now: Instant) -> bool {
        !(self.is_finished || self.is_frozen)
            && (self.has_letters | self.wake.take() | self.until.is_some_and(|until| until <= now))
    }

    fn turn(&mut self, now: Instant) -> Vec<(Tuple, Vec<u8>)> {
        self.turns += 1;
        match self.worker.turn(now, &mut self.inbox, &mut self.outbox) {
            Turn::Until(until) => self.until = until,
            Turn::Finished => (self.is_finished, self.until) = (true, None),
        }
        self.inbox.clear();
        self.has_letters = false;
        if !self.is_deaf {
            self.told.extend(std::iter::from_fn(|| self.events.recv()));
        }
        self.outbox.memory.take()
    }
}

/// The port of each worker.
pub(crate) const FIRST_PORT: u16 = 7_882;

fn worker_of(path: Tuple) -> usize {
    usize::from(path.local.port() - FIRST_PORT)
}
