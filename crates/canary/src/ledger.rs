//! The ledger of what arrived: nothing may be lost, doubled or out of order.
//!
//! Two numberings are checked, because they can disagree. RTP sequence numbers say what the server
//! promised us; the publisher's marks say what it was given.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::mark::Mark;

/// Everything that arrived, by SSRC.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    /// One account per stream.
    pub streams: BTreeMap<u32, StreamLedger>,
}

/// What arrived on one SSRC.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StreamLedger {
    /// `audio` or `video`.
    pub kind: &'static str,
    /// Packets, doubles included.
    pub packets: u64,
    /// Payload bytes, doubles included.
    pub bytes: u64,
    /// By the sequence numbers in RTP headers.
    pub rtp: Sequence,
    /// By the publisher's own count, where its packets bear marks.
    pub marks: Sequence,
    /// Longest way from publisher to here, in milliseconds, if the clocks agree.
    pub longest_ms: u64,
    /// Sum of all ways, in microseconds.
    #[serde(skip)]
    way_us: u64,
}

/// One numbering, checked as it comes in.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sequence {
    /// How many numbers were seen for the first time.
    pub unique: u64,
    /// How many were seen again.
    pub doubled: u64,
    /// How many came after a higher one.
    pub reordered: u64,
    #[serde(skip)]
    first: Option<u64>,
    #[serde(skip)]
    highest: u64,
    /// Bit `n` says whether `highest - n` was seen. Anything older counts as doubled.
    #[serde(skip)]
    window: u128,
}

impl Ledger {
    /// Enters one packet.
    pub fn enter(&mut self, kind: &'static str, ssrc: u32, number: u16, payload: &[u8]) {
        let stream = self.streams.entry(ssrc).or_default();
        stream.kind = kind;
        stream.packets += 1;
        stream.bytes += payload.len() as u64;
        stream.rtp.enter_wrapping(number);
        if let Some(mark) = Mark::parse(payload) {
            let way = mark.age();
            stream.marks.enter(u64::from(mark.number));
            stream.longest_ms = stream.longest_ms.max(way.as_millis() as u64);
            stream.way_us += way.as_micros() as u64;
        }
    }

    /// Packets that arrived, doubles included.
    pub fn packets(&self) -> u64 {
        self.streams.values().map(|stream| stream.packets).sum()
    }
}

impl StreamLedger {
    /// Mean way from publisher to here, of packets with marks.
    pub fn mean_way(&self) -> Duration {
        let marked = self.marks.unique + self.marks.doubled;
        Duration::from_micros(self.way_us.checked_div(marked).unwrap_or(0))
    }
}

impl Sequence {
    /// How many numbers between the first and the highest were never seen.
    pub fn lost(&self) -> u64 {
        self.first.map_or(0, |first| (self.highest + 1 - first).saturating_sub(self.unique))
    }

    /// Enters a 16-bit number that wraps (RFC 3550 §5.1).
    fn enter_wrapping(&mut self, number: u16) {
        /// Two turns above zero, so that numbers before the first one have a place as well.
        const START: u64 = 2 << 16;
        let Some(_) = self.first else { return self.enter(START + u64::from(number)) };
        let ahead = number.wrapping_sub(self.highest as u16);
        let extended = if ahead < 0x8000 {
            self.highest + u64::from(ahead)
        } else {
            self.highest.saturating_sub(u64::from(ahead.wrapping_neg()))
        };
        self.enter(extended);
    }

    /// Enters a number that does not wrap.
    fn enter(&mut self, number: u64) {
        let Some(first) = self.first else {
            *self = Self { first: Some(number), highest: number, unique: 1, window: 1, ..Self::default() };
            return;
        };
        if number > self.highest {
            let step = number - self.highest;
            self.window = if step < 128 { self.window << step | 1 } else { 1 };
            self.highest = number;
            self.unique += 1;
            return;
        }
        let age = self.highest - number;
        if age >= 128 || self.window & (1 << age) != 0 {
            self.doubled += 1;
        } else {
            self.window |= 1 << age;
            self.first = Some(first.min(number));
            self.unique += 1;
            self.reordered += 1;
        }
    }
}

#[cfg(test)]
mod tests;
