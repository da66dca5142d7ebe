//! Faults of one stream: all are counted, the first ones kept.

use crate::client::oracle::Fault;

/// Faults kept; one is enough to fail a run, a few tell the pattern.
const KEPT: usize = 16;

/// What the server did wrong to one stream.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Faults {
    first: Vec<Fault>,
    count: u64,
}

impl Faults {
    pub(super) fn note(&mut self, fault: Fault) {
        if self.first.len() < KEPT {
            self.first.push(fault);
        }
        self.count += 1;
    }

    /// How many.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The first ones.
    pub fn first(&self) -> &[Fault] {
        &self.first
    }
}
