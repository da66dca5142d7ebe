//! The requests that were taken last, so that one that was recorded proves nothing a second time.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;
use switchyard_vocab::datagram::Tuple;
use switchyard_wire::stun::TransactionId;

/// Requests remembered per agent. Browsers make one every 2.5 to 5 s once they are connected, so these reach back
/// five minutes at least, ten times as long as consent lasts. As many recorded ones sent round and round keep a
/// session alive that its client has left without a word; more would cost every peer memory (8 bytes each) and every
/// check a longer look.
const REMEMBERED: usize = 128;

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

/// A ring of the last authenticated requests, and of the paths they came on.
///
/// Both are kept as 32 bits of a hash. A new request that looks like one of them (one in thirty million) is a check
/// that proves nothing; the client makes another.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    last: Vec<(u32, u32)>,
    next: usize,
}

impl Transactions {
    /// Notes an authenticated request.
    pub(super) fn note(&mut self, transaction: TransactionId, tuple: Tuple) -> Seen {
        let (transaction, path) = (digest(transaction), digest(tuple));
        if let Some(&(_, before)) = self.last.iter().find(|(known, _)| *known == transaction) {
            return if before == path { Seen::Here } else { Seen::Elsewhere };
        }
        if self.last.len() < REMEMBERED {
            self.last.push((transaction, path));
        } else if let Some(oldest) = self.last.get_mut(self.next) {
            *oldest = (transaction, path);
            self.next = (self.next + 1) % REMEMBERED;
        }
        Seen::Never
    }
}

fn digest(of: impl Hash) -> u32 {
    let mut hasher = FxHasher::default();
    of.hash(&mut hasher);
    let hash = hasher.finish();
    (hash ^ hash >> 32) as u32
}

#[cfg(test)]
mod tests;
