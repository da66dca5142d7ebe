//! What control is told about the server it runs in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use switchyard_sdp::OfferPolicy;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::ids::{Tenant, WorkerId};
use switchyard_vocab::line::{Fingerprint, FingerprintHash};
use switchyard_vocab::profile::Format;
use switchyard_vocab::redundancy::AudioRedundancy;

use crate::admission::Limits;
use crate::codec_policy::CodecPolicy;
use crate::placement::Placement;
use crate::session::line::WorkerEndpoint;
use crate::tenancy::Quota;

/// How long a session may take to join before it is ended; a client joins with its first message.
pub const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a session stays that has lost its connection, with its peers as they are. Long enough for a change of
/// network, and for all attempts of a client; in longer time others believe to speak to somebody who is gone.
pub const RESUME_FOR: Duration = Duration::from_secs(20);

/// Everything control needs to know of its server. `Default` has no workers and no certificate.
#[derive(Clone, Debug)]
pub struct ControlConfig {
    /// Bounds.
    pub limits: Limits,
    /// Which codecs rooms take.
    pub codecs: CodecPolicy,
    /// What single tenants may use; those left out may use what the limits allow.
    pub quotas: BTreeMap<Tenant, Quota>,
    /// When sound is repeated; unless never, everybody is offered to take it so.
    pub redundancy: AudioRedundancy,
    /// Whether everybody is offered to give feedback by stream (RFC 8888), beside transport-wide.
    pub ccfb: bool,
    /// How sessions are spread over workers.
    pub placement: Placement,
    /// How long a session may take to join.
    pub join_timeout: Duration,
    /// How long a session stays that has lost its connection; zero: not at all.
    pub resume_for: Duration,
    /// Every worker, in the order of their numbers (at most 256).
    pub workers: Vec<WorkerAddress>,
    /// Fingerprint of the server's DTLS certificate, announced in every description.
    pub fingerprint: Fingerprint,
}

/// Where clients reach one worker.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WorkerAddress {
    /// The UDP addresses to announce as host candidates, the preferred one first.
    pub candidates: Vec<SocketAddr>,
}

impl Default for ControlConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            codecs: CodecPolicy::default(),
            quotas: BTreeMap::new(),
            redundancy: AudioRedundancy::default(),
            ccfb: false,
            placement: Placement::default(),
            join_timeout: JOIN_TIMEOUT,
            resume_for: RESUME_FOR,
            workers: Vec::new(),
            fingerprint: Fingerprint { hash: FingerprintHash::Sha256, digest: Vec::new() },
        }
    }
}

impl ControlConfig {
    /// How a track of this format is offered to somebody: its sound may come with repeats of ours.
    pub(crate) fn offered(&self, format: Format) -> Format {
        let repeats = format.codec == Codec::Opus && self.redundancy != AudioRedundancy::Off;
        Format { red: format.red || repeats, ..format }
    }

    /// A worker as descriptions announce it.
    pub(crate) fn endpoint(&self, worker: WorkerId) -> Option<WorkerEndpoint<'_>> {
        let WorkerAddress { candidates } = self.workers.get(worker.index())?;
        let offers = OfferPolicy { ccfb: self.ccfb, ..OfferPolicy::default() };
        Some(WorkerEndpoint { worker, candidates, fingerprint: &self.fingerprint, offers })
    }
}
