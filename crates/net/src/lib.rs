//! The socket shell: what one worker thread needs of the kernel, and nothing more.
//!
//! It decides how datagrams travel: received in batches that the kernel may have coalesced, sent in
//! batches of messages that the kernel cuts up, always from the address that was asked. It tells when
//! each arrived, by the kernel's stamp and not by when a thread came to look. It decides how a worker
//! sleeps: until a socket has something, somebody wakes it, or its deadline passes.
//!
//! It deliberately does not know what a datagram means, who a peer is, or when to send. It is written
//! for Linux; every `unsafe` block is in one module, `syscalls`.
//!
//! A worker's turn is poll, receive, think, flush:
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//! use switchyard_net::{BufferSizes, EventFd, Outbox, Poll, RecvBatch, Token, UdpPort, clock};
//!
//! let (mut port, report) = UdpPort::bind("127.0.0.1:0".parse()?, BufferSizes::default())?;
//! for shortfall in report.shortfalls() {
//!     eprintln!("{shortfall}");
//! }
//! let wake = Arc::new(EventFd::new()?); // clones of it go to whoever fills this worker's lanes
//! let mut poll = Poll::new(&wake)?;
//! poll.add(&port, Token(0))?;
//! let (mut batch, mut outbox) = (RecvBatch::new(), Outbox::new());
//! # std::net::UdpSocket::bind("127.0.0.1:0")?.send_to(b"hello", port.local_addr())?;
//!
//! // One turn: an echo.
//! let deadline = clock::now() + Duration::from_millis(5);
//! poll.wait(outbox.retry_at().map_or(deadline, |retry| retry.min(deadline)).into())?;
//! batch.recv(&mut port)?;
//! let now = clock::now(); // after the receive, so that no arrival lies ahead of it
//! for datagram in batch.datagrams() {
//!     if datagram.is_too_long() {
//!         continue; // counted by the caller
//!     }
//!     assert!(datagram.arrival <= now); // when the kernel got it
//!     if let Some(slot) = outbox.reserve(datagram.tuple, datagram.bytes.len()) {
//!         slot.copy_from_slice(datagram.bytes);
//!         outbox.commit(datagram.bytes.len());
//!     }
//! }
//! let sent = outbox.flush(&mut port, now);
//! assert_eq!(sent.datagrams, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod addresses;
pub mod batch;
pub mod clock;
pub mod poll;
mod syscalls;
pub mod udp;
pub mod wake;

pub use batch::outbox::{Outbox, SendReport};
pub use batch::receive::{Received, RecvBatch};
pub use poll::{Poll, Ready, Token};
pub use udp::buffers::{BufferReport, BufferSizes};
pub use udp::{BindError, UdpPort};
pub use wake::EventFd;
