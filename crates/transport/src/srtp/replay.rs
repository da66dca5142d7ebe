//! The replay window: which of the latest packets were seen (RFC 3711 §3.3.2).

/// Packets of a stream that may still arrive late. Retransmissions come a round trip late, so
/// 64 is too few: at 8 Mbps and 200 ms that is 150 packets. 1024 is also libwebrtc's number.
pub const RTP_WINDOW: usize = 1024;

/// The same for RTCP, which is sparse.
pub const RTCP_WINDOW: usize = 128;

/// A sliding bitmap over the latest `64 * WORDS` packet indexes.
///
/// Looking ([`admits`](Self::admits)) and remembering ([`insert`](Self::insert)) are apart:
/// only a packet that proved authentic may be remembered.
#[derive(Clone, Debug)]
pub struct ReplayWindow<const WORDS: usize> {
    highest: u64,
    /// Bit `index % (64 * WORDS)` says whether `index` was seen.
    seen: [u64; WORDS],
}

impl<const WORDS: usize> ReplayWindow<WORDS> {
    const LEN: u64 = 64 * WORDS as u64;

    /// A window whose first packet is `index`.
    pub fn starting_at(index: u64) -> Self {
        let mut window = Self { highest: index, seen: [0; WORDS] };
        window.mark(index);
        window
    }

    /// The highest index so far.
    pub const fn highest(&self) -> u64 {
        self.highest
    }

    /// Whether `index` is new: neither seen nor older than the window.
    pub fn admits(&self, index: u64) -> bool {
        if index > self.highest {
            return true;
        }
        self.highest - index < Self::LEN && !self.is_marked(index)
    }

    /// Remembers an authentic packet that [`admits`](Self::admits) let pass.
    pub fn insert(&mut self, index: u64) {
        if index > self.highest {
            self.clear_between(self.highest, index);
            self.highest = index;
        }
        if self.highest - index < Self::LEN {
            self.mark(index);
        }
    }

    /// Forgets what the places of `highest + 1 ..= index` stood for a window ago.
    fn clear_between(&mut self, highest: u64, index: u64) {
        if index - highest >= Self::LEN {
            self.seen = [0; WORDS];
            return;
        }
        for skipped in highest + 1..=index {
            let (word, bit) = Self::place(skipped);
            self.seen[word] &= !bit;
        }
    }

    fn mark(&mut self, index: u64) {
        let (word, bit) = Self::place(index);
        self.seen[word] |= bit;
    }

    fn is_marked(&self, index: u64) -> bool {
        let (word, bit) = Self::place(index);
        self.seen[word] & bit != 0
    }

    const fn place(index: u64) -> (usize, u64) {
        let position = index % Self::LEN;
        ((position / 64) as usize, 1 << (position % 64))
    }
}

#[cfg(test)]
mod tests;
