//! A client's end of one connection: connectivity checks and encryption, no handshake.
//!
//! Handshake libraries draw their own randomness, so both ends get their keys from the seed: the
//! client makes them here, the world gives the same ones to the worker.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::{Rng, RngExt};
use rand_chacha::ChaCha12Rng;
use switchyard_transport::demux::{Protocol, classify};
use switchyard_transport::srtp::{Inbound, Outbound, SrtpKeys, SrtpProfile};
use switchyard_vocab::datagram::MAX_DATAGRAM;
use switchyard_vocab::line::IceCredentials;
use switchyard_vocab::rtp::ExtSeqNo;
use switchyard_wire::stun::{
    BindingResponse, Key, Outcome, RequestFields, Role, TransactionId, write_request,
};

use super::sdp::{Description, Identity};
use crate::seed::Seed;

/// Time between two checks before the first answer.
const CHECK_FAST: Duration = Duration::from_millis(50);
/// Time between two checks from then on: Chrome's for a pair that is stable and strong.
const CHECK_SLOW: Duration = Duration::from_millis(2_500);

/// Checks whose answers are still waited for: three seconds of them, since answers wait in queues as media does.
const MAX_PENDING: usize = 64;

/// What a client's checks say of its candidate: host, UDP.
const PRIORITY: u32 = 1_853_824_767;

/// A decrypted packet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Plain {
    /// Sound or picture.
    Rtp(Vec<u8>),
    /// Reports and feedback.
    Rtcp(Vec<u8>),
}

/// What went wrong on a line, counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LineFaults {
    /// Datagrams that were neither STUN nor DTLS nor media.
    pub unknown: u64,
    /// STUN that was no good answer to a check of ours.
    pub stun: u64,
    /// Media that could not be opened.
    pub undecryptable: u64,
    /// Media before the line was open.
    pub early: u64,
}

/// One connection as its client sees it.
pub struct Line {
    address: SocketAddr,
    identity: Identity,
    keys: SrtpKeys,
    rng: ChaCha12Rng,
    tie_breaker: u64,
    server: Option<Server>,
    pending: Vec<TransactionId>,
    next_check: Option<Instant>,
    opened: Option<Instant>,
    out: Vec<(SocketAddr, Vec<u8>)>,
    faults: LineFaults,
}

/// What the server's description said, and what follows from it.
struct Server {
    ice: IceCredentials,
    key: Key,
    address: SocketAddr,
    inbound: Inbound,
    outbound: Outbound,
}

/// The keys of the line whose client has this ufrag.
pub fn srtp_keys(seed: Seed, client_ufrag: &str) -> SrtpKeys {
    let profile = SrtpProfile::AeadAes128Gcm;
    let mut material = vec![0; profile.keying_material_len()];
    seed.generator(&format!("srtp {client_ufrag}")).fill_bytes(&mut material);
    SrtpKeys::from_exporter(profile, &material).expect("the length is the profile's")
}

impl Line {
    /// A line that waits for the server's description. `name` is unique in a run.
    pub fn new(seed: Seed, name: &str, address: SocketAddr) -> Self {
        let mut rng = seed.generator(&format!("line {name}"));
        let ice = IceCredentials { ufrag: text(&mut rng, 8), pwd: text(&mut rng, 24) };
        let mut fingerprint = [0; 32];
        rng.fill_bytes(&mut fingerprint);
        Self {
            address,
            keys: srtp_keys(seed, &ice.ufrag),
            identity: Identity { ice, fingerprint },
            tie_breaker: rng.random(),
            rng,
            server: None,
            pending: Vec::new(),
            next_check: None,
            opened: None,
            out: Vec::new(),
            faults: LineFaults::default(),
        }
    }

    /// Where it sends from.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its descriptions say.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// When media could flow, if it ever could.
    pub const fn opened(&self) -> Option<Instant> {
        self.opened
    }

    /// What went wrong so far.
    pub const fn faults(&self) -> LineFaults {
        self.faults
    }

    /// The server's description arrived: checks begin. A later one changes nothing unless it has
    /// new credentials. False when it does not say where the server is.
    pub fn connect(&mut self, now: Instant, description: &Description) -> bool {
        let (Some(ice), Some(&address)) = (&description.ice, description.candidates.first()) else {
            return self.server.is_some();
        };
        if self.server.as_ref().is_some_and(|server| server.ice == *ice) {
            return true;
        }
        // Whoever is active sends the ClientHello; offers of the server leave that to us.
        let server_is_client = description.setup.as_deref() == Some("active");
        let (ours, theirs) = match server_is_client {
            true => (&self.keys.server, &self.keys.client),
            false => (&self.keys.client, &self.keys.server),
        };
        let (inbound, outbound) = match self.server.take() {
            // New credentials, same secrets (RFC 8445 §9).
            Some(before) => (before.inbound, before.outbound),
            None => (Inbound::new(theirs), Outbound::new(ours)),
        };
        self.server = Some(Server { ice: ice.clone(), key: Key::new(&ice.pwd), address, inbound, outbound });
        self.next_check = Some(now);
        true
    }

    /// Takes a datagram; gives back what was in it, if it was media.
    pub fn handle_datagram(&mut self, now: Instant, mut bytes: Vec<u8>) -> Option<Plain> {
        match classify(&bytes) {
            Protocol::Stun => {
                if self.is_good_answer(&bytes) {
                    self.opened.get_or_insert(now);
                    self.next_check = Some(now + CHECK_SLOW);
                } else {
                    self.faults.stun += 1;
                }
                None
            }
            Protocol::Rtp | Protocol::Rtcp => self.open(now, &mut bytes),
            // A server in the active role says hello; the handshake is left out.
            Protocol::Dtls => None,
            Protocol::Unknown => {
                self.faults.unknown += 1;
                None
            }
        }
    }

    fn open(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Plain> {
        let Some(server) = &mut self.server else {
            self.faults.early += 1;
            return None;
        };
        let is_rtp = classify(bytes) == Protocol::Rtp;
        let opened = match is_rtp {
            true => server.inbound.unprotect_rtp(now, bytes),
            false => server.inbound.unprotect_rtcp(now, bytes),
        };
        let Ok(len) = opened else {
            self.faults.undecryptable += 1;
            return None;
        };
        bytes.truncate(len);
        let plain = std::mem::take(bytes);
        Some(if is_rtp { Plain::Rtp(plain) } else { Plain::Rtcp(plain) })
    }

    fn is_good_answer(&mut self, bytes: &[u8]) -> bool {
        let (Some(server), Ok(response)) = (&self.server, BindingResponse::parse(bytes)) else {
            return false;
        };
        let Some(at) = self.pending.iter().position(|&id| id == response.transaction()) else { return false };
        self.pending.remove(at);
        response.verify(&server.key) && response.outcome() == Outcome::Success(self.address)
    }

    /// Protects and sends an RTP packet, whose number is `index`. Nothing leaves before the line is
    /// open.
    pub fn send_rtp(&mut self, index: ExtSeqNo, mut packet: Vec<u8>) {
        let Some(server) = self.server.as_mut().filter(|_| self.opened.is_some()) else { return };
        let len = packet.len();
        packet.resize(len + SrtpProfile::MAX_RTP_OVERHEAD, 0);
        let len = server.outbound.protect_rtp(index, &mut packet, len).expect("a client knows how to send");
        packet.truncate(len);
        self.out.push((server.address, packet));
    }

    /// Protects and sends RTCP packets.
    pub fn send_rtcp(&mut self, mut packet: Vec<u8>) {
        let Some(server) = self.server.as_mut().filter(|_| self.opened.is_some()) else { return };
        let len = packet.len();
        packet.resize(len + SrtpProfile::MAX_RTCP_OVERHEAD, 0);
        let len = server.outbound.protect_rtcp(&mut packet, len).expect("a client knows how to send");
        packet.truncate(len);
        self.out.push((server.address, packet));
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.next_check.is_none_or(|at| now < at) {
            return;
        }
        let Some(server) = &self.server else { return };
        let transaction = TransactionId(self.rng.random());
        let fields = RequestFields {
            transaction,
            username: &format!("{}:{}", server.ice.ufrag, self.identity.ice.ufrag),
            priority: PRIORITY,
            role: Role::Controlling(self.tie_breaker),
            use_candidate: true,
            nomination: None,
        };
        let mut bytes = vec![0; MAX_DATAGRAM];
        let len = write_request(&mut bytes, &fields, &server.key).expect("a check fits a datagram");
        bytes.truncate(len);
        self.out.push((server.address, bytes));
        if self.pending.len() == MAX_PENDING {
            self.pending.remove(0);
        }
        self.pending.push(transaction);
        let interval = if self.opened.is_some() { CHECK_SLOW } else { CHECK_FAST };
        self.next_check = Some(now + interval);
    }

    /// When it wants to be called next.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.next_check
    }

    /// Everything that is to be sent, with where to.
    pub fn take_datagrams(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        std::mem::take(&mut self.out)
    }
}

fn text(rng: &mut ChaCha12Rng, len: usize) -> String {
    (0..len).map(|_| char::from(rng.sample(rand::distr::Alphanumeric))).collect()
}
