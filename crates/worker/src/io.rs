//! What a turn takes in and gives out: datagrams, without a socket.

use std::time::Instant;
use switchyard_vocab::counters::{PacketKind, WorkerCounters};

use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::drop_reason::DropReason;

/// One datagram that came in.
#[derive(Debug)]
pub struct Datagram<'a> {
    /// Where it came from and where it was sent to.
    pub tuple: Tuple,
    /// When the kernel got it: earlier than the turn that takes it, if the worker was kept waiting.
    pub arrival: Instant,
    /// Its bytes; they may be decrypted in place.
    pub bytes: &'a mut [u8],
}

/// The datagrams of one turn. They are walked several times, once per phase.
pub trait Inbox {
    /// Hands every datagram to `handle`, in the order of arrival.
    fn for_each(&mut self, handle: &mut dyn FnMut(Datagram<'_>));
}

/// Where datagrams are written that are to be sent.
pub trait Outbox {
    /// Room for one datagram of at most `max_len` bytes; `None` when there is none left.
    fn reserve(&mut self, tuple: Tuple, max_len: usize) -> Option<&mut [u8]>;
    /// Queues the first `len` bytes of the room that was reserved last.
    fn commit(&mut self, len: usize);
}

/// Sends a datagram that is ready, and counts what became of it.
pub(crate) fn send(
    outbox: &mut impl Outbox,
    counters: &mut WorkerCounters,
    path: Tuple,
    kind: PacketKind,
    bytes: &[u8],
) {
    let Some(room) = outbox.reserve(path, bytes.len()) else {
        return counters.drops.add(DropReason::SendBufferFull);
    };
    room[..bytes.len()].copy_from_slice(bytes);
    outbox.commit(bytes.len());
    counters.sent.add(kind, bytes.len());
}

/// An inbox of datagrams that lie in memory.
#[derive(Debug, Default)]
pub struct MemoryInbox(Vec<(Instant, Tuple, Vec<u8>)>);

impl MemoryInbox {
    /// Adds one that came in at `arrival`.
    pub fn push(&mut self, arrival: Instant, tuple: Tuple, bytes: Vec<u8>) {
        self.0.push((arrival, tuple, bytes));
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl Inbox for MemoryInbox {
    fn for_each(&mut self, handle: &mut dyn FnMut(Datagram<'_>)) {
        for (arrival, tuple, bytes) in &mut self.0 {
            handle(Datagram { tuple: *tuple, arrival: *arrival, bytes });
        }
    }
}

/// An outbox that keeps datagrams in memory.
#[derive(Debug, Default)]
pub struct MemoryOutbox {
    sent: Vec<(Tuple, Vec<u8>)>,
    reserved: Option<(Tuple, Vec<u8>)>,
}

impl MemoryOutbox {
    /// Takes everything that was sent, in order.
    pub fn take(&mut self) -> Vec<(Tuple, Vec<u8>)> {
        std::mem::take(&mut self.sent)
    }
}

impl Outbox for MemoryOutbox {
    fn reserve(&mut self, tuple: Tuple, max_len: usize) -> Option<&mut [u8]> {
        let (_, room) = self.reserved.insert((tuple, vec![0; max_len]));
        Some(room)
    }

    fn commit(&mut self, len: usize) {
        if let Some((tuple, mut bytes)) = self.reserved.take() {
            bytes.truncate(len);
            self.sent.push((tuple, bytes));
        }
    }
}
