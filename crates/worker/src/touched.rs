//! The peers that have to be looked at before the turn ends.

use crate::peers::PeerKey;

/// A list without repetitions: the mark is kept in the peer.
#[derive(Debug, Default)]
pub(crate) struct Touched(Vec<PeerKey>);

impl Touched {
    /// Puts a peer on the list, unless its mark says that it is there.
    pub(crate) fn push(&mut self, key: PeerKey, mark: &mut bool) {
        if !std::mem::replace(mark, true) {
            self.0.push(key);
        }
    }

    /// Takes the whole list into `into`, whose memory is reused. The marks are the caller's to clear.
    pub(crate) fn take(&mut self, into: &mut Vec<PeerKey>) {
        into.clear();
        std::mem::swap(&mut self.0, into);
    }

    /// Whether nobody is on it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
