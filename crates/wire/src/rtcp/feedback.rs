//! Requests to send again: packets (RFC 4585 §6.2.1) and pictures (§6.3.1, RFC 5104 §4.3.1).

use switchyard_vocab::rtp::{SeqNo, Ssrc};

use crate::bytes::u32_at;

/// Sender and media source stand in front of every feedback message.
pub(super) const HEAD_LEN: usize = 8;

/// Packets of one stream that are asked for again.
#[derive(Clone, Copy, Debug)]
pub struct Nack<'a> {
    /// Who asks.
    pub sender: Ssrc,
    /// The stream that lacks packets.
    pub media: Ssrc,
    pairs: &'a [u8],
}

impl<'a> Nack<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let pairs =
            body.get(HEAD_LEN..).filter(|pairs| !pairs.is_empty() && pairs.len().is_multiple_of(4))?;
        Some(Self { sender: Ssrc(u32_at(body, 0)?), media: Ssrc(u32_at(body, 4)?), pairs })
    }

    /// The numbers asked for: 17 at most for every four bytes, in the order in which they stand
    /// there, repeated when they are repeated. How many to answer is the caller's decision.
    pub const fn lost(&self) -> Lost<'a> {
        Lost { pairs: self.pairs, next: SeqNo(0), mask: 0 }
    }
}

/// Iterator over lost sequence numbers.
#[derive(Clone, Debug)]
pub struct Lost<'a> {
    pairs: &'a [u8],
    /// The number that the lowest bit of `mask` stands for.
    next: SeqNo,
    mask: u32,
}

impl Iterator for Lost<'_> {
    type Item = SeqNo;

    fn next(&mut self) -> Option<SeqNo> {
        if self.mask == 0 {
            let (&[p, q, b, c], rest) = self.pairs.split_first_chunk::<4>()?;
            self.pairs = rest;
            self.next = SeqNo(u16::from_be_bytes([p, q]));
            self.mask = (u32::from(u16::from_be_bytes([b, c])) << 1) | 1;
        }
        let ahead = self.mask.trailing_zeros();
        let lost = SeqNo(self.next.0.wrapping_add(ahead as u16));
        self.mask = self.mask >> ahead >> 1;
        self.next = lost.next();
        Some(lost)
    }
}

/// Picture loss: a keyframe of one stream is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pli {
    /// Who asks.
    pub sender: Ssrc,
    /// The stream.
    pub media: Ssrc,
}

impl Pli {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        Some(Self { sender: Ssrc(u32_at(body, 0)?), media: Ssrc(u32_at(body, 4)?) })
    }
}

/// Full intra request: keyframes of some streams are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Fir<'a> {
    /// Who asks.
    pub sender: Ssrc,
    entries: &'a [u8],
}

impl<'a> Fir<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let entries = body.get(HEAD_LEN..).filter(|entries| entries.len().is_multiple_of(8))?;
        Some(Self { sender: Ssrc(u32_at(body, 0)?), entries })
    }

    /// The streams.
    pub const fn entries(&self) -> FirEntries<'a> {
        FirEntries(self.entries)
    }
}

/// One stream of which a keyframe is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FirEntry {
    /// The stream.
    pub ssrc: Ssrc,
    /// Number of the request; the same number again is the same request again.
    pub request: u8,
}

/// Iterator over the streams of a full intra request.
#[derive(Clone, Debug)]
pub struct FirEntries<'a>(&'a [u8]);

impl Iterator for FirEntries<'_> {
    type Item = FirEntry;

    fn next(&mut self) -> Option<FirEntry> {
        let (&[a, b, c, d, request, ..], rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(FirEntry { ssrc: Ssrc(u32::from_be_bytes([a, b, c, d])), request })
    }
}
