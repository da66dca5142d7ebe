//! The encoding that is being forwarded, from the packet at which it took over.

use switchyard_vocab::layer::EncodingIndex;
use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::ExtSeqNo;

use crate::publication::cache::CacheRef;
use crate::publication::encoding::incarnation;

/// What a packet of the locked encoding is to the lock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Admission {
    /// It belongs to what is being forwarded.
    Forward,
    /// It carries nothing, and no later packet has been let through: the numbers can close over it.
    PaddingOnly,
    /// It is older than the takeover.
    BeforeSwitch,
    /// Its source started anew: what was locked is over.
    Restarted,
}

/// One takeover and what followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lock {
    encoding: EncodingIndex,
    since: ExtSeqNo,
    newest: ExtSeqNo,
}

impl Lock {
    /// Taken over with this packet.
    pub(super) const fn at(observed: &Observed) -> Self {
        Self { encoding: observed.encoding, since: observed.seq, newest: observed.seq }
    }

    pub(super) const fn encoding(&self) -> EncodingIndex {
        self.encoding
    }

    /// Whether a packet belongs to what followed the takeover, the packet of the takeover included.
    pub(super) fn covers(&self, packet: CacheRef) -> bool {
        packet.encoding == self.encoding
            && packet.seq >= self.since
            && incarnation(packet.seq) == incarnation(self.since)
    }

    /// Whether it took over with this packet.
    pub(super) fn began_with(&self, packet: CacheRef) -> bool {
        packet.encoding == self.encoding && packet.seq == self.since
    }

    /// Judges a packet of the locked encoding.
    pub(super) fn admit(&mut self, observed: &Observed) -> Admission {
        if incarnation(observed.seq) > incarnation(self.since) {
            return Admission::Restarted;
        }
        if observed.seq < self.since {
            return Admission::BeforeSwitch;
        }
        // Padding that comes late has left a hole already: it is sent on to fill it.
        if observed.padding_only && observed.seq > self.newest {
            return Admission::PaddingOnly;
        }
        self.newest = self.newest.max(observed.seq);
        Admission::Forward
    }
}
