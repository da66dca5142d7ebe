//! One number decides a run: every part draws from a generator of its own, derived from it.

use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;

/// The number a run starts from. Printing it is all that is needed to run it again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seed(pub u64);

impl Seed {
    /// The generator of the part called `name`.
    ///
    /// Parts do not share a generator, so that one that draws more does not change the others.
    pub fn generator(self, name: &str) -> ChaCha12Rng {
        ChaCha12Rng::from_seed(self.bytes(name))
    }

    /// 32 bytes for the part called `name`, for those who make their generator themselves.
    pub fn bytes(self, name: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.0.to_le_bytes());
        for (i, byte) in name.bytes().enumerate() {
            let slot = &mut bytes[8 + i % 24];
            *slot = slot.rotate_left(3) ^ byte;
        }
        bytes
    }
}
