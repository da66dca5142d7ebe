//! Socket buffers: what to ask for, and what the kernel made of it.

use std::fmt;
use std::io;
use std::os::fd::AsFd;

use socket2::Socket;

use crate::syscalls;

/// Bytes to ask for each way.
///
/// A receive buffer bridges the time that a turn takes: at 4 MiB some 2 000 full datagrams, 20 ms of
/// 1 Gbit/s. Larger ones only turn loss into delay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BufferSizes {
    /// Datagrams that came in and were not taken yet.
    pub receive: usize,
    /// Datagrams that the network card has not taken yet.
    pub send: usize,
}

impl Default for BufferSizes {
    fn default() -> Self {
        Self { receive: 4 << 20, send: 4 << 20 }
    }
}

/// What became of the wish.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BufferReport {
    /// Bytes asked for.
    pub asked: BufferSizes,
    /// Bytes granted, in the same measure (the kernel books twice as much, for its own needs).
    pub granted: BufferSizes,
}

impl BufferReport {
    /// Every buffer that is smaller than asked, with the remedy.
    pub fn shortfalls(&self) -> impl Iterator<Item = Shortfall> {
        let receive = (self.asked.receive, self.granted.receive, "net.core.rmem_max");
        let send = (self.asked.send, self.granted.send, "net.core.wmem_max");
        [receive, send]
            .into_iter()
            .filter(|(asked, granted, _)| granted < asked)
            .map(|(asked, granted, sysctl)| Shortfall { asked, granted, sysctl })
    }
}

/// A buffer that is smaller than asked: the kernel may drop datagrams in bursts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Shortfall {
    /// Bytes asked for.
    pub asked: usize,
    /// Bytes granted.
    pub granted: usize,
    /// The kernel setting that caps it: raise it to at least `asked`.
    pub sysctl: &'static str,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { asked, granted, sysctl } = self;
        write!(f, "socket buffer of {granted} bytes instead of {asked}: set {sysctl}={asked}")
    }
}

/// Asks for both buffers, past the system's cap where we are privileged to.
pub(crate) fn request(socket: &Socket, asked: BufferSizes) -> io::Result<BufferReport> {
    let force = |name, bytes: usize| {
        let bytes = i32::try_from(bytes).unwrap_or(i32::MAX);
        syscalls::set_option(socket.as_fd(), libc::SOL_SOCKET, name, bytes)
    };
    if force(libc::SO_RCVBUFFORCE, asked.receive).is_err() {
        socket.set_recv_buffer_size(asked.receive)?;
    }
    if force(libc::SO_SNDBUFFORCE, asked.send).is_err() {
        socket.set_send_buffer_size(asked.send)?;
    }
    let granted =
        BufferSizes { receive: socket.recv_buffer_size()? / 2, send: socket.send_buffer_size()? / 2 };
    Ok(BufferReport { asked, granted })
}

#[cfg(test)]
mod tests;
