//! Sequence numbers: the 16 bits on the wire and the 64 that never wrap.

/// RTP sequence number: 16 bits, wraps (RFC 3550 §5.1).
///
/// Not `Ord` on purpose: after 65535 comes 0, so "less than" has no fixed
/// meaning. Compare with [`is_newer_than`](Self::is_newer_than), or extend
/// once to [`ExtSeqNo`] and compare freely from then on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SeqNo(pub u16);

impl SeqNo {
    /// Serial-number order (RFC 1982 §3.2): newer means less than half a turn ahead.
    pub const fn is_newer_than(self, other: Self) -> bool {
        let ahead = self.0.wrapping_sub(other.0);
        ahead != 0 && ahead < 0x8000
    }

    /// The number that follows, across the wrap.
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// A sequence number counted without wrapping, so that it is ordered.
///
/// The low 16 bits are the number on the wire; the rest counts wraps. Counting starts one turn
/// above zero, so that a packet that is late at the very beginning still has a place.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ExtSeqNo(pub u64);

impl ExtSeqNo {
    /// Where counting starts for a stream whose first number on the wire is `first`.
    pub const fn starting_at(first: SeqNo) -> Self {
        Self(0x1_0000 + first.0 as u64)
    }

    /// The 16 bits that travel.
    pub const fn on_wire(self) -> SeqNo {
        SeqNo(self.0 as u16)
    }

    /// The number `count` packets later.
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0 + count)
    }

    /// How many numbers lie between `earlier` and this one; zero when `earlier` is not earlier.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The full number of `seq`, which lies within half a turn of this one.
    pub const fn extend(self, seq: SeqNo) -> Self {
        let delta = seq.0.wrapping_sub(self.0 as u16) as i16;
        Self(self.0.saturating_add_signed(delta as i64))
    }
}

/// Remembers the highest number of one stream and extends the others relative to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeqNoExtender {
    highest: Option<ExtSeqNo>,
}

impl SeqNoExtender {
    /// The full number `seq` would have, without remembering it.
    pub fn peek(&self, seq: SeqNo) -> ExtSeqNo {
        self.highest.map_or_else(|| ExtSeqNo::starting_at(seq), |highest| highest.extend(seq))
    }

    /// The full number of `seq`, remembered when it is the highest so far.
    pub fn extend(&mut self, seq: SeqNo) -> ExtSeqNo {
        let extended = self.peek(seq);
        self.highest = Some(self.highest.map_or(extended, |highest| highest.max(extended)));
        extended
    }

    /// The highest number so far.
    pub const fn highest(&self) -> Option<ExtSeqNo> {
        self.highest
    }
}

#[cfg(test)]
mod tests;
