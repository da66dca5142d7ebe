//! One core's world: the peers of one worker and what passes between them.
//!
//! It composes `transport`, `congestion` and `forward` and owns no rule of its own: when a packet is
//! authentic, which layer a subscriber gets, when a keyframe is asked for is decided there. Read
//! `tick` for the order of one turn, `journey` for the way of a packet, `feedback` for the way back
//! and `commands` for what control may ask.
//!
//! It knows no socket, no clock, no thread and no session description: a turn takes datagrams and
//! `now`, and gives datagrams and a deadline. So a whole server runs in a simulation as it does on a
//! machine.
//!
//! ```
//! use std::sync::Arc;
//! use switchyard_bus::{command, event, lane::lane, snapshot, wake::Flag};
//! use switchyard_transport::dtls::{Certificate, DtlsVersions};
//! use switchyard_vocab::ids::WorkerId;
//! use switchyard_vocab::redundancy::AudioRedundancy;
//! use switchyard_vocab::wall_clock::WallClock;
//! use switchyard_worker::io::{MemoryOutbox, MemoryInbox};
//! use switchyard_worker::{Lanes, Turn, Worker, WorkerConfig};
//!
//! # #[expect(clippy::disallowed_methods, reason = "an example starts somewhere")]
//! let now = std::time::Instant::now();
//! let (mut to_worker, commands) = lane(command::CAPACITY, Arc::new(Flag::default()));
//! let (events, _from_worker) = lane(event::CAPACITY, Arc::new(Flag::default()));
//! let config = WorkerConfig {
//!     id: WorkerId(0),
//!     certificate: Arc::new(Certificate::generate().unwrap()),
//!     dtls: DtlsVersions::Auto,
//!     adapts: false,
//!     redundancy: AudioRedundancy::OnLoss,
//!     wall: WallClock { anchor: now, since_unix_epoch: std::time::Duration::ZERO },
//!     seed: [7; 32],
//! };
//! let (snapshot, downlinks) = (snapshot::place().0, snapshot::place().0);
//! let lanes = Lanes { commands, events, links: Vec::new(), snapshot, downlinks };
//! let mut worker = Worker::new(config, lanes);
//!
//! to_worker.send(command::Command::Shutdown).unwrap();
//! let turn = worker.turn(now, &mut MemoryInbox::default(), &mut MemoryOutbox::default());
//! assert_eq!(turn, Turn::Finished);
//! ```
#![forbid(unsafe_code)]

mod adaptation;
mod calm;
mod checks;
mod commands;
mod crossing;
mod downlink;
mod feedback;
mod from_workers;
mod handshakes;
pub mod io;
mod journey;
mod keyframe_budget;
mod lines;
mod news;
mod peers;
mod queue;
mod rebinding;
mod release;
mod reports;
mod resend_budget;
mod routes;
mod rtcp_budget;
mod sampling;
mod subscriptions;
mod tick;
mod timers;
mod touched;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_bus::lane::{Receiver, Sender};
use switchyard_bus::mesh::Link;
use switchyard_bus::snapshot::{self, Downlinks};
use switchyard_transport::dtls::{Certificate, DtlsVersions};
use switchyard_transport::ice_lite::BindingRateLimit;
use switchyard_transport::srtp::SrtpKeys;
use switchyard_vocab::counters::WorkerCounters;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::demand::Demand;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::{PeerId, PublicationId, WorkerId};
use switchyard_vocab::line::DtlsRole;
use switchyard_vocab::redundancy::AudioRedundancy;
use switchyard_vocab::wall_clock::WallClock;
use switchyard_wire::rtcp::ReportBlock;

use crossing::Crossing;
use handshakes::Handshakes;
use news::News;
use peers::{PeerKey, Peers};
use routes::Routes;
use subscriptions::Subscriptions;
pub use tick::Turn;
use timers::Timers;
use touched::Touched;

/// What a worker is made with.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// Which one it is.
    pub id: WorkerId,
    /// The certificate that all lines show.
    pub certificate: Arc<Certificate>,
    /// Which versions of DTLS are spoken.
    pub dtls: DtlsVersions,
    /// Whether each subscriber gets what fits on its way, instead of all it asks for.
    pub adapts: bool,
    /// When sound is repeated.
    pub redundancy: AudioRedundancy,
    /// Wall time, read once.
    pub wall: WallClock,
    /// What its random numbers start from: first sequence numbers and timestamps.
    pub seed: [u8; 32],
}

/// The lanes that lead to and from a worker.
pub struct Lanes {
    /// From control.
    pub commands: Receiver<Command>,
    /// To control.
    pub events: Sender<Event>,
    /// To and from every other worker.
    pub links: Vec<Link>,
    /// Where the counters are left.
    pub snapshot: snapshot::Writer,
    /// Where is left what is known of the ways to subscribers.
    pub downlinks: snapshot::Writer<Downlinks>,
}

/// What the shell learnt while it sent what a turn wrote.
#[derive(Clone, Copy, Debug, Default)]
pub struct SocketReport {
    /// Messages that the kernel took.
    pub messages: u64,
    /// Datagrams that it refused for good.
    pub refused: u64,
    /// Datagrams given up because the send buffer was full for too long.
    pub expired: u64,
    /// Datagrams lost before they were received, since start.
    pub kernel_drops: u64,
    /// How long the turn took, sending included.
    pub busy: Duration,
}

/// One core's world.
pub struct Worker {
    config: WorkerConfig,
    wall: WallClock,
    rng: ChaCha12Rng,

    peers: Peers,
    routes: Routes,
    subscriptions: Subscriptions,
    crossings: Vec<Crossing>,

    commands: Receiver<Command>,
    events: Sender<Event>,
    snapshot: snapshot::Writer,
    next_snapshot: Option<Instant>,
    downlinks: snapshot::Writer<Downlinks>,
    next_sample: Option<Instant>,
    /// When demand that nobody has answered is told again.
    next_repeat: Option<Instant>,

    checks_limit: BindingRateLimit,
    strays_limit: BindingRateLimit,
    rebinding_limit: BindingRateLimit,
    /// Handshake records beyond the budget of a turn.
    handshakes: Handshakes,
    timers: Timers,
    touched: Touched,
    news: News,
    /// Publications whose layers changed in this turn.
    changed_layers: Vec<PublicationId>,
    /// Publications the rates of whose layers changed in this turn.
    changed_rates: Vec<PublicationId>,
    /// Publications of which a subscription here wants something else than before.
    changed_demand: Vec<PublicationId>,
    /// What other workers want of publications that control has not announced here yet.
    early_demand: Vec<(WorkerId, Demand)>,
    is_stopping: bool,
    counters: WorkerCounters,
    scratch: Scratch,
}

/// Memory that is reused from turn to turn.
#[derive(Default)]
struct Scratch {
    peers: Vec<PeerKey>,
    stun: Vec<u8>,
    packet: Vec<u8>,
    blocks: Vec<ReportBlock>,
}

impl Worker {
    /// A worker without peers.
    pub fn new(config: WorkerConfig, lanes: Lanes) -> Self {
        let Lanes { commands, events, links, snapshot, downlinks } = lanes;
        Self {
            wall: config.wall,
            rng: ChaCha12Rng::from_seed(config.seed),
            config,
            peers: Peers::default(),
            routes: Routes::default(),
            subscriptions: Subscriptions::default(),
            crossings: links.into_iter().map(Crossing::new).collect(),
            commands,
            events,
            snapshot,
            next_snapshot: None,
            downlinks,
            next_sample: None,
            next_repeat: None,
            checks_limit: BindingRateLimit::default(),
            strays_limit: BindingRateLimit::default(),
            rebinding_limit: BindingRateLimit::default(),
            handshakes: Handshakes::default(),
            timers: Timers::default(),
            touched: Touched::default(),
            news: News::default(),
            changed_layers: Vec::new(),
            changed_rates: Vec::new(),
            changed_demand: Vec::new(),
            early_demand: Vec::new(),
            is_stopping: false,
            counters: WorkerCounters::default(),
            scratch: Scratch::default(),
        }
    }

    /// Which one it is.
    pub const fn id(&self) -> WorkerId {
        self.config.id
    }

    /// What it has counted so far.
    pub const fn counters(&self) -> &WorkerCounters {
        &self.counters
    }

    /// Tells the worker how sending went.
    pub fn after_turn(&mut self, report: &SocketReport) {
        self.counters.send_messages += report.messages;
        (0..report.refused).for_each(|_| self.counters.drops.add(DropReason::SendFailed));
        (0..report.expired).for_each(|_| self.counters.drops.add(DropReason::SendBufferFull));
        self.counters.kernel_drops = report.kernel_drops;
        self.counters.busy += report.busy;
    }

    /// Opens a peer's line with given keys on a given path, without ICE and DTLS: for worlds in which
    /// handshakes are tested apart. `role` says which of the keys are ours.
    pub fn install_keys(&mut self, now: Instant, peer: PeerId, path: Tuple, role: DtlsRole, keys: &SrtpKeys) {
        let Some(key) = self.peers.by_id(peer) else { return };
        let Some(peer) = self.peers.get_mut(key) else { return };
        peer.line.install_keys(now, path, role, keys);
        self.touched.push(key, &mut peer.touched);
    }
}

#[cfg(test)]
mod testing;
