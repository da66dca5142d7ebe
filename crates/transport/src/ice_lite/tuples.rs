//! The paths on which a peer proved that it knows our password.

use switchyard_vocab::datagram::Tuple;

/// Paths remembered per peer: a client with two networks and both IP versions uses four, a
/// rebinding NAT adds some. The worker keeps an address entry for each.
pub const MAX_TUPLES: usize = 8;

/// A small table of paths, most lately used last.
#[derive(Debug, Default)]
pub struct Tuples {
    known: Vec<Tuple>,
    selected: Option<Tuple>,
}

impl Tuples {
    /// Whether the peer authenticated itself on this path.
    pub fn contains(&self, tuple: Tuple) -> bool {
        self.known.contains(&tuple)
    }

    /// The path the peer nominated last.
    pub const fn selected(&self) -> Option<Tuple> {
        self.selected
    }

    /// The path to send on: the nominated one, else the one used last.
    pub fn send_path(&self) -> Option<Tuple> {
        self.selected.or_else(|| self.known.last().copied())
    }

    /// Notes an authenticated use of `tuple`.
    #[must_use]
    pub fn touch(&mut self, tuple: Tuple) -> Touched {
        if let Some(at) = self.known.iter().position(|&known| known == tuple) {
            self.known[at..].rotate_left(1);
            return Touched::Known;
        }
        let evicted = (self.known.len() >= MAX_TUPLES).then(|| self.evict()).flatten();
        self.known.push(tuple);
        Touched::Added { evicted }
    }

    /// Makes a known path the one to send on; tells whether that is a change.
    #[must_use]
    pub fn select(&mut self, tuple: Tuple) -> bool {
        self.selected.replace(tuple) != Some(tuple)
    }

    /// Removes the longest unused path that is not the selected one.
    fn evict(&mut self) -> Option<Tuple> {
        let at = self.known.iter().position(|&known| Some(known) != self.selected)?;
        Some(self.known.remove(at))
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
