//! What this process shows to its peers, and how it shakes hands.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dimpl::certificate::generate_self_signed_certificate;
use dimpl::{Config, Dtls, DtlsCertificate};
use switchyard_vocab::line::{DtlsRole, Fingerprint, FingerprintHash};

use super::fingerprint::{fingerprint_of, fingerprint_text};
use super::handshake::{DtlsVersions, HANDSHAKE_TIMEOUT};

/// Largest handshake datagram we send: it passes VPNs and PPPoE without fragmentation.
pub const HANDSHAKE_MTU: usize = 1200;

/// Time until the first retransmission of a flight, then doubled. The default of a second adds
/// whole seconds to a join over a lossy network; less than a round trip only repeats a flight.
pub const FLIGHT_RTO: Duration = Duration::from_millis(100);

/// Retransmissions of one flight: 100 ms doubled eight times is 51 s, so that the deadline of
/// the handshake, not this number, ends it.
pub const FLIGHT_RETRIES: usize = 8;

/// Our certificate: ECDSA P-256, self-signed, with a random serial number. Made once per process.
///
/// It carries the settings of every handshake as well, because checking them is too expensive
/// to repeat per peer.
pub struct Certificate {
    own: DtlsCertificate,
    config: Arc<Config>,
    fingerprint: Fingerprint,
}

/// The certificate could not be made; there is no serving without it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CertificateFailed {
    /// Key generation or signing failed.
    #[error("no certificate could be made")]
    Generation,
    /// The cryptographic library does not pass its own test.
    #[error("the handshake's settings were refused: {0}")]
    Settings(String),
}

impl Certificate {
    /// Makes a key pair and a certificate for it. Draws on the system's randomness and wall clock.
    pub fn generate() -> Result<Self, CertificateFailed> {
        let own = generate_self_signed_certificate().map_err(|_| CertificateFailed::Generation)?;
        let config = Config::builder()
            .mtu(HANDSHAKE_MTU)
            .flight_start_rto(FLIGHT_RTO)
            .flight_retries(FLIGHT_RETRIES)
            .handshake_timeout(HANDSHAKE_TIMEOUT)
            // ICE has proved the address already; a cookie costs a round trip.
            .use_server_cookie(false)
            .build()
            .map_err(|error| CertificateFailed::Settings(error.to_string()))?;
        let fingerprint = fingerprint_of(FingerprintHash::Sha256, &own.certificate);
        Ok(Self { own, config: Arc::new(config), fingerprint })
    }

    /// The SHA-256 fingerprint, for our descriptions.
    pub const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The same as it stands in SDP behind `sha-256 `: upper-case pairs with colons.
    pub fn fingerprint_text(&self) -> String {
        fingerprint_text(&self.fingerprint.digest)
    }

    /// A fresh association.
    pub(super) fn associate(&self, now: Instant, role: DtlsRole, versions: DtlsVersions) -> Dtls {
        let config = Arc::clone(&self.config);
        let mut dtls = match versions {
            DtlsVersions::Auto => Dtls::new_auto(config, self.own.clone(), now),
            DtlsVersions::Only12 => Dtls::new_12(config, self.own.clone(), now),
        };
        dtls.set_active(role == DtlsRole::Client);
        dtls
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate(sha-256 {})", self.fingerprint_text())
    }
}
