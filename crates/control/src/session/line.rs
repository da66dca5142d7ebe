//! What both connections of a session have in common: our end of them.

use std::net::SocketAddr;

use switchyard_sdp::{LocalTransport, OfferPolicy};
use switchyard_vocab::ids::WorkerId;
use switchyard_vocab::line::{DtlsRole, Fingerprint, IceCredentials};

use crate::issuer::Issuer;

/// The worker on which a session's peers live, as descriptions announce it.
#[derive(Clone, Copy)]
pub(crate) struct WorkerEndpoint<'a> {
    pub(crate) worker: WorkerId,
    pub(crate) candidates: &'a [SocketAddr],
    pub(crate) fingerprint: &'a Fingerprint,
    /// What offers contain.
    pub(crate) offers: OfferPolicy,
}

impl WorkerEndpoint<'_> {
    /// Our end of a connection, with its DTLS role once that is settled.
    pub(crate) fn transport(&self, ours: &OurEnd, role: Option<DtlsRole>) -> LocalTransport {
        LocalTransport {
            session_id: ours.origin,
            ice: ours.ice.clone(),
            fingerprint: self.fingerprint.clone(),
            candidates: self.candidates.to_vec(),
            restarts: ours.restarts,
            role,
        }
    }
}

/// Our end of one connection.
#[derive(Clone)]
pub(crate) struct OurEnd {
    /// The number of its `o=` line.
    origin: u64,
    pub(crate) ice: IceCredentials,
    /// How often ICE was restarted.
    restarts: u32,
}

impl OurEnd {
    /// The end of a connection that is new.
    pub(crate) fn new(worker: WorkerId, issuer: &mut Issuer) -> Self {
        Self { origin: issuer.origin(), ice: issuer.credentials(worker), restarts: 0 }
    }

    /// The same after a restart.
    pub(crate) fn restarted(&self, worker: WorkerId, issuer: &mut Issuer) -> Self {
        let restarts = self.restarts.saturating_add(1);
        Self { origin: self.origin, ice: issuer.credentials(worker), restarts }
    }
}
