//! The UDP ports of one worker: one per local address, all with the worker's port number.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use switchyard_net::{BindError, BufferSizes, Outbox, Poll, Received, RecvBatch, SendReport, Token, UdpPort};
use switchyard_vocab::datagram::Tuple;
use switchyard_worker::io::{Datagram, Inbox, Outbox as WorkerOutbox};

/// Everything one worker sends and receives through.
pub(crate) struct Ports {
    ports: Vec<Port>,
    /// The port that was reserved in last.
    reserved: usize,
    now: Instant,
    report: SendReport,
}

struct Port {
    udp: UdpPort,
    outbox: Outbox,
}

/// What came in at the ports of one worker, one batch per port.
pub(crate) struct Batches(Vec<RecvBatch>);

impl Ports {
    /// Opens `number` on every address; an address family that the machine lacks is left out.
    ///
    /// # Errors
    /// When a port cannot be had, or none is left.
    pub(crate) fn open(addresses: &[IpAddr], number: u16, sizes: BufferSizes) -> anyhow::Result<Self> {
        let mut ports = Vec::new();
        for &address in addresses {
            match UdpPort::bind(SocketAddr::new(address, number), sizes) {
                Ok((udp, report)) => {
                    for shortfall in report.shortfalls() {
                        tracing::warn!(port = %udp.local_addr(), %shortfall, "media may be lost in bursts");
                    }
                    let granted = report.granted;
                    tracing::debug!(port = %udp.local_addr(), ?granted, "media port open");
                    ports.push(Port { udp, outbox: Outbox::new() });
                }
                Err(BindError::NoSuchFamily(_)) => {
                    tracing::warn!(%address, "this machine has no such address family; going on without");
                }
                Err(error) => return Err(error.into()),
            }
        }
        anyhow::ensure!(!ports.is_empty(), "media.bind names no address that this machine has");
        let now = switchyard_net::clock::now();
        Ok(Self { ports, reserved: 0, now, report: SendReport::default() })
    }

    /// Lets `poll` watch all of them.
    ///
    /// # Errors
    /// What the kernel says.
    pub(crate) fn watch(&self, poll: &Poll) -> io::Result<()> {
        let mut numbered = self.ports.iter().zip(0..);
        numbered.try_for_each(|(port, number)| poll.add(&port.udp, Token(number)))
    }

    /// Room for what comes in.
    pub(crate) fn batches(&self) -> Batches {
        Batches(self.ports.iter().map(|_| RecvBatch::new()).collect())
    }

    /// Takes what waits into `batches`, in place of what was there. Follow with [`begin_turn`](Self::begin_turn).
    ///
    /// # Errors
    /// What the kernel says of a socket itself.
    pub(crate) fn receive(&mut self, batches: &mut Batches) -> io::Result<()> {
        let mut pairs = self.ports.iter_mut().zip(&mut batches.0);
        pairs.try_for_each(|(port, batch)| batch.recv(&mut port.udp).map(drop))
    }

    /// Dates what is flushed from here on. Read the clock after receiving, so that nothing has arrived later.
    pub(crate) fn begin_turn(&mut self, now: Instant) {
        self.now = now;
    }

    /// Hands everything to the kernel and says what became of it since the last call.
    pub(crate) fn flush(&mut self) -> SendReport {
        for port in &mut self.ports {
            add(&mut self.report, port.outbox.flush(&mut port.udp, self.now));
        }
        std::mem::take(&mut self.report)
    }

    /// When to flush again even if nothing new is written.
    pub(crate) fn retry_at(&self) -> Option<Instant> {
        self.ports.iter().filter_map(|port| port.outbox.retry_at()).min()
    }

    /// Datagrams that the kernel dropped for want of buffer, since the ports were opened.
    pub(crate) fn kernel_drops(&self) -> u64 {
        self.ports.iter().map(|port| port.udp.kernel_drops()).sum()
    }

    /// The port that sends from `local`.
    fn index_for(&self, local: SocketAddr) -> Option<usize> {
        let sends_from = |port: &Port| {
            let bound = port.udp.local_addr();
            bound.is_ipv4() == local.is_ipv4() && (bound.ip().is_unspecified() || bound.ip() == local.ip())
        };
        self.ports.iter().position(sends_from)
    }
}

impl WorkerOutbox for Ports {
    fn reserve(&mut self, tuple: Tuple, max_len: usize) -> Option<&mut [u8]> {
        self.reserved = self.index_for(tuple.local)?;
        let Port { udp, outbox } = self.ports.get_mut(self.reserved)?;
        if !outbox.has_room(tuple, max_len) {
            add(&mut self.report, outbox.flush(udp, self.now));
        }
        outbox.reserve(tuple, max_len)
    }

    fn commit(&mut self, len: usize) {
        if let Some(port) = self.ports.get_mut(self.reserved) {
            port.outbox.commit(len);
        }
    }
}

impl Inbox for Batches {
    fn for_each(&mut self, handle: &mut dyn FnMut(Datagram<'_>)) {
        for datagram in self.0.iter_mut().flat_map(RecvBatch::datagrams) {
            let Received { tuple, arrival, bytes } = datagram;
            handle(Datagram { tuple, arrival, bytes });
        }
    }
}

fn add(sum: &mut SendReport, more: SendReport) {
    sum.messages += more.messages;
    sum.datagrams += more.datagrams;
    sum.bytes += more.bytes;
    sum.failed += more.failed;
    sum.expired += more.expired;
    sum.held += more.held;
    sum.runs_refused += more.runs_refused;
    sum.last_failure = more.last_failure.or(sum.last_failure);
}
