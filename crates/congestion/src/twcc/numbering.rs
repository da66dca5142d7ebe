//! The counter stamped on every packet of one transport.

use switchyard_vocab::rtp::SeqNo;

/// Hands out transport-wide sequence numbers: one per packet that really leaves, in order.
///
/// A number that is handed out and never sent looks like loss to the estimator, so ask only when
/// nothing can refuse the packet any more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbering {
    next: u16,
}

impl Numbering {
    /// The number for the packet that leaves now.
    pub const fn next(&mut self) -> SeqNo {
        let number = SeqNo(self.next);
        self.next = self.next.wrapping_add(1);
        number
    }
}
