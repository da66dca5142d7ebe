//! What a link loses by itself.

use rand::RngExt;
use rand_chacha::ChaCha12Rng;

/// How a link loses datagrams, whatever is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Loss {
    /// Not at all.
    #[default]
    None,
    /// This share, 0 to 1, each drawn by itself.
    Random(f64),
    /// This share, 0 to 1, in bursts of so many datagrams on average (Gilbert's model of two states).
    Bursts {
        /// The share of all.
        share: f64,
        /// The mean length of a burst, in datagrams.
        length: f64,
    },
}

/// Whether a burst goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LossState {
    is_in_burst: bool,
}

impl LossState {
    /// Whether the next datagram is lost.
    pub(super) fn loses(&mut self, loss: Loss, rng: &mut ChaCha12Rng) -> bool {
        match loss {
            Loss::None => false,
            Loss::Random(share) => share > 0.0 && rng.random_bool(share.clamp(0.0, 1.0)),
            Loss::Bursts { share, length } => {
                let ends = 1.0 / length.max(1.0);
                let begins = ends * share / (1.0 - share).max(1e-9);
                let turns = if self.is_in_burst { ends } else { begins };
                if rng.random_bool(turns.clamp(0.0, 1.0)) {
                    self.is_in_burst = !self.is_in_burst;
                }
                self.is_in_burst
            }
        }
    }
}
