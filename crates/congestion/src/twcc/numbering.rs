//! The counter stamped on every packet of one transport.

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

/// Transport-wide sequence numbers: one per packet that really leaves, in order.
///
/// A number that was used up by a packet that never left would look like loss to the estimator, so
/// it is looked at first and used up when nothing can refuse the packet any more.
#[derive(Clone, Copy, Debug)]
pub struct Numbering {
    next: ExtSeqNo,
}

impl Default for Numbering {
    fn default() -> Self {
        Self { next: ExtSeqNo::starting_at(SeqNo(0)) }
    }
}

impl Numbering {
    /// The number of the next packet.
    pub const fn peek(&self) -> ExtSeqNo {
        self.next
    }

    /// The packet with that number has left.
    pub const fn advance(&mut self) {
        self.next = self.next.plus(1);
    }
}
