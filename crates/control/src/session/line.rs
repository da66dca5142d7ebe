//! What both connections of a session have in common: our end of them.

use std::net::SocketAddr;

use switchyard_sdp::LocalTransport;
use switchyard_vocab::ids::WorkerId;
use switchyard_vocab::line::{DtlsRole, Fingerprint, IceCredentials};

/// The worker on which a session's peers live, as descriptions announce it.
#[derive(Clone, Copy)]
pub(crate) struct WorkerEndpoint<'a> {
    pub(crate) worker: WorkerId,
    pub(crate) candidates: &'a [SocketAddr],
    pub(crate) fingerprint: &'a Fingerprint,
}

impl WorkerEndpoint<'_> {
    /// Our end of a connection, with the number of its `o=` line and the role once it is settled.
    pub(crate) fn transport(
        &self,
        origin: u64,
        ice: IceCredentials,
        role: Option<DtlsRole>,
    ) -> LocalTransport {
        LocalTransport {
            session_id: origin,
            ice,
            fingerprint: self.fingerprint.clone(),
            candidates: self.candidates.to_vec(),
            role,
        }
    }
}
