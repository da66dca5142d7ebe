//! The issuer: everything that has to be new or unguessable comes from here.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use switchyard_vocab::ids::{PeerId, PublicationId, SubscriptionId, WorkerId};
use switchyard_vocab::line::IceCredentials;
use switchyard_vocab::rtp::Ssrc;

/// Makes fresh ICE credentials whose ufrag names the worker. `transport` knows the format.
pub type IssueCredentials = fn(&mut ChaCha20Rng, WorkerId) -> IceCredentials;

/// Issues ids, credentials and random names. One seed decides all of them.
pub(crate) struct Issuer {
    rng: ChaCha20Rng,
    issue_credentials: IssueCredentials,
    peers: u64,
    publications: u64,
    subscriptions: u64,
}

impl Issuer {
    pub(crate) fn new(seed: [u8; 32], issue_credentials: IssueCredentials) -> Self {
        let rng = ChaCha20Rng::from_seed(seed);
        Self { rng, issue_credentials, peers: 0, publications: 0, subscriptions: 0 }
    }

    pub(crate) fn peer(&mut self) -> PeerId {
        self.peers += 1;
        PeerId(self.peers)
    }

    pub(crate) fn publication(&mut self) -> PublicationId {
        self.publications += 1;
        PublicationId(self.publications)
    }

    pub(crate) fn subscription(&mut self) -> SubscriptionId {
        self.subscriptions += 1;
        SubscriptionId(self.subscriptions)
    }

    pub(crate) fn credentials(&mut self, worker: WorkerId) -> IceCredentials {
        (self.issue_credentials)(&mut self.rng, worker)
    }

    /// A random SSRC for which `taken` says no. Zero is left out: it stands for "none" in
    /// feedback packets (RFC 4585 §6.1 leaves the media source of some of them at 0).
    pub(crate) fn ssrc(&mut self, taken: impl Fn(Ssrc) -> bool) -> Ssrc {
        loop {
            let ssrc = Ssrc(self.rng.next_u32());
            if ssrc.0 != 0 && !taken(ssrc) {
                return ssrc;
            }
        }
    }

    /// 96 random bits as text (RFC 7022 §4.2): says nothing about who it stands for.
    pub(crate) fn cname(&mut self) -> String {
        format!("{:016x}{:08x}", self.rng.next_u64(), self.rng.next_u32())
    }

    /// A session id for the `o=` line; it must fit 63 bits (RFC 8829 §5.2.1).
    pub(crate) fn origin(&mut self) -> u64 {
        self.rng.next_u64() >> 1
    }
}
