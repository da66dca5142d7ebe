//! The requests that were taken last, so that one that was recorded proves nothing a second time.

use switchyard_vocab::datagram::Tuple;
use switchyard_wire::stun::TransactionId;

/// Requests remembered per agent. Browsers make one every 2.5 to 5 s once they are connected, so these
/// reach back more than half a minute: longer than consent lasts. More would cost every peer memory and
/// every check a longer look.
const REMEMBERED: usize = 16;

/// Whether a request came before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Seen {
    /// It is new.
    Never,
    /// It came on the same path: its answer was lost or late (RFC 8489 §6.2.1).
    Here,
    /// It came on another path. Nobody sends one request from two addresses, so it was recorded.
    Elsewhere,
}

/// A ring of the last authenticated requests.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    last: Vec<(TransactionId, Tuple)>,
    next: usize,
}

impl Transactions {
    /// Notes an authenticated request.
    pub(super) fn note(&mut self, transaction: TransactionId, tuple: Tuple) -> Seen {
        if let Some((_, before)) = self.last.iter().find(|(known, _)| *known == transaction) {
            return if *before == tuple { Seen::Here } else { Seen::Elsewhere };
        }
        if self.last.len() < REMEMBERED {
            self.last.push((transaction, tuple));
        } else if let Some(oldest) = self.last.get_mut(self.next) {
            *oldest = (transaction, tuple);
            self.next = (self.next + 1) % REMEMBERED;
        }
        Seen::Never
    }
}

#[cfg(test)]
mod tests;
