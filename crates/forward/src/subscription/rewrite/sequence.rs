//! From the publisher's sequence numbers to the subscriber's.
//!
//! `out = in − offset`, where the offset grows with every number that was left out on purpose and
//! is set anew at every switch. What was lost on the way keeps its hole, so that the subscriber can
//! ask for it; what was left out leaves none. Everything is a function of the incoming number, so
//! the order in which packets come, and in which omissions become known, does not matter.

mod omissions;

use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS};
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

use crate::publication::encoding::incarnation;
use omissions::Omissions;

/// Highest first number of a stream: the upper half is avoided, or a loss around the first wrap
/// would make the receiver guess a wrong rollover counter (RFC 3711 §3.3.1).
const FIRST_MASK: u16 = 0x7fff;

/// From one switch to the next.
#[derive(Clone, Copy, Debug)]
struct Segment {
    encoding: EncodingIndex,
    first_in: ExtSeqNo,
    first_out: ExtSeqNo,
    omitted_before: u64,
    newest_in: ExtSeqNo,
}

/// The numbers of one subscription.
#[derive(Debug)]
pub struct SequenceMap {
    omissions: [Omissions; MAX_ENCODINGS],
    segment: Option<Segment>,
    next: ExtSeqNo,
}

impl SequenceMap {
    /// The first number will be `first`, cut to 15 bits.
    pub fn new(first: SeqNo) -> Self {
        let next = ExtSeqNo::starting_at(SeqNo(first.0 & FIRST_MASK));
        Self { omissions: [const { Omissions::new() }; MAX_ENCODINGS], segment: None, next }
    }

    /// Goes on with this packet of this encoding, without a gap.
    ///
    /// `None` when so much was left out since that its place is no longer known.
    pub fn begin(&mut self, encoding: EncodingIndex, seq: ExtSeqNo) -> Option<ExtSeqNo> {
        let omitted_before = self.omissions.get(encoding.index())?.before(seq)?;
        let first_out = self.next;
        self.segment = Some(Segment { encoding, first_in: seq, first_out, omitted_before, newest_in: seq });
        self.next = first_out.plus(1);
        Some(first_out)
    }

    /// Goes on with a packet that the publisher did not send, right before this packet of this encoding.
    pub fn introduce(&mut self, encoding: EncodingIndex, seq: ExtSeqNo) -> Option<ExtSeqNo> {
        let introduction = self.next;
        self.next = introduction.plus(1);
        if self.begin(encoding, seq).is_none() {
            self.next = introduction;
            return None;
        }
        self.next = introduction.plus(1);
        Some(introduction)
    }

    /// The number of a packet of the current segment; `None` when it is of another one, was left
    /// out, or is so late that its place is no longer known.
    pub fn map(&mut self, encoding: EncodingIndex, seq: ExtSeqNo) -> Option<ExtSeqNo> {
        let segment = self.segment.as_mut()?;
        let is_ours = segment.encoding == encoding
            && seq >= segment.first_in
            && incarnation(seq) == incarnation(segment.first_in);
        if !is_ours {
            return None;
        }
        let omitted =
            self.omissions.get(encoding.index())?.before(seq)?.checked_sub(segment.omitted_before)?;
        let out = segment.first_out.plus(seq.since(segment.first_in).checked_sub(omitted)?);
        segment.newest_in = segment.newest_in.max(seq);
        self.next = self.next.max(out.plus(1));
        Some(out)
    }

    /// Leaves a packet out. Refused when a later one has its number already: then a hole remains.
    pub fn omit(&mut self, encoding: EncodingIndex, seq: ExtSeqNo) -> bool {
        let passed = |segment: &Segment| segment.encoding == encoding && seq <= segment.newest_in;
        if self.segment.as_ref().is_some_and(passed) {
            return false;
        }
        self.omissions.get_mut(encoding.index()).is_some_and(|omissions| omissions.add(seq))
    }

    /// One past the highest number given.
    pub const fn next(&self) -> ExtSeqNo {
        self.next
    }
}

#[cfg(test)]
mod tests;
