//! The other end of a handshake: `dimpl` without anything of ours around it.

use std::sync::Arc;
use std::time::Instant;

use dimpl::certificate::generate_self_signed_certificate;
use dimpl::{Config, Dtls, DtlsCertificate, Output};
use switchyard_vocab::line::{DtlsRole, Fingerprint, FingerprintHash};

use super::epoch;
use crate::dtls::{DtlsVersions, fingerprint_of};

/// A peer's DTLS end. Collects what it would send and what it learnt.
pub(crate) struct DtlsClient {
    dtls: Dtls,
    certificate: DtlsCertificate,
    pub(crate) outgoing: Vec<Vec<u8>>,
    pub(crate) material: Option<(Vec<u8>, dimpl::SrtpProfile)>,
    pub(crate) is_closed: bool,
}

impl DtlsClient {
    pub(crate) fn new(role: DtlsRole, versions: DtlsVersions) -> Self {
        Self::with_certificate(role, versions, generate_self_signed_certificate().unwrap())
    }

    /// A client whose ClientHello is about as long as one with a post-quantum key share.
    pub(crate) fn with_certificate(
        role: DtlsRole,
        versions: DtlsVersions,
        certificate: DtlsCertificate,
    ) -> Self {
        let config =
            Arc::new(Config::builder().mtu(1450).max_queue_tx(100).use_server_cookie(false).build().unwrap());
        let mut dtls = match versions {
            DtlsVersions::Auto => Dtls::new_auto(config, certificate.clone(), epoch()),
            DtlsVersions::Only12 => Dtls::new_12(config, certificate.clone(), epoch()),
        };
        dtls.set_active(role == DtlsRole::Client);
        let mut client = Self { dtls, certificate, outgoing: vec![], material: None, is_closed: false };
        client.handle_timeout(epoch());
        client
    }

    pub(crate) fn fingerprint(&self, hash: FingerprintHash) -> Fingerprint {
        fingerprint_of(hash, &self.certificate.certificate)
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let _ = self.dtls.handle_timeout(now);
        self.drain();
    }

    pub(crate) fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        let _ = self.dtls.handle_timeout(now);
        let _ = self.dtls.handle_packet(datagram);
        self.drain();
    }

    pub(crate) fn close(&mut self) {
        self.dtls.close().unwrap();
        self.drain();
    }

    fn drain(&mut self) {
        let mut room = vec![0; 8192];
        loop {
            match self.dtls.poll_output(&mut room) {
                Output::Packet(packet) => self.outgoing.push(packet.to_vec()),
                Output::KeyingMaterial(material, profile) => {
                    self.material = Some((material.to_vec(), profile));
                }
                Output::CloseNotify => self.is_closed = true,
                Output::Timeout(_) => break,
                _ => {}
            }
        }
    }
}
