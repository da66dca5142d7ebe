//! From the 16 bits on the wire to numbers that only grow, across wraps and restarts of the source.

use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

/// A jump further ahead than this is no loss (RFC 3550 §A.1, MAX_DROPOUT).
const MAX_DROPOUT: u16 = 3_000;

/// A jump further back than this is no reordering (RFC 3550 §A.1, MAX_MISORDER; libwebrtc resends
/// up to a second late, so wider than the RFC's 100).
const MAX_MISORDER: u16 = 1_500;

/// Numbers whose reception is remembered, to tell duplicates: a second of 8 Mbit/s.
const WINDOW: u64 = 1_024;

/// What a restart of the source adds, so that no loss can ever be mistaken for one.
const RESTART_STRIDE_BITS: u32 = 32;

/// Which life of its source a number belongs to. It changes when the publisher starts anew: another
/// SSRC for the same encoding, or numbers that have nothing to do with the earlier ones.
///
/// Numbers of different lives say nothing about one another; nor do their timestamps.
pub const fn incarnation(seq: ExtSeqNo) -> u64 {
    seq.0 >> RESTART_STRIDE_BITS
}

/// Where a packet stands among the others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Numbered {
    /// Its number.
    pub seq: ExtSeqNo,
    /// Numbers between the highest before and this one, all still missing; 0 for a late packet.
    pub skipped: u64,
    /// Whether it is the highest so far.
    pub newest: bool,
    /// Whether the source started anew with it.
    pub restarted: bool,
}

/// Counts the packets of one encoding.
#[derive(Debug, Default)]
pub struct Numbering {
    highest: Option<ExtSeqNo>,
    /// One bit per number, modulo [`WINDOW`].
    received: [u64; WINDOW as usize / 64],
    /// The number that would confirm that a far jump was a restart.
    restart_candidate: Option<SeqNo>,
    restart_next: bool,
}

impl Numbering {
    /// Counts one packet.
    ///
    /// # Errors
    /// [`DropReason::Duplicate`]; [`DropReason::TooOld`] when it is older than anybody could use,
    /// or the first of a jump that only a second packet can confirm as a restart.
    pub fn handle(&mut self, seq: SeqNo) -> Result<Numbered, DropReason> {
        let Some(highest) = self.highest else {
            return Ok(self.start(ExtSeqNo::starting_at(seq), false));
        };
        if std::mem::take(&mut self.restart_next) {
            return Ok(self.start(restarted_at(highest, seq), true));
        }
        let ahead = seq.0.wrapping_sub(highest.0 as u16);
        let behind = ahead.wrapping_neg();
        let is_far = ahead > MAX_DROPOUT && behind > MAX_MISORDER;
        if is_far {
            return self.handle_far(highest, seq);
        }
        self.restart_candidate = None;
        if ahead != 0 && ahead <= MAX_DROPOUT {
            return Ok(self.advance(highest, highest.plus(u64::from(ahead))));
        }
        self.handle_late(highest, ExtSeqNo(highest.0.saturating_sub(u64::from(behind))))
    }

    /// Counts a packet that came as a retransmission. It never restarts the source: publishers also
    /// resend what is long gone, as a probe.
    ///
    /// # Errors
    /// As [`handle`](Self::handle).
    pub fn handle_repair(&mut self, seq: SeqNo) -> Result<Numbered, DropReason> {
        let Some(highest) = self.highest else {
            return Ok(self.start(ExtSeqNo::starting_at(seq), false));
        };
        match highest.extend(seq) {
            _ if self.restart_next => Err(DropReason::TooOld),
            newer if newer.since(highest) > u64::from(MAX_DROPOUT) => Err(DropReason::TooOld),
            newer if newer > highest => Ok(self.advance(highest, newer)),
            late => self.handle_late(highest, late),
        }
    }

    /// The next packet starts a new life, whatever its number.
    pub const fn expect_restart(&mut self) {
        self.restart_next = self.highest.is_some();
    }

    /// The highest number so far.
    pub const fn highest(&self) -> Option<ExtSeqNo> {
        self.highest
    }

    /// The life that the next packet belongs to, unless its number says otherwise.
    pub fn incarnation(&self) -> u64 {
        self.highest.map_or(0, incarnation) + u64::from(self.restart_next)
    }

    fn handle_far(&mut self, highest: ExtSeqNo, seq: SeqNo) -> Result<Numbered, DropReason> {
        if self.restart_candidate == Some(seq) {
            return Ok(self.start(restarted_at(highest, seq), true));
        }
        self.restart_candidate = Some(seq.next());
        Err(DropReason::TooOld)
    }

    fn handle_late(&mut self, highest: ExtSeqNo, seq: ExtSeqNo) -> Result<Numbered, DropReason> {
        if highest.since(seq) >= WINDOW {
            return Err(DropReason::TooOld);
        }
        if self.is_received(seq) {
            return Err(DropReason::Duplicate);
        }
        self.mark(seq);
        Ok(Numbered { seq, skipped: 0, newest: false, restarted: false })
    }

    fn advance(&mut self, highest: ExtSeqNo, seq: ExtSeqNo) -> Numbered {
        let skipped = seq.since(highest) - 1;
        if skipped >= WINDOW {
            self.received = [0; WINDOW as usize / 64];
        } else {
            (1..=skipped).for_each(|step| self.clear(highest.plus(step)));
        }
        self.mark(seq);
        self.highest = Some(seq);
        Numbered { seq, skipped, newest: true, restarted: false }
    }

    fn start(&mut self, seq: ExtSeqNo, restarted: bool) -> Numbered {
        self.received = [0; WINDOW as usize / 64];
        self.mark(seq);
        self.highest = Some(seq);
        self.restart_candidate = None;
        Numbered { seq, skipped: 0, newest: true, restarted }
    }

    fn is_received(&self, seq: ExtSeqNo) -> bool {
        let (word, bit) = place(seq);
        self.received[word] & bit != 0
    }

    const fn mark(&mut self, seq: ExtSeqNo) {
        let (word, bit) = place(seq);
        self.received[word] |= bit;
    }

    const fn clear(&mut self, seq: ExtSeqNo) {
        let (word, bit) = place(seq);
        self.received[word] &= !bit;
    }
}

const fn place(seq: ExtSeqNo) -> (usize, u64) {
    let bit = seq.0 % WINDOW;
    ((bit / 64) as usize, 1 << (bit % 64))
}

/// The number `seq` gets in the life after that of `highest`.
const fn restarted_at(highest: ExtSeqNo, seq: SeqNo) -> ExtSeqNo {
    ExtSeqNo(((incarnation(highest) + 1) << RESTART_STRIDE_BITS) + ExtSeqNo::starting_at(seq).0)
}

#[cfg(test)]
mod tests;
