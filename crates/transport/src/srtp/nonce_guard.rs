//! A tripwire for development builds: one packet index, one plaintext.

use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use switchyard_vocab::rtp::{ExtSeqNo, Ssrc};

/// Packets remembered before the guard starts over. Enough for every retransmission of a second.
const REMEMBERED: usize = 8192;

/// Panics when two different packets are sealed under one index.
///
/// With a counter-based cipher that gives the plaintexts away, and under GCM the authentication
/// key as well (RFC 7714 §8.4). It is always our mistake: a number given twice, or a
/// retransmission that was not rebuilt byte for byte. Release builds do not look.
#[derive(Default)]
pub(super) struct NonceGuard {
    sealed: FxHashMap<(Ssrc, ExtSeqNo), u64>,
}

impl NonceGuard {
    pub(super) fn check(&mut self, ssrc: Ssrc, index: ExtSeqNo, plain: &[u8]) {
        if !cfg!(debug_assertions) {
            return;
        }
        if self.sealed.len() >= REMEMBERED {
            self.sealed.clear();
        }
        let mut hasher = FxHasher::default();
        hasher.write(plain);
        let hash = hasher.finish();
        let earlier = *self.sealed.entry((ssrc, index)).or_insert(hash);
        assert!(earlier == hash, "two different packets under {ssrc:?} {index:?}");
    }
}
