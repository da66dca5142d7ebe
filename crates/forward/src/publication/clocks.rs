//! The link between each encoding's media clock and the publisher's wall clock.

use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS};
use switchyard_vocab::observed::ClockPair;

/// The latest sender report of each encoding, with the life of the source that it speaks of.
///
/// Timestamps of another life have nothing to do with it: see
/// [`incarnation`](super::encoding::incarnation).
#[derive(Clone, Copy, Debug, Default)]
pub struct Clocks([Option<(u64, ClockPair)>; MAX_ENCODINGS]);

impl Clocks {
    /// The pair that links timestamps of this life of the encoding, if there was a report.
    pub fn get(&self, encoding: EncodingIndex, incarnation: u64) -> Option<ClockPair> {
        let (of, pair) = (*self.0.get(encoding.index())?)?;
        (of == incarnation).then_some(pair)
    }

    /// Replaces the pair of an encoding.
    pub fn set(&mut self, encoding: EncodingIndex, incarnation: u64, pair: ClockPair) {
        if let Some(slot) = self.0.get_mut(encoding.index()) {
            *slot = Some((incarnation, pair));
        }
    }
}
