//! Receiving: messages from the kernel, cut back into the datagrams that were sent.

use std::io;
use std::net::SocketAddr;
use std::slice;
use std::time::Instant;

use switchyard_vocab::datagram::{MAX_DATAGRAM, Tuple};

use crate::clock::Reading;
use crate::syscalls::{Arrival, RECV_BATCH};
use crate::udp::UdpPort;

/// Room for one message: the kernel coalesces up to the largest UDP payload.
const BUFFER: usize = 1 << 16;

/// One datagram, in the batch's own memory.
#[derive(Debug)]
pub struct Received<'a> {
    /// From where to where.
    pub tuple: Tuple,
    /// Its payload; may be decrypted in place.
    pub bytes: &'a mut [u8],
    /// When the kernel got it, so that a thread that was late does not make a burst of what was spread.
    ///
    /// It lies at most one second before [`recv`](RecvBatch::recv) returned and never after; without a
    /// stamp of the kernel it is the moment of that call. Datagrams that the kernel coalesced into one
    /// message share its one stamp. Stamps come from the system clock: when that is set, or when several
    /// cores take packets in, an arrival may lie a little before the one that precedes it.
    pub arrival: Instant,
}

impl Received<'_> {
    /// Whether it is longer than any datagram the server takes. The caller counts and drops it.
    pub const fn is_too_long(&self) -> bool {
        self.bytes.len() > MAX_DATAGRAM
    }
}

/// The memory into which datagrams are received, reused for every batch.
///
/// Two megabytes are set aside, as each of 32 messages may be a run of 64 KiB; pages that no message
/// ever reached stay untouched.
#[derive(Debug)]
pub struct RecvBatch {
    arena: Box<[u8]>,
    arrivals: [Arrival; RECV_BATCH],
    received: usize,
    /// Taken after the last receive: arrivals are told from here back.
    reading: Reading,
    /// The port of the last receive: where datagrams went when the kernel does not say.
    local: SocketAddr,
}

impl RecvBatch {
    /// An empty batch.
    #[expect(clippy::new_without_default, reason = "two megabytes are not a default of anything")]
    pub fn new() -> Self {
        Self {
            arena: vec![0; RECV_BATCH * BUFFER].into_boxed_slice(),
            arrivals: [Arrival::default(); RECV_BATCH],
            received: 0,
            reading: Reading::take(),
            local: SocketAddr::from(([0; 4], 0)),
        }
    }

    /// Takes what waits at the port, up to 32 messages, in place of the batch before it.
    ///
    /// Returns the number of messages; 0 means that nothing waited. Each may hold several datagrams.
    ///
    /// # Errors
    ///
    /// What the kernel says of the socket itself; the batch is then empty.
    pub fn recv(&mut self, port: &mut UdpPort) -> io::Result<usize> {
        self.received = 0;
        self.local = port.local_addr();
        self.received = port.receive(&mut self.arena, BUFFER, &mut self.arrivals)?;
        self.reading = Reading::take();
        Ok(self.received)
    }

    /// Whether every message found a place, so that more may wait.
    pub const fn is_full(&self) -> bool {
        self.received == RECV_BATCH
    }

    /// The datagrams, in the order of their arrival.
    pub fn datagrams(&mut self) -> Datagrams<'_> {
        Datagrams {
            buffers: self.arena.chunks_exact_mut(BUFFER),
            arrivals: self.arrivals[..self.received].iter(),
            reading: self.reading,
            local: self.local,
            current: None,
        }
    }
}

/// Iterates over the datagrams of a batch.
#[derive(Debug)]
pub struct Datagrams<'a> {
    buffers: slice::ChunksExactMut<'a, u8>,
    arrivals: slice::Iter<'a, Arrival>,
    reading: Reading,
    local: SocketAddr,
    /// What is left of the message that is being cut up.
    current: Option<Run<'a>>,
}

/// Datagrams of one sender and one size, of which the last may be shorter.
#[derive(Debug)]
struct Run<'a> {
    tuple: Tuple,
    arrival: Instant,
    rest: &'a mut [u8],
    segment: usize,
}

impl<'a> Iterator for Datagrams<'a> {
    type Item = Received<'a>;

    fn next(&mut self) -> Option<Received<'a>> {
        let Run { tuple, arrival, rest, segment } = match self.current.take() {
            Some(run) => run,
            None => self.next_run()?,
        };
        let (bytes, rest) = rest.split_at_mut(segment.min(rest.len()));
        if !rest.is_empty() {
            self.current = Some(Run { tuple, arrival, rest, segment });
        }
        Some(Received { tuple, bytes, arrival })
    }
}

impl<'a> Datagrams<'a> {
    fn next_run(&mut self) -> Option<Run<'a>> {
        loop {
            let (arrival, buffer) = (self.arrivals.next()?, self.buffers.next()?);
            let Some(remote) = arrival.remote else { continue };
            let local = arrival.local.map_or(self.local, |ip| ip.at(self.local.port()));
            let rest = buffer.get_mut(..arrival.len).unwrap_or_default();
            let segment = arrival.segment.unwrap_or(rest.len());
            let tuple = Tuple { local, remote };
            return Some(Run { tuple, arrival: self.reading.arrival(arrival.stamp), rest, segment });
        }
    }
}
