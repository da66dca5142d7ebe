//! One UDP port: the socket and what is known about it.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd};

use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};

use crate::batch::outbox::Sender;
use crate::syscalls::{self, Arrival, LocalIp, Outgoing, RECV_BATCH};
use buffers::{BufferReport, BufferSizes};

pub mod buffers;

/// Why a port could not be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another socket has it. Ports are never shared: a datagram would land on either worker.
    #[error("UDP {0} is in use by another program, or by a second run of this one")]
    Taken(SocketAddr),
    /// The address belongs to no interface of this machine.
    #[error("{} is not an address of this machine: bind to one of its own, or to the unspecified address", .0.ip())]
    NotOurAddress(SocketAddr),
    /// Ports below 1024 usually need a capability.
    #[error("not allowed to use UDP {0}")]
    Forbidden(SocketAddr),
    /// The machine does not speak this version of IP at all.
    #[error("this machine has no {}", if .0.is_ipv4() { "IPv4" } else { "IPv6" })]
    NoSuchFamily(SocketAddr),
    /// Anything else the kernel says.
    #[error("cannot open UDP {address}")]
    Kernel {
        /// What was to be opened.
        address: SocketAddr,
        /// The kernel's word.
        source: io::Error,
    },
}

/// A bound, non-blocking UDP socket of one address family. Owned by one worker.
///
/// Bound to the unspecified address, it learns for every datagram which of our addresses was asked,
/// and answers from that one.
#[derive(Debug)]
pub struct UdpPort {
    socket: Socket,
    local: SocketAddr,
    path: Path,
    gso: bool,
    drops: DropCount,
}

/// How datagrams travel.
#[derive(Debug)]
enum Path {
    /// recvmmsg and sendmmsg, coalesced both ways where the kernel can.
    Batched,
    /// The portable library: one system call per datagram sent.
    Portable(UdpSocketState),
}

impl UdpPort {
    /// Opens `address`; port 0 lets the kernel choose one. An IPv6 port takes IPv6 only.
    ///
    /// The report says which buffers the kernel granted; smaller ones than asked are no error.
    pub fn bind(address: SocketAddr, sizes: BufferSizes) -> Result<(Self, BufferReport), BindError> {
        let (mut port, report) = Self::open(address, sizes)?;
        port.enable_batches().map_err(|source| BindError::Kernel { address, source })?;
        Ok((port, report))
    }

    /// Like [`bind`](Self::bind), without batches and segmentation offload on the way out: for
    /// kernels and sandboxes where those misbehave. Kernel drops are not counted on this path.
    pub fn bind_portable(address: SocketAddr, sizes: BufferSizes) -> Result<(Self, BufferReport), BindError> {
        let (mut port, report) = Self::open(address, sizes)?;
        let state = UdpSocketState::new(UdpSockRef::from(&port.socket))
            .map_err(|source| BindError::Kernel { address, source })?;
        port.path = Path::Portable(state);
        Ok((port, report))
    }

    fn open(address: SocketAddr, sizes: BufferSizes) -> Result<(Self, BufferReport), BindError> {
        let open = || {
            let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
            socket.set_nonblocking(true)?;
            if address.is_ipv6() {
                socket.set_only_v6(true)?;
            }
            let report = buffers::request(&socket, sizes)?;
            socket.bind(&address.into())?;
            let local = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::Unsupported)?;
            Ok((Self { socket, local, path: Path::Batched, gso: false, drops: DropCount::default() }, report))
        };
        open().map_err(|source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => BindError::Taken(address),
            io::ErrorKind::AddrNotAvailable => BindError::NotOurAddress(address),
            io::ErrorKind::PermissionDenied => BindError::Forbidden(address),
            _ if source.raw_os_error() == Some(libc::EAFNOSUPPORT) => BindError::NoSuchFamily(address),
            _ => BindError::Kernel { address, source },
        })
    }

    /// Asks the kernel for everything that the batched path reads, and probes what it can send.
    fn enable_batches(&mut self) -> io::Result<()> {
        let socket = self.socket.as_fd();
        if self.local.ip().is_unspecified() {
            match self.local {
                SocketAddr::V4(_) => syscalls::set_option(socket, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?,
                SocketAddr::V6(_) => {
                    syscalls::set_option(socket, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, 1)?;
                }
            }
        }
        syscalls::set_option(socket, libc::SOL_SOCKET, libc::SO_RXQ_OVFL, 1)?;
        // A kernel without it delivers datagrams one by one, which is only slower.
        let _ = syscalls::set_option(socket, libc::SOL_UDP, libc::UDP_GRO, 1);
        // A kernel without it leaves arrivals to be told by when they were taken, which is only coarser.
        let _ = syscalls::set_option(socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1);
        self.gso = probe_gso(self.local);
        Ok(())
    }

    /// Takes waiting messages, one per `size` bytes of `buffers`; none waiting is no error.
    pub(crate) fn receive(
        &mut self,
        buffers: &mut [u8],
        size: usize,
        arrivals: &mut [Arrival],
    ) -> io::Result<usize> {
        let received = loop {
            let received = match &self.path {
                Path::Batched => syscalls::recv_many(self.socket.as_fd(), buffers, size, arrivals),
                Path::Portable(state) => receive_portably(state, &self.socket, buffers, size, arrivals),
            };
            match received {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break 0,
                received => break received?,
            }
        };
        for dropped in arrivals.iter().take(received).filter_map(|arrival| arrival.dropped) {
            self.drops.saw(dropped);
        }
        Ok(received)
    }

    /// The address it is bound to, with the real port.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Whether runs of datagrams to one peer leave as one message.
    pub const fn uses_gso(&self) -> bool {
        self.gso
    }

    /// Datagrams that the kernel dropped since the port was opened because nobody took them in time.
    ///
    /// The kernel tells with the next datagram that it does deliver, so this lags by one.
    pub const fn kernel_drops(&self) -> u64 {
        self.drops.total
    }
}

impl AsFd for UdpPort {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Sender for UdpPort {
    fn takes_runs(&self) -> bool {
        self.gso
    }

    fn refuse_runs(&mut self) {
        self.gso = false;
    }

    fn send<'a>(&mut self, mut messages: impl Iterator<Item = Outgoing<'a>>) -> io::Result<usize> {
        match &self.path {
            Path::Batched => syscalls::send_many(self.socket.as_fd(), messages),
            Path::Portable(state) => {
                let Some(message) = messages.next() else { return Ok(0) };
                let transmit = Transmit {
                    destination: message.to,
                    ecn: None,
                    contents: message.bytes,
                    segment_size: None,
                    src_ip: message.from.map(|from| from.ip),
                };
                state.try_send(UdpSockRef::from(&self.socket), &transmit).map(|()| 1)
            }
        }
    }
}

/// Whether the kernel knows segmentation offload, asked of a socket that is thrown away.
fn probe_gso(local: SocketAddr) -> bool {
    let probe = || {
        let socket = Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
        UdpSocketState::new(UdpSockRef::from(&socket)).map(|state| state.max_gso_segments() > 1)
    };
    probe().unwrap_or(false)
}

fn receive_portably(
    state: &UdpSocketState,
    socket: &Socket,
    buffers: &mut [u8],
    size: usize,
    arrivals: &mut [Arrival],
) -> io::Result<usize> {
    let mut rest = buffers.chunks_exact_mut(size);
    let mut slices: [IoSliceMut<'_>; RECV_BATCH] =
        std::array::from_fn(|_| IoSliceMut::new(rest.next().unwrap_or_default()));
    let mut metas = [RecvMeta::default(); RECV_BATCH];
    let wanted = arrivals.len().min(RECV_BATCH);
    let received =
        state.recv(UdpSockRef::from(socket), &mut slices[..wanted], &mut metas[..wanted])?.min(wanted);
    for (arrival, meta) in arrivals.iter_mut().zip(&metas[..received]) {
        *arrival = Arrival {
            len: meta.len,
            remote: Some(without_flow(meta.addr)),
            local: meta.dst_ip.map(|ip| LocalIp { ip, scope: meta.interface_index.unwrap_or(0) }),
            segment: (meta.stride > 0).then_some(meta.stride),
            stamp: meta.timestamp,
            dropped: None,
        };
    }
    Ok(received)
}

/// An address is a key, and a flow label may change.
fn without_flow(mut address: SocketAddr) -> SocketAddr {
    if let SocketAddr::V6(v6) = &mut address {
        v6.set_flowinfo(0);
    }
    address
}

/// Unspecified means that the kernel is to choose.
pub(crate) fn source(local: SocketAddr) -> Option<LocalIp> {
    let scope = match local {
        SocketAddr::V4(_) => 0,
        SocketAddr::V6(v6) => v6.scope_id(),
    };
    let ip: IpAddr = local.ip();
    (!ip.is_unspecified()).then_some(LocalIp { ip, scope })
}

/// The kernel's 32-bit count, carried on to 64 bits.
#[derive(Debug, Default)]
struct DropCount {
    last: u32,
    total: u64,
}

impl DropCount {
    fn saw(&mut self, count: u32) {
        self.total += u64::from(count.wrapping_sub(self.last));
        self.last = count;
    }
}

#[cfg(test)]
mod tests;
