//! Reading of feedback.

use switchyard_vocab::rtp::{SeqNo, Ssrc};

use super::chunk::{Chunk, Symbol};
use super::{FeedbackHead, REFERENCE_TICKS, TICK_MICROS};
use crate::bytes::{u16_at, u24_at, u32_at};

/// Feedback on one transport. Checked once when read: walking it can't fail.
#[derive(Clone, Copy, Debug)]
pub struct Feedback<'a> {
    /// Who reports, from which number on.
    pub head: FeedbackHead,
    /// How many numbers it tells of, from the base on.
    pub status_count: u16,
    /// The reference time, in steps of 64 ms of the reporting side's clock; 24 bits, wraps.
    pub reference: u32,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

impl<'a> Feedback<'a> {
    pub(in crate::rtcp) fn parse(body: &'a [u8]) -> Option<Self> {
        let head = FeedbackHead {
            sender: Ssrc(u32_at(body, 0)?),
            media: Ssrc(u32_at(body, 4)?),
            base: SeqNo(u16_at(body, 8)?),
            feedback: *body.get(15)?,
        };
        let status_count = u16_at(body, 10)?;
        let rest = body.get(16..)?;
        let (chunks_len, deltas_len) = measure(rest, status_count)?;
        let (chunks, rest) = rest.split_at_checked(chunks_len)?;
        let deltas = rest.get(..deltas_len)?;
        Some(Self { head, status_count, reference: u24_at(body, 12)?, chunks, deltas })
    }

    /// The number behind the last one it tells of.
    pub const fn end(&self) -> SeqNo {
        SeqNo(self.head.base.0.wrapping_add(self.status_count))
    }

    /// The packets that arrived, by number. Every other number from the base to the end did not.
    ///
    /// Takes as long as the feedback has bytes, however many numbers it claims to tell of.
    pub fn received(&self) -> ReceivedPackets<'a> {
        ReceivedPackets {
            chunks: self.chunks,
            deltas: self.deltas,
            chunk: Chunk::new(0),
            run: None,
            next: self.head.base,
            left: self.status_count,
            ticks: i64::from(self.reference) * REFERENCE_TICKS,
        }
    }
}

/// A packet that arrived.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Received {
    /// Its number on the transport.
    pub seq: SeqNo,
    /// When it arrived, in microseconds of the reporting side's clock. Only differences mean
    /// something; the clock wraps with the reference time, after twelve days.
    pub at_micros: i64,
}

/// Iterator over the packets that arrived.
#[derive(Clone, Debug)]
pub struct ReceivedPackets<'a> {
    chunks: &'a [u8],
    deltas: &'a [u8],
    chunk: Chunk,
    /// Symbols taken from the chunk, and how many numbers they still stand for.
    run: Option<(Symbol, u16)>,
    next: SeqNo,
    /// Numbers not taken from chunks yet.
    left: u16,
    ticks: i64,
}

impl ReceivedPackets<'_> {
    /// The next symbol that stands for an arrival; skips numbers that did not arrive.
    fn next_symbol(&mut self) -> Option<Symbol> {
        loop {
            match self.run.take() {
                Some((Symbol::Missing, count)) => self.next = SeqNo(self.next.0.wrapping_add(count)),
                Some((symbol, count)) => {
                    self.run = count.checked_sub(2).map(|left| (symbol, left + 1));
                    return Some(symbol);
                }
                None => {
                    let (symbol, count) = next_run(&mut self.chunk, &mut self.chunks, self.left)?;
                    self.left -= count;
                    self.run = Some((symbol, count));
                }
            }
        }
    }
}

impl Iterator for ReceivedPackets<'_> {
    type Item = Received;

    fn next(&mut self) -> Option<Received> {
        let symbol = self.next_symbol()?;
        let (delta, rest) = self.deltas.split_at_checked(symbol.delta_len())?;
        self.deltas = rest;
        self.ticks += match *delta {
            [small] => i64::from(small),
            [high, low] => i64::from(i16::from_be_bytes([high, low])),
            _ => 0,
        };
        let seq = self.next;
        self.next = seq.next();
        Some(Received { seq, at_micros: self.ticks * TICK_MICROS })
    }
}

/// Bytes of chunks and of deltas that tell of `count` numbers; `None` when the chunks end too early
/// or hold a symbol that is reserved.
fn measure(bytes: &[u8], count: u16) -> Option<(usize, usize)> {
    let mut rest = bytes;
    let mut chunk = Chunk::new(0);
    let mut left = count;
    let mut deltas = 0;
    while left > 0 {
        let (symbol, count) = next_run(&mut chunk, &mut rest, left)?;
        left -= count;
        deltas += symbol.delta_len() * usize::from(count);
    }
    Some((bytes.len() - rest.len(), deltas))
}

/// Takes symbols from `chunk`, or from the one behind it; `None` when there is no more to take.
fn next_run(chunk: &mut Chunk, chunks: &mut &[u8], left: u16) -> Option<(Symbol, u16)> {
    if left == 0 {
        return None;
    }
    // A run may be empty: then the next chunk counts.
    while chunk.left() == 0 {
        let (word, rest) = chunks.split_first_chunk::<2>()?;
        *chunks = rest;
        *chunk = Chunk::new(u16::from_be_bytes(*word));
    }
    chunk.take(left)
}
