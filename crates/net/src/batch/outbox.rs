//! Sending: datagrams written side by side, handed over as few messages.

use std::io;
use std::time::{Duration, Instant};

use switchyard_vocab::datagram::Tuple;

use crate::syscalls::{Outgoing, SEND_BATCH};
use crate::udp::{UdpPort, source};

/// Bytes that may wait. It covers 64 messages of 4 KiB and stays within a core's second-level cache.
pub const SLAB: usize = 256 << 10;
/// Messages that may wait: one full system call; more would only cool the cache.
pub const MAX_MESSAGES: usize = SEND_BATCH;
/// Datagrams of one message. Newer kernels take 128, all take 64.
pub const MAX_SEGMENTS: usize = 64;
/// Bytes of one message: the largest UDP payload of IPv4.
pub const MAX_MESSAGE_BYTES: usize = 65_507;
/// How long a full send buffer may hold a datagram back. Longer, and media comes too late to be shown
/// while it delays what is newer; shorter, and every hiccup of the network card is loss.
pub const MAX_HOLD: Duration = Duration::from_millis(20);
/// How soon to try again after the send buffer was full.
pub const RETRY_AFTER: Duration = Duration::from_millis(1);

/// What the outbox needs of a socket.
pub(crate) trait Sender {
    /// Whether a message may hold several datagrams.
    fn takes_runs(&self) -> bool;
    /// From now on it may not.
    fn refuse_runs(&mut self);
    /// Sends messages from the front and returns how many were taken; an error is about the first.
    fn send<'a>(&mut self, messages: impl Iterator<Item = Outgoing<'a>>) -> io::Result<usize>;
}

/// What one flush did. Datagrams, unless it says otherwise.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SendReport {
    /// Messages that the kernel took.
    pub messages: u64,
    /// Datagrams in them.
    pub datagrams: u64,
    /// Bytes of payload in them.
    pub bytes: u64,
    /// Refused for good, one by one: no route, forbidden by a filter, too large, and the like.
    pub failed: u64,
    /// Given up because the send buffer was full for longer than [`MAX_HOLD`].
    pub expired: u64,
    /// Held back for the next flush because the send buffer is full.
    pub held: u64,
    /// Messages of several datagrams that the kernel would not cut up; they were sent singly.
    pub runs_refused: u64,
    /// Why the last of `failed` was refused.
    pub last_failure: Option<io::ErrorKind>,
}

/// Datagrams that wait to be sent from one port, in one reused slab.
///
/// Datagrams of one size that are written one after another to the same peer become one message; the
/// last of them may be shorter. So write what goes to one peer together.
#[derive(Debug)]
pub struct Outbox {
    slab: Box<[u8]>,
    used: usize,
    messages: Vec<Message>,
    reserved: Option<Reservation>,
    retry_at: Option<Instant>,
}

#[derive(Debug)]
struct Reservation {
    tuple: Tuple,
    max_len: usize,
}

/// A stretch of the slab that goes to one peer.
#[derive(Debug)]
struct Message {
    tuple: Tuple,
    start: usize,
    len: usize,
    /// Length of every datagram but the last.
    segment: usize,
    /// The kernel would not cut it up: send its datagrams singly.
    singly: bool,
    held_since: Option<Instant>,
}

impl Outbox {
    /// An empty outbox.
    #[expect(clippy::new_without_default, reason = "its slab is no default of anything")]
    pub fn new() -> Self {
        Self {
            slab: vec![0; SLAB].into_boxed_slice(),
            used: 0,
            messages: Vec::with_capacity(MAX_MESSAGES + 1),
            reserved: None,
            retry_at: None,
        }
    }

    /// Room for one datagram of up to `max_len` bytes, to be written and then [committed](Self::commit).
    ///
    /// None when the outbox is full: [flush](Self::flush), and when there is still no room after
    /// that, the send buffer is full and the datagram is to be dropped and counted. A reservation
    /// that is not committed is simply forgotten.
    pub fn reserve(&mut self, tuple: Tuple, max_len: usize) -> Option<&mut [u8]> {
        if !self.has_room(tuple, max_len) {
            return None;
        }
        let slot = self.slab.get_mut(self.used..self.used + max_len)?;
        self.reserved = Some(Reservation { tuple, max_len });
        Some(slot)
    }

    /// Whether [`reserve`](Self::reserve) would find room.
    pub fn has_room(&self, tuple: Tuple, max_len: usize) -> bool {
        max_len <= MAX_MESSAGE_BYTES && self.used + max_len <= self.slab.len() && self.has_message_for(tuple)
    }

    /// Queues the first `len` bytes of the reserved room. None at all queues nothing.
    pub fn commit(&mut self, len: usize) {
        let Some(Reservation { tuple, max_len }) = self.reserved.take() else {
            debug_assert!(false, "commit without a reservation");
            return;
        };
        debug_assert!(len <= max_len, "{len} bytes committed, {max_len} reserved");
        let len = len.min(max_len);
        if len == 0 {
            return;
        }
        let start = self.used;
        self.used += len;
        match self.messages.last_mut() {
            Some(last) if last.takes(tuple, len) => last.len += len,
            _ => self.messages.push(Message {
                tuple,
                start,
                len,
                segment: len,
                singly: false,
                held_since: None,
            }),
        }
    }

    /// Hands everything to the kernel. What a full send buffer refuses is kept for the next flush,
    /// for up to [`MAX_HOLD`]; what fails by itself is counted and never stops the others.
    pub fn flush(&mut self, port: &mut UdpPort, now: Instant) -> SendReport {
        self.flush_to(port, now)
    }

    fn flush_to(&mut self, sender: &mut impl Sender, now: Instant) -> SendReport {
        let mut report = SendReport::default();
        let mut next = self.expire(now, &mut report);
        while let Some(message) = self.messages.get_mut(next) {
            let runs = sender.takes_runs();
            let run = message.piece(runs) > message.segment;
            match sender.send(self.pieces(next, runs)) {
                Ok(0) => break,
                Ok(count) => (0..count).for_each(|_| next = self.sent(next, runs, &mut report)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if run => self.refuse_run(next, sender, &error, &mut report),
                Err(error) => next = self.failed(next, &error, &mut report),
            }
        }
        self.keep_from(next, now, &mut report);
        report
    }

    /// When to flush again even if nothing new is written: set while datagrams are held back.
    pub const fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }

    /// Whether nothing waits.
    pub const fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Whether there is a free message, or the last one may go on. In that case the datagram may still
    /// prove too long for it, so there is one place more.
    fn has_message_for(&self, tuple: Tuple) -> bool {
        self.messages.len() < MAX_MESSAGES
            || self.messages.len() == MAX_MESSAGES
                && self.messages.last().is_some_and(|last| last.takes(tuple, last.segment))
    }

    /// Passes over messages that were held for too long; returns the position of the first other one.
    fn expire(&self, now: Instant, report: &mut SendReport) -> usize {
        let too_old = |message: &&Message| {
            message.held_since.is_some_and(|since| now.saturating_duration_since(since) >= MAX_HOLD)
        };
        // Held ones come first, the oldest of them before the others.
        let expired = self.messages.iter().take_while(too_old);
        expired.map(|message| report.expired += message.datagrams()).count()
    }

    /// What goes to the kernel, from message `next` on.
    fn pieces(&self, next: usize, runs: bool) -> impl Iterator<Item = Outgoing<'_>> {
        let messages = self.messages.get(next..).unwrap_or_default();
        messages.iter().flat_map(move |message| {
            let bytes = self.slab.get(message.start..message.start + message.len).unwrap_or_default();
            let piece = message.piece(runs);
            let segment = u16::try_from(message.segment).ok().filter(|_| piece > message.segment);
            let (to, from) = (message.tuple.remote, source(message.tuple.local));
            bytes.chunks(piece).map(move |bytes| Outgoing { bytes, to, from, segment })
        })
    }

    /// Counts the first piece of message `next` as sent; returns the position to go on from.
    fn sent(&mut self, next: usize, runs: bool, report: &mut SendReport) -> usize {
        let Some(message) = self.messages.get_mut(next) else { return next };
        let piece = message.piece(runs);
        report.messages += 1;
        report.datagrams += piece.div_ceil(message.segment) as u64;
        report.bytes += piece as u64;
        next + usize::from(message.advance(piece))
    }

    /// The kernel would not cut a message up.
    ///
    /// A device that cannot compute checksums (EIO) refuses all of them. Any other refusal is about
    /// this one peer, such as a path whose MTU is smaller than the segments, and must not cost the
    /// others their offload.
    fn refuse_run(
        &mut self,
        next: usize,
        sender: &mut impl Sender,
        error: &io::Error,
        report: &mut SendReport,
    ) {
        report.runs_refused += 1;
        if error.raw_os_error() == Some(libc::EIO) {
            sender.refuse_runs();
        }
        if let Some(message) = self.messages.get_mut(next) {
            message.singly = true;
        }
    }

    /// Counts and skips the single datagram at the front of message `next`.
    fn failed(&mut self, next: usize, error: &io::Error, report: &mut SendReport) -> usize {
        let Some(message) = self.messages.get_mut(next) else { return next };
        report.failed += 1;
        report.last_failure = Some(error.kind());
        let first = message.piece(false);
        next + usize::from(message.advance(first))
    }

    /// Forgets what lies before message `next` and moves the rest to the front of the slab.
    fn keep_from(&mut self, next: usize, now: Instant, report: &mut SendReport) {
        self.reserved = None;
        self.messages.drain(..next);
        let Some(first) = self.messages.first() else {
            self.used = 0;
            self.retry_at = None;
            return;
        };
        let moved = first.start;
        self.slab.copy_within(moved..self.used, 0);
        self.used -= moved;
        self.retry_at = Some(now + RETRY_AFTER);
        for message in &mut self.messages {
            message.start -= moved;
            message.held_since.get_or_insert(now);
            report.held += message.datagrams();
        }
    }
}

impl Message {
    /// Whether one more datagram may follow in the same message.
    fn takes(&self, tuple: Tuple, len: usize) -> bool {
        self.tuple == tuple
            && len <= self.segment
            && self.len.is_multiple_of(self.segment)
            && self.len + len <= MAX_MESSAGE_BYTES
            && self.len < MAX_SEGMENTS * self.segment
            && self.held_since.is_none()
    }

    /// Bytes that go to the kernel as one: all, or one datagram.
    fn piece(&self, runs: bool) -> usize {
        if runs && !self.singly { self.len } else { self.segment.min(self.len) }
    }

    /// Takes bytes off the front; whether nothing is left.
    const fn advance(&mut self, bytes: usize) -> bool {
        self.start += bytes;
        self.len -= bytes;
        self.len == 0
    }

    const fn datagrams(&self) -> u64 {
        self.len.div_ceil(self.segment) as u64
    }
}

#[cfg(test)]
mod tests;
