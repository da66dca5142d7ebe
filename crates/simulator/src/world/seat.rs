//! A seat: one worker and the ends of its lanes, where a thread would be.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use switchyard_bus::command::{self, Command};
use switchyard_bus::event::Event;
use switchyard_bus::lane::{Full, Receiver, Sender, lane};
use switchyard_bus::mesh::Link;
use switchyard_bus::snapshot::{self, Downlinks, Reader};
use switchyard_bus::wake::Flag;
use switchyard_transport::dtls::{Certificate, DtlsVersions};
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::ids::{PeerId, WorkerId};
use switchyard_vocab::line::RemoteLine;
use switchyard_vocab::wall_clock::WallClock;
use switchyard_worker::io::{MemoryInbox, MemoryOutbox};
use switchyard_worker::{Lanes, Turn, Worker, WorkerConfig};

use crate::client::Client;
use crate::client::line::srtp_keys;
use crate::seed::Seed;
use crate::world::{WorldConfig, worker_address};

/// One worker in the world.
pub(super) struct Seat {
    pub(super) id: WorkerId,
    pub(super) address: SocketAddr,
    pub(super) worker: Worker,
    pub(super) events: Receiver<Event>,
    pub(super) downlinks: Reader<Downlinks>,
    commands: Sender<Command>,
    /// Commands for which the lane had no room.
    held_back: VecDeque<Command>,
    flag: Arc<Flag>,
    pub(super) inbox: MemoryInbox,
    pub(super) has_post: bool,
    outbox: MemoryOutbox,
    /// When the worker wants its next turn.
    pub(super) until: Option<Instant>,
    /// Peers whose descriptions the next turn learns of; they get their keys right after it.
    connecting: Vec<(PeerId, RemoteLine)>,
}

impl Seat {
    pub(super) fn new(
        seed: Seed,
        id: WorkerId,
        world: &WorldConfig,
        wall: WallClock,
        flag: Arc<Flag>,
        links: Vec<Link>,
        (events_in, events): (Sender<Event>, Receiver<Event>),
    ) -> Self {
        let config = WorkerConfig {
            id,
            certificate: Arc::new(Certificate::generate().expect("a certificate can be made")),
            dtls: DtlsVersions::Auto,
            adapts: world.adapts,
            redundancy: world.redundancy,
            wall,
            seed: seed.bytes(&format!("worker {id}")),
        };
        let (commands, commands_out) = lane(command::CAPACITY, flag.clone());
        let (downlinks, figures) = snapshot::place();
        let snapshot = snapshot::place().0;
        let lanes = Lanes { commands: commands_out, events: events_in, links, snapshot, downlinks };
        Self {
            id,
            address: worker_address(id),
            worker: Worker::new(config, lanes),
            events,
            downlinks: figures,
            commands,
            held_back: VecDeque::new(),
            flag,
            inbox: MemoryInbox::default(),
            has_post: false,
            outbox: MemoryOutbox::default(),
            until: None,
            connecting: Vec::new(),
        }
    }

    /// Puts a command on the lane, behind those that wait for room.
    pub(super) fn send(&mut self, command: Command) {
        self.held_back.push_back(command);
        self.send_held_back();
    }

    fn send_held_back(&mut self) {
        while let Some(command) = self.held_back.pop_front() {
            let connects = match &command {
                Command::ConnectPeer { peer, remote } => Some((*peer, remote.clone())),
                _ => None,
            };
            if let Err(Full(command)) = self.commands.send(command) {
                self.held_back.push_front(command);
                break;
            }
            self.connecting.extend(connects);
        }
        self.commands.flush();
    }

    /// Whether the worker would wake up now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let is_woken = self.flag.take();
        is_woken || self.has_post || self.until.is_some_and(|until| until <= now)
    }

    /// Gives the worker a turn; gives back what it sends.
    pub(super) fn turn(&mut self, now: Instant, clients: &[Client], seed: Seed) -> Vec<(Tuple, Vec<u8>)> {
        let Turn::Until(until) = self.worker.turn(now, &mut self.inbox, &mut self.outbox) else {
            panic!("nobody told {} to stop", self.id);
        };
        self.until = until;
        self.inbox.clear();
        self.has_post = false;
        self.send_held_back();
        self.install_keys(now, clients, seed);
        self.outbox.take()
    }

    fn install_keys(&mut self, now: Instant, clients: &[Client], seed: Seed) {
        for (peer, remote) in self.connecting.drain(..) {
            let address = clients.iter().find_map(|client| client.address_of(&remote.ice.ufrag));
            let Some(address) = address else { continue };
            let path = Tuple { local: self.address, remote: address };
            let keys = srtp_keys(seed, &remote.ice.ufrag);
            self.worker.install_keys(now, peer, path, remote.our_role, &keys);
            // What follows from open lines is done in a turn.
            self.until = Some(now);
        }
    }
}
