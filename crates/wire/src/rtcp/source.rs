//! Names and ends of sources (RFC 3550 §6.5, §6.6).

use switchyard_vocab::rtp::Ssrc;

use crate::bytes::u32_at;

const ITEM_END: u8 = 0;
pub(super) const ITEM_CNAME: u8 = 1;

/// Names of sources. Only the canonical name is of interest.
#[derive(Clone, Copy, Debug)]
pub struct Sdes<'a> {
    chunks: u8,
    body: &'a [u8],
}

impl<'a> Sdes<'a> {
    pub(super) const fn new(chunks: u8, body: &'a [u8]) -> Self {
        Self { chunks, body }
    }

    /// The canonical names; ends early where an item reaches behind the end.
    pub const fn cnames(&self) -> Cnames<'a> {
        Cnames { chunks: self.chunks, rest: self.body }
    }
}

/// Iterator over canonical names, at most 31.
#[derive(Clone, Debug)]
pub struct Cnames<'a> {
    chunks: u8,
    rest: &'a [u8],
}

impl<'a> Iterator for Cnames<'a> {
    type Item = (Ssrc, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(left) = self.chunks.checked_sub(1) {
            self.chunks = left;
            let (chunk, rest) = Chunk::split(self.rest)?;
            self.rest = rest;
            if let Some(cname) = chunk.cname {
                return Some((chunk.ssrc, cname));
            }
        }
        None
    }
}

/// What is said of one source.
struct Chunk<'a> {
    ssrc: Ssrc,
    cname: Option<&'a [u8]>,
}

impl<'a> Chunk<'a> {
    /// The chunk at the front of `bytes`, and what follows it.
    fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut chunk = Self { ssrc: Ssrc(u32_at(bytes, 0)?), cname: None };
        let mut at = 4;
        loop {
            let item = *bytes.get(at)?;
            if item == ITEM_END {
                // The end mark is followed by zeros up to the next multiple of four.
                return Some((chunk, bytes.get((at + 1).next_multiple_of(4)..)?));
            }
            let len = usize::from(*bytes.get(at + 1)?);
            let text = bytes.get(at + 2..at + 2 + len)?;
            if item == ITEM_CNAME {
                chunk.cname = Some(text);
            }
            at += 2 + len;
        }
    }
}

/// Sources that end.
#[derive(Clone, Copy, Debug)]
pub struct Bye<'a>(&'a [u8]);

impl<'a> Bye<'a> {
    /// A reason may follow the sources; it is for people and left alone.
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        body.get(..4 * usize::from(count)).map(Self)
    }

    /// The sources, at most 31.
    pub const fn ssrcs(&self) -> Ssrcs<'a> {
        Ssrcs(self.0)
    }
}

/// Iterator over a list of sources.
#[derive(Clone, Debug)]
pub struct Ssrcs<'a>(pub(super) &'a [u8]);

impl Iterator for Ssrcs<'_> {
    type Item = Ssrc;

    fn next(&mut self) -> Option<Ssrc> {
        let (ssrc, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(Ssrc(u32::from_be_bytes(*ssrc)))
    }
}
