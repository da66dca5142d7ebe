//! The thread on which the media of all clients is sent and counted.
//!
//! One thread, one socket per connection, no lock: delays are measured against one clock, and the
//! thread can say how busy it was.

mod order;
mod timers;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use switchyard_net::{BufferSizes, EventFd, Outbox, Poll, RecvBatch, Token, UdpPort, clock};
use switchyard_transport::dtls::Certificate;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::rtp::Ssrc;

use crate::client::{Client, Delays, Line, Part, Postbox};
use crate::histogram::Histogram;
use crate::publisher::{Clock, Publisher};
use crate::subscriber::Subscriber;
pub(crate) use order::{Door, Opening, Order, Performance, Role, Tally};
use timers::Timers;

/// Buffers of each client's socket. A burst of a few frames from every publisher fits; what does not
/// is counted as the generator's own loss.
const BUFFERS: BufferSizes = BufferSizes { receive: 2 << 20, send: 1 << 20 };

/// Clients per loopback address. Servers limit connectivity checks per address, rightly; real clients do
/// not share one.
const CLIENTS_PER_ADDRESS: usize = 100;

/// Times between frames over which publishers are spread.
const PHASES: u32 = 97;

/// Longest sleep, so that a forgotten wake-up costs no more.
const LONGEST_SLEEP: Duration = Duration::from_millis(100);

/// Starts the thread. It ends when it was told to, or when nobody can tell it anything any more.
///
/// # Errors
///
/// What the kernel says.
pub(crate) fn start(seed: u64) -> io::Result<(Door, JoinHandle<()>)> {
    let wake = Arc::new(EventFd::new()?);
    let poll = Poll::new(&wake)?;
    let (sender, orders) = mpsc::sync_channel(order::WAITING);
    let thread = thread::Builder::new().name("media".into()).spawn(move || {
        MediaThread::new(poll, orders, seed).run();
    })?;
    Ok((Door::new(sender, wake), thread))
}

struct MediaThread {
    poll: Poll,
    orders: Receiver<Order>,
    seats: Vec<Seat>,
    timers: Timers,
    batch: RecvBatch,
    outbox: Outbox,
    delays: Delays,
    clock: Clock,
    rng: ChaCha12Rng,
    failed: u64,
    slept: Duration,
    is_over: bool,
}

/// A client with its socket.
struct Seat {
    number: u32,
    client: Client,
    port: UdpPort,
    tuple: Tuple,
}

impl MediaThread {
    fn new(poll: Poll, orders: Receiver<Order>, seed: u64) -> Self {
        let wall = clock::anchor();
        Self {
            poll,
            orders,
            seats: Vec::new(),
            timers: Timers::default(),
            batch: RecvBatch::new(),
            outbox: Outbox::new(),
            delays: Delays { audio: Histogram::new(), video: Histogram::new() },
            clock: Clock { epoch: wall.anchor, wall },
            rng: ChaCha12Rng::seed_from_u64(seed),
            failed: 0,
            slept: Duration::ZERO,
            is_over: false,
        }
    }

    fn run(mut self) {
        let mut ready = Vec::new();
        while !self.is_over {
            let before = clock::now();
            let deadline =
                self.timers.next().map_or(before + LONGEST_SLEEP, |due| due.min(before + LONGEST_SLEEP));
            ready.clear();
            match self.poll.wait(Some(deadline)) {
                Ok(woken) => ready.extend(woken.tokens()),
                Err(error) => {
                    eprintln!("switchyard-load: the media thread cannot wait: {error}");
                    return;
                }
            }
            self.slept += before.elapsed();
            for &Token(index) in &ready {
                self.receive(index as usize);
            }
            self.let_time_pass();
            self.obey();
        }
    }

    /// Takes what waits at one socket. More than one batch waits for the next turn.
    fn receive(&mut self, index: usize) {
        let Some(seat) = self.seats.get_mut(index) else { return };
        if self.batch.recv(&mut seat.port).is_err() {
            return;
        }
        let now = clock::now();
        let Seat { client, port, tuple, .. } = seat;
        let (outbox, failed) = (&mut self.outbox, &mut self.failed);
        let mut postbox = Postbox { port, outbox, tuple: *tuple, now, failed };
        for datagram in self.batch.datagrams() {
            client.handle_datagram(now, datagram.bytes, &mut self.delays, &mut postbox);
        }
        postbox.flush();
        self.timers.arm(index, client.poll_timeout());
    }

    fn let_time_pass(&mut self) {
        let now = clock::now();
        while let Some(index) = self.timers.pop_due(now) {
            let Some(seat) = self.seats.get_mut(index) else { continue };
            // Read again: a hundred publishers take a while, and stamps must not be older than packets.
            let now = clock::now();
            let Seat { client, port, tuple, .. } = seat;
            let (outbox, failed) = (&mut self.outbox, &mut self.failed);
            let mut postbox = Postbox { port, outbox, tuple: *tuple, now, failed };
            client.handle_timeout(now, &mut postbox);
            postbox.flush();
            self.timers.arm(index, client.poll_timeout());
        }
    }

    fn obey(&mut self) {
        loop {
            match self.orders.try_recv() {
                Ok(Order::Open(opening)) => self.open(*opening),
                Ok(Order::Hear { client, heard }) => self.hear(client, &heard),
                Ok(Order::Tally(answer)) => {
                    let _ = answer.send(self.tally());
                }
                Ok(Order::StopSending) => self.seats.iter_mut().for_each(|seat| seat.client.stop_sending()),
                Ok(Order::AddUp(answer)) => {
                    let _ = answer.send(self.perform());
                }
                Ok(Order::Close) | Err(mpsc::TryRecvError::Disconnected) => {
                    self.close();
                    self.is_over = true;
                    return;
                }
                Err(mpsc::TryRecvError::Empty) => return,
            }
        }
    }

    fn open(&mut self, opening: Opening) {
        let Opening { number, began, line, certificate, role } = opening;
        let index = self.seats.len();
        let local = source_address(line.server, index);
        let mut port = match UdpPort::bind(local, BUFFERS) {
            Ok((port, _)) => port,
            Err(error) => {
                eprintln!("switchyard-load: client {number} has no socket: {error}");
                self.failed += 1;
                return;
            }
        };
        if let Err(error) = self.poll.add(&port, Token(index as u64)) {
            eprintln!("switchyard-load: client {number} cannot be watched: {error}");
            self.failed += 1;
            return;
        }
        let now = clock::now();
        let tuple = Tuple { local: port.local_addr(), remote: line.server };
        let part = self.part(now, number, role);
        let mut client = Client::new(self.line(now, line, certificate), part, began);
        let (outbox, failed) = (&mut self.outbox, &mut self.failed);
        let mut postbox = Postbox { port: &mut port, outbox, tuple, now, failed };
        client.handle_timeout(now, &mut postbox);
        postbox.flush();
        self.timers.arm(index, client.poll_timeout());
        self.seats.push(Seat { number, client, port, tuple });
    }

    fn line(&mut self, now: Instant, plan: crate::client::LinePlan, certificate: Arc<Certificate>) -> Line {
        Line::new(now, plan, certificate, &mut self.rng)
    }

    fn part(&self, now: Instant, number: u32, role: Role) -> Part {
        let clock = self.clock;
        match role {
            Role::Publish(tracks) => {
                // A number that divides nothing spreads publishers evenly whatever their count.
                let phase = Duration::from_millis(100) / PHASES * (number * 31 % PHASES);
                Part::Publish(Box::new(move |now| Publisher::new(now, number, clock, tracks, phase)))
            }
            Role::Subscribe(heard) => {
                let own = Ssrc(0x4c00_0000 | number);
                Part::Subscribe(Box::new(Subscriber::new(now, clock.epoch, own, &heard)))
            }
        }
    }

    fn hear(&mut self, number: u32, heard: &[crate::subscriber::Heard]) {
        let now = clock::now();
        let seat = self.seats.iter_mut().enumerate().find(|(_, seat)| seat.number == number);
        if let Some((index, seat)) = seat {
            seat.client.hear(now, heard);
            self.timers.arm(index, seat.client.poll_timeout());
        }
    }

    fn close(&mut self) {
        let now = clock::now();
        for Seat { client, port, tuple, .. } in &mut self.seats {
            let (outbox, failed) = (&mut self.outbox, &mut self.failed);
            let mut postbox = Postbox { port, outbox, tuple: *tuple, now, failed };
            client.close(now, &mut postbox);
            postbox.flush();
        }
    }
}

/// The local address of a client: on loopback one of many, else whatever leads there.
fn source_address(server: SocketAddr, index: usize) -> SocketAddr {
    let ip = match server.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => {
            let host = 1 + (index / CLIENTS_PER_ADDRESS) as u8 % 250;
            IpAddr::V4(Ipv4Addr::new(127, 0, 0, host))
        }
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(ip) if ip.is_loopback() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    SocketAddr::new(ip, 0)
}
