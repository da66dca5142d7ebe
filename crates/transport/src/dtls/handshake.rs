//! One DTLS association, from the first record to the goodbye.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use dimpl::{Dtls, Error, Output, UnexpectedMessageError};
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::line::{DtlsRole, Fingerprint};

use super::certificate::Certificate;
use super::fingerprint::matches_any;
use super::held_keys::HeldKeys;
use super::leaf::is_rsa;
use crate::srtp::{SrtpKeys, SrtpProfile};

/// Time for the whole handshake. A client that is still at it after this has long shown an error.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);

/// Room for one output of the library. It hands out the peer's certificate in one piece and
/// insists on room for it; the longest that fits its receive queue (30 datagrams of at most
/// 1500 bytes) is shorter than this. It lies on the stack: no peer holds it, no datagram allocates it.
const OUTPUT_ROOM: usize = 64 * 1024;
/// The same once the certificate is known: one datagram, or one record out of one.
const OUTPUT_ROOM_VERIFIED: usize = 2 * 1024;

/// Datagrams waiting to be sent. The library makes flights of at most ten.
const MAX_OUTGOING: usize = 16;

/// A deadline of the library further away than this means "none".
const FAR: Duration = Duration::from_secs(24 * 3600);
/// Nearest deadline passed on, so that a timer at `now` cannot keep a worker spinning.
const NEAR: Duration = Duration::from_millis(1);

/// Which versions are spoken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DtlsVersions {
    /// 1.3 with who offers it, else 1.2.
    Auto,
    /// 1.2 only, with which browsers get a cheap protection profile.
    Only12,
}

/// What one input led to.
#[derive(Debug, Default)]
pub struct Drained {
    /// The handshake is done and the peer is who it said: protect media with these.
    pub keys: Option<SrtpKeys>,
    /// It is over. Nothing but a goodbye is sent from now on.
    pub ended: Option<LineEnd>,
}

/// One association. Its datagrams wait in it until they are taken.
pub struct Handshake {
    inner: Dtls,
    announced: Vec<Fingerprint>,
    /// A server that has not answered yet.
    awaits_hello: bool,
    keys: HeldKeys,
    is_over: bool,
    outgoing: VecDeque<Box<[u8]>>,
    wake: Option<Instant>,
}

impl Handshake {
    /// Begins: a client has its first flight ready at once, a server waits for the peer's.
    ///
    /// `announced` are the fingerprints of the peer's description.
    pub fn new(
        now: Instant,
        certificate: &Certificate,
        role: DtlsRole,
        versions: DtlsVersions,
        announced: Vec<Fingerprint>,
    ) -> (Self, Drained) {
        let mut handshake = Self {
            inner: certificate.associate(now, role, versions),
            announced,
            awaits_hello: role == DtlsRole::Server,
            keys: HeldKeys::default(),
            is_over: false,
            outgoing: VecDeque::new(),
            wake: None,
        };
        let drained = handshake.handle_timeout(now);
        (handshake, drained)
    }

    /// Takes one datagram from a path that ICE has authenticated.
    ///
    /// Refuses what cannot be of use: anything after the end, and anything but a ClientHello
    /// before the first one. The library keeps ten datagrams until it has a whole hello and
    /// then gives up for good, so junk must not get that far.
    pub fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) -> Result<Drained, DropReason> {
        if self.is_over || (self.awaits_hello && !is_client_hello(datagram)) {
            return Err(DropReason::DtlsRefused);
        }
        Ok(self.step(now, |dtls| dtls.handle_packet(datagram)))
    }

    /// Lets time pass: retransmits, or gives up.
    pub fn handle_timeout(&mut self, now: Instant) -> Drained {
        self.step(now, |_| Ok(()))
    }

    /// Says goodbye, if there is anybody to say it to.
    pub fn close(&mut self, now: Instant) {
        if self.is_over {
            return;
        }
        let _ = self.step(now, Dtls::close);
        self.is_over = true;
    }

    /// The next datagram to send, written to `out`; one that does not fit is lost, as on the wire.
    pub fn poll_transmit(&mut self, out: &mut [u8]) -> Option<usize> {
        let datagram = self.outgoing.pop_front()?;
        out.get_mut(..datagram.len())?.copy_from_slice(&datagram);
        Some(datagram.len())
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.wake.filter(|_| !self.is_over)
    }

    /// Every input goes through here: clock, input, and all output until the library is at rest.
    fn step(&mut self, now: Instant, input: impl FnOnce(&mut Dtls) -> Result<(), Error>) -> Drained {
        if self.is_over {
            return Drained::default();
        }
        let result = match self.inner.handle_timeout(now) {
            Ok(()) => input(&mut self.inner),
            Err(error) => Err(error),
        };
        // Even after an error: the certificate that caused it may be among the output.
        let mut drained = self.drain(now);
        if let Err(error) = result
            && drained.ended.is_none()
        {
            drained.ended = end_of(&error);
        }
        if drained.ended.is_some() {
            drained.keys = None;
            self.is_over = true;
        }
        drained
    }

    /// Takes output until the library is at rest.
    fn drain(&mut self, now: Instant) -> Drained {
        let mut drained = Drained::default();
        let is_at_rest = (self.keys.is_verified() && self.drain_small(now, &mut drained))
            || self.drain_large(now, &mut drained);
        if !is_at_rest {
            drained.ended = drained.ended.or(Some(LineEnd::DtlsFailed));
        }
        match self.keys.settle() {
            Ok(keys) => drained.keys = keys,
            Err(end) => drained.ended = drained.ended.or(Some(end)),
        }
        drained
    }

    fn drain_small(&mut self, now: Instant, drained: &mut Drained) -> bool {
        self.drain_into(now, &mut [0; OUTPUT_ROOM_VERIFIED], drained)
    }

    /// Apart, so that only a handshake pays for the large room.
    #[inline(never)]
    fn drain_large(&mut self, now: Instant, drained: &mut Drained) -> bool {
        self.drain_into(now, &mut [0; OUTPUT_ROOM], drained)
    }

    /// Whether the library came to rest: else it has something that `room` is too small for.
    fn drain_into(&mut self, now: Instant, room: &mut [u8], drained: &mut Drained) -> bool {
        loop {
            match self.inner.poll_output(room) {
                Output::Packet(datagram) if self.outgoing.len() < MAX_OUTGOING => {
                    self.awaits_hello = false;
                    self.outgoing.push_back(datagram.into());
                }
                Output::PeerCert(leaf) => match judge(&self.announced, leaf) {
                    Ok(()) => self.keys.on_verified(),
                    Err(end) => {
                        drained.ended = drained.ended.or(Some(end));
                        // The goodbye spares an honest peer the wait for a timeout.
                        let _ = self.inner.close();
                    }
                },
                Output::Connected => self.keys.on_done(),
                Output::KeyingMaterial(material, profile) => self.keys.hold(keys(&material, profile)),
                Output::CloseNotify => drained.ended = drained.ended.or(Some(LineEnd::ClosedByPeer)),
                Output::BufferTooSmall { .. } => return false,
                Output::Timeout(at) => {
                    self.wake = (at < now + FAR).then(|| at.max(now + NEAR));
                    return true;
                }
                // Application data waits for data channels; datagrams beyond the queue are retransmitted.
                _ => {}
            }
        }
    }
}

/// Whether the first record is a piece of a readable ClientHello (RFC 6347 §4.1, §4.2.2).
fn is_client_hello(datagram: &[u8]) -> bool {
    const HANDSHAKE: u8 = 22;
    const CLIENT_HELLO: u8 = 1;
    matches!(datagram, [HANDSHAKE, _, _, 0, 0, _, _, _, _, _, _, _, _, CLIENT_HELLO, ..])
}

fn judge(announced: &[Fingerprint], leaf: &[u8]) -> Result<(), LineEnd> {
    if !matches_any(announced, leaf) {
        return Err(LineEnd::FingerprintMismatch);
    }
    if is_rsa(leaf) {
        return Err(LineEnd::RsaCertificate);
    }
    Ok(())
}

fn keys(material: &[u8], profile: dimpl::SrtpProfile) -> Option<SrtpKeys> {
    let profile = match profile {
        dimpl::SrtpProfile::AEAD_AES_128_GCM => SrtpProfile::AeadAes128Gcm,
        dimpl::SrtpProfile::AEAD_AES_256_GCM => SrtpProfile::AeadAes256Gcm,
        dimpl::SrtpProfile::AES128_CM_SHA1_80 => SrtpProfile::Aes128CmSha1,
        _ => return None,
    };
    SrtpKeys::from_exporter(profile, material)
}

/// The name of the library's error; `None` when it is no end at all.
fn end_of(error: &Error) -> Option<LineEnd> {
    match error {
        // A server's flight whose first datagram was lost or late: the rest tells no version yet.
        Error::UnexpectedMessage(UnexpectedMessageError::UnrecognizedAutoServerResponse) => None,
        Error::Timeout(_) => Some(LineEnd::DtlsTimeout),
        // We ask for ECDSA; who has only an RSA certificate answers with none.
        Error::CertificateError(dimpl::CertificateError::NoClientCertificateReceived)
        | Error::CryptoError(dimpl::CryptoError::UnsupportedPublicKeyAlgorithm) => {
            Some(LineEnd::RsaCertificate)
        }
        _ => Some(LineEnd::DtlsFailed),
    }
}

#[cfg(test)]
mod tests;
