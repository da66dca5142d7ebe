//! The paths on which a peer proved that it knows our password, and what else it proved there.
//!
//! A check proves no more than the password, under a source address that can be made up. So what a
//! path is good for depends on what else came over it:
//!
//! - The path over which the peer *answered our handshake* is its own beyond doubt: whoever is not
//!   there has not read what it answers. While the peer is heard there, nobody else gets that address.
//! - On any other path nothing is beyond doubt, so it is lost to the latest check of another peer. A
//!   claim that was made up costs its true owner nothing, and a true one is renewed by its next check.

use std::time::{Duration, Instant};

use switchyard_vocab::datagram::Tuple;

/// Paths remembered per peer: a client with two networks and both IP versions uses four, a
/// rebinding NAT adds some. The worker keeps an address entry for each.
pub const MAX_TUPLES: usize = 8;

/// How long a path counts as in use after something authentic came over it: the longest pause between
/// two checks (RFC 7675 §5.1: 4 to 6 s). Shorter, and a peer that only listens lost its address in
/// between; longer, and whoever gets the address after it waits for nothing.
pub const IN_USE_FOR: Duration = Duration::from_secs(6);

/// A small table of paths, most lately used last.
#[derive(Debug, Default)]
pub struct Tuples {
    known: Vec<Known>,
    selected: Option<Tuple>,
    /// Where our handshake was sent to and answered.
    answered: Option<Tuple>,
}

#[derive(Debug)]
struct Known {
    tuple: Tuple,
    checked: Instant,
    /// When something came that only the owner of the line's keys can have made.
    keyed: Option<Instant>,
}

impl Tuples {
    /// Whether the peer authenticated itself on this path.
    pub fn contains(&self, tuple: Tuple) -> bool {
        self.place(tuple).is_some()
    }

    /// Where in the table a path is, until the next check.
    pub fn place(&self, tuple: Tuple) -> Option<usize> {
        self.known.iter().position(|known| known.tuple == tuple)
    }

    /// The path the peer nominated last.
    pub const fn selected(&self) -> Option<Tuple> {
        self.selected
    }

    /// The path to send on: the nominated one, else the one used last.
    pub fn send_path(&self) -> Option<Tuple> {
        self.selected.or_else(|| self.known.last().map(|known| known.tuple))
    }

    /// Whether this path is the peer's beyond doubt and in use.
    pub fn holds(&self, now: Instant, tuple: Tuple) -> bool {
        self.answered == Some(tuple)
            && self.known.iter().any(|known| known.tuple == tuple && known.is_in_use(now))
    }

    /// Notes an authenticated check on `tuple`.
    #[must_use]
    pub fn touch(&mut self, now: Instant, tuple: Tuple) -> Touched {
        if let Some(at) = self.place(tuple) {
            self.known[at].checked = now;
            self.known[at..].rotate_left(1);
            return Touched::Known;
        }
        let evicted = (self.known.len() >= MAX_TUPLES).then(|| self.evict()).flatten();
        self.known.push(Known { tuple, checked: now, keyed: None });
        Touched::Added { evicted }
    }

    /// Notes something that was protected with the line's keys on the path in this place.
    pub fn on_keyed(&mut self, now: Instant, place: usize) {
        if let Some(known) = self.known.get_mut(place) {
            known.keyed = Some(now);
        }
    }

    /// Our handshake was sent to this path alone, and was answered.
    pub fn on_answered(&mut self, tuple: Tuple) {
        self.answered = self.contains(tuple).then_some(tuple);
    }

    /// Makes a known path the one to send on; tells whether that is a change.
    #[must_use]
    pub fn select(&mut self, tuple: Tuple) -> bool {
        self.selected.replace(tuple) != Some(tuple)
    }

    /// Removes the longest unused path that is not the selected one.
    fn evict(&mut self) -> Option<Tuple> {
        let at = self.known.iter().position(|known| Some(known.tuple) != self.selected)?;
        let evicted = self.known.remove(at).tuple;
        self.answered = self.answered.filter(|&answered| answered != evicted);
        Some(evicted)
    }
}

impl Known {
    fn heard(&self) -> Instant {
        self.keyed.map_or(self.checked, |keyed| keyed.max(self.checked))
    }

    fn is_in_use(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.heard()) < IN_USE_FOR
    }
}

/// What using a path did to the table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Touched {
    /// It was there.
    Known,
    /// It is new: a second network of the client, or a NAT that changed its mind.
    Added {
        /// The path that had to go for it.
        evicted: Option<Tuple>,
    },
}

#[cfg(test)]
mod tests;
