//! Congestion control feedback: when each packet of each stream arrived (RFC 8888 §3.1).
//!
//! ```text
//! for each stream: SSRC │ first number, count │ 16 bits a number: arrived? │ ECN │ how long ago (1/1024 s)
//! at the end: when this was written, by the receiver's clock (1/65536 s)
//! ```

use switchyard_vocab::rtp::{SeqNo, Ssrc};

use crate::bytes::{u16_at, u32_at};

/// Most numbers that one block may tell of (RFC 8888 §3.1).
pub const MAX_REPORTS: u16 = 16_384;

/// SSRC, first number, count.
const BLOCK_HEAD: usize = 8;

/// Set when a packet arrived.
pub(super) const ARRIVED: u16 = 0x8000;

/// The bits that say how long ago.
const OFFSET: u16 = 0x1fff;

/// From here on an offset is no time: longer ago than can be said, or not known.
pub(super) const FIRST_UNKNOWN: u16 = 0x1ffe;

/// Steps of the report's time in a second, and of an offset.
const TIMESTAMP_RATE: i64 = 65_536;
const OFFSET_RATE: i64 = 1_024;

/// Feedback on any number of streams. Checked once when read: walking it can't fail.
#[derive(Clone, Copy, Debug)]
pub struct Feedback<'a> {
    /// Who reports.
    pub sender: Ssrc,
    /// When it was written, in steps of 1/65536 s of the receiver's clock; wraps after 18 hours.
    pub timestamp: u32,
    blocks: &'a [u8],
}

/// What it says of one packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Report {
    /// Its stream.
    pub ssrc: Ssrc,
    /// Its number in that stream.
    pub seq: SeqNo,
    /// What became of it.
    pub fate: Fate,
}

/// What became of one packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It has not arrived.
    Missing,
    /// It arrived so many microseconds before the feedback was written.
    Arrived(i64),
    /// It arrived, and nobody knows when.
    ArrivedSometime,
}

impl<'a> Feedback<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let blocks = body.get(4..body.len().checked_sub(4)?)?;
        let timestamp = u32_at(body, body.len().checked_sub(4)?)?;
        let mut rest = blocks;
        while !rest.is_empty() {
            rest = split_block(rest)?.1;
        }
        Some(Self { sender: Ssrc(u32_at(body, 0)?), timestamp, blocks })
    }

    /// When it was written, in microseconds of the receiver's clock. Wraps with the timestamp.
    pub fn micros(&self) -> i64 {
        i64::from(self.timestamp) * 1_000_000 / TIMESTAMP_RATE
    }

    /// What it says of each packet, stream by stream.
    pub fn reports(&self) -> impl Iterator<Item = Report> + use<'a> {
        let mut rest = self.blocks;
        let blocks = std::iter::from_fn(move || {
            let (block, behind) = split_block(rest)?;
            rest = behind;
            Some(block)
        });
        blocks.flat_map(|Block { ssrc, first, reports }| {
            reports.as_chunks::<2>().0.iter().zip(0..).map(move |(&report, place)| Report {
                ssrc,
                seq: SeqNo(first.0.wrapping_add(place)),
                fate: fate(u16::from_be_bytes(report)),
            })
        })
    }
}

#[derive(Clone, Copy)]
struct Block<'a> {
    ssrc: Ssrc,
    first: SeqNo,
    reports: &'a [u8],
}

/// The block at the front, and what is behind it and what fills it up.
fn split_block(bytes: &[u8]) -> Option<(Block<'_>, &[u8])> {
    let (ssrc, first) = (Ssrc(u32_at(bytes, 0)?), SeqNo(u16_at(bytes, 4)?));
    let count = u16_at(bytes, 6).filter(|&count| count <= MAX_REPORTS)?;
    let len = 2 * usize::from(count);
    let (reports, rest) = bytes.get(BLOCK_HEAD..)?.split_at_checked(len)?;
    Some((Block { ssrc, first, reports }, rest.get(len % 4..)?))
}

fn fate(report: u16) -> Fate {
    match report & OFFSET {
        _ if report & ARRIVED == 0 => Fate::Missing,
        offset if offset >= FIRST_UNKNOWN => Fate::ArrivedSometime,
        offset => Fate::Arrived(i64::from(offset) * 1_000_000 / OFFSET_RATE),
    }
}

/// What is written of one packet; without ECN.
pub(super) fn pack(fate: Fate) -> u16 {
    match fate {
        Fate::Missing => 0,
        Fate::ArrivedSometime => ARRIVED | OFFSET,
        Fate::Arrived(micros) => {
            let steps = micros.max(0).saturating_mul(OFFSET_RATE) / 1_000_000;
            ARRIVED | steps.min(FIRST_UNKNOWN.into()) as u16
        }
    }
}

#[cfg(test)]
mod tests;
