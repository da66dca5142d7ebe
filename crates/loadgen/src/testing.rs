//! What several test modules need.

use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use switchyard_vocab::rtp::ExtSeqNo;

use crate::client::Exit;

/// A generator that always says the same.
pub(crate) fn rng() -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(1)
}

/// Keeps what would be sent.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) rtp: Vec<(ExtSeqNo, Vec<u8>)>,
    pub(crate) rtcp: Vec<Vec<u8>>,
}

impl Exit for Sink {
    fn rtp(&mut self, index: ExtSeqNo, packet: &[u8]) {
        self.rtp.push((index, packet.to_vec()));
    }

    fn rtcp(&mut self, compound: &[u8]) {
        self.rtcp.push(compound.to_vec());
    }
}
