//! The link between each encoding's media clock and the publisher's wall clock.

use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS};
use switchyard_vocab::observed::ClockPair;

/// The latest sender report of each encoding, with the life of the source that it speaks of, and
/// the last one of the life before: where both are known, a restart keeps its place in time.
///
/// Timestamps of another life have nothing to do with it: see
/// [`incarnation`](super::encoding::incarnation).
#[derive(Clone, Copy, Debug, Default)]
pub struct Clocks([Lives; MAX_ENCODINGS]);

#[derive(Clone, Copy, Debug, Default)]
struct Lives {
    current: Option<(u64, ClockPair)>,
    before: Option<(u64, ClockPair)>,
}

impl Clocks {
    /// The pair that links timestamps of this life of the encoding, if there was a report.
    pub fn get(&self, encoding: EncodingIndex, incarnation: u64) -> Option<ClockPair> {
        let lives = self.0.get(encoding.index())?;
        let known = [lives.current, lives.before].into_iter().flatten();
        known.filter(|&(of, _)| of == incarnation).map(|(_, pair)| pair).next()
    }

    /// Replaces the pair of one life of an encoding. Of a life before the last one nobody wants to
    /// hear any more.
    pub fn set(&mut self, encoding: EncodingIndex, incarnation: u64, pair: ClockPair) {
        let Some(lives) = self.0.get_mut(encoding.index()) else { return };
        match lives.current {
            Some((current, _)) if incarnation < current => {
                if lives.before.is_none_or(|(before, _)| incarnation >= before) {
                    lives.before = Some((incarnation, pair));
                }
            }
            Some((current, _)) if current < incarnation => {
                *lives = Lives { current: Some((incarnation, pair)), before: lives.current };
            }
            Some(_) | None => lives.current = Some((incarnation, pair)),
        }
    }

    /// Everything that is known: encoding and life with their pair, earlier lives first.
    pub fn iter(&self) -> impl Iterator<Item = ((EncodingIndex, u64), ClockPair)> + '_ {
        (0..).map(EncodingIndex).zip(&self.0).flat_map(|(encoding, lives)| {
            let known = [lives.before, lives.current].into_iter().flatten();
            known.map(move |(incarnation, pair)| ((encoding, incarnation), pair))
        })
    }
}
