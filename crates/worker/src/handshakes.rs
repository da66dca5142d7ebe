//! Handshake datagrams, shared out fairly: what a turn handles, what waits, and for whom.
//!
//! One of them may cost a millisecond of public-key arithmetic, so a burst of joins must not hold back
//! the media of everybody else, and no single peer the joins of the others.

use std::collections::VecDeque;

use switchyard_vocab::datagram::Tuple;

use crate::peers::PeerKey;

/// Handshake datagrams handled in one turn, of all peers.
pub(crate) const PER_TURN: usize = 8;

/// Datagrams that wait for a later turn: half a hundred joins at once. What is beyond is dropped;
/// clients repeat their flights.
pub(crate) const MAX_WAITING: usize = 512;

/// What one peer may have of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Share {
    /// Handled in one turn.
    per_turn: usize,
    /// Waiting for later ones.
    waiting: usize,
}

impl Share {
    /// While it shakes hands: together the ten datagrams of the longest flight, a hello with a
    /// post-quantum key or a chain of certificates in small pieces.
    pub(crate) const SHAKING: Self = Self { per_turn: 4, waiting: 8 };
    /// Once its line is open, there is a last flight to repeat and a goodbye to say.
    pub(crate) const OPEN: Self = Self { per_turn: 1, waiting: 2 };
}

/// The queue, and what this turn has handled so far.
#[derive(Debug, Default)]
pub(crate) struct Handshakes {
    waiting: VecDeque<Waiting>,
    /// Whose datagrams this turn has handled: [`PER_TURN`] at most.
    handled: Vec<PeerKey>,
}

#[derive(Debug)]
struct Waiting {
    peer: PeerKey,
    tuple: Tuple,
    bytes: Box<[u8]>,
}

impl Handshakes {
    /// A new turn.
    pub(crate) fn begin_turn(&mut self) {
        self.handled.clear();
    }

    /// How many more this turn may handle.
    pub(crate) fn left(&self) -> usize {
        PER_TURN.saturating_sub(self.handled.len())
    }

    /// Whether one more of this peer may be handled now; it counts as handled if so.
    #[must_use]
    pub(crate) fn admits(&mut self, peer: PeerKey, share: Share) -> bool {
        let is_admitted = self.may_handle(peer, share);
        if is_admitted {
            self.handled.push(peer);
        }
        is_admitted
    }

    /// Keeps a datagram for a later turn, unless there are too many of all or of this peer.
    #[must_use]
    pub(crate) fn keep(&mut self, peer: PeerKey, share: Share, tuple: Tuple, bytes: &[u8]) -> bool {
        let is_kept = self.waiting.len() < MAX_WAITING
            && self.waiting.iter().filter(|waiting| waiting.peer == peer).count() < share.waiting;
        if is_kept {
            self.waiting.push_back(Waiting { peer, tuple, bytes: bytes.into() });
        }
        is_kept
    }

    /// The oldest that waits and may be handled now; it counts as handled.
    pub(crate) fn next(&mut self, share: impl Fn(PeerKey) -> Share) -> Option<(PeerKey, Tuple, Box<[u8]>)> {
        let may_be_next = |waiting: &Waiting| self.may_handle(waiting.peer, share(waiting.peer));
        let at = self.waiting.iter().position(may_be_next)?;
        let Waiting { peer, tuple, bytes } = self.waiting.remove(at)?;
        self.handled.push(peer);
        Some((peer, tuple, bytes))
    }

    /// A peer is gone: its place may be another's soon.
    pub(crate) fn forget(&mut self, peer: PeerKey) {
        self.waiting.retain(|waiting| waiting.peer != peer);
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    fn may_handle(&self, peer: PeerKey, share: Share) -> bool {
        self.left() > 0 && self.handled.iter().filter(|&&handled| handled == peer).count() < share.per_turn
    }
}

#[cfg(test)]
mod tests;
