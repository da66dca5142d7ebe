//! A client's end of one line.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use rustc_hash::FxHashSet;
use switchyard_transport::demux::{Protocol, classify};
use switchyard_transport::dtls::{Certificate, Drained, DtlsVersions, HANDSHAKE_MTU, Handshake};
use switchyard_transport::srtp::{Inbound, Outbound, SrtpKeys, SrtpProfile};
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::ids::PeerId;
use switchyard_vocab::line::{DtlsRole, IceCredentials, RemoteLine};
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo, Ssrc};
use switchyard_wire::rtcp::{RtcpPacket, Writer, packets, twcc};
use switchyard_wire::stun::{
    BindingResponse, Key, Outcome, RequestFields, Role, TransactionId, write_request,
};

use super::source::Rtp;
use super::{FIRST_PORT, certificate};

/// Time between two checks.
const CHECK_EVERY: Duration = Duration::from_millis(2_500);

pub(crate) struct Client {
    pub(crate) id: PeerId,
    /// Where it sends from and to.
    pub(crate) path: Tuple,
    /// All that it ever sent from.
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) ice: IceCredentials,
    pub(crate) server_ice: IceCredentials,
    pub(crate) role: Role,
    handshake: Option<Handshake>,
    secrets: Option<(Inbound, Outbound)>,
    next_check: Option<Instant>,
    transport_seq: u16,
    out: Vec<(Tuple, Vec<u8>)>,
    /// Every protected packet that it sent.
    pub(crate) sent: Vec<Vec<u8>>,

    /// Plain packets that came.
    pub(crate) rtp: Vec<Vec<u8>>,
    /// Plain reports that came, and when.
    pub(crate) rtcp: Vec<(Instant, Vec<u8>)>,
    /// Packets that came again, byte by byte as they were.
    pub(crate) repeated: Vec<Vec<u8>>,
    protected: FxHashSet<Vec<u8>>,
    /// What its checks were answered with, and whether that was signed.
    pub(crate) answers: Vec<(Outcome, bool)>,
    pub(crate) dtls_heard: usize,
    pub(crate) undecryptable: usize,
    pub(crate) ended: Option<LineEnd>,
}

/// The keys of a client whose line is opened without a handshake.
pub(crate) fn srtp_keys(id: PeerId) -> SrtpKeys {
    let profile = SrtpProfile::AeadAes128Gcm;
    let material: Vec<u8> =
        (0..profile.keying_material_len()).map(|at| (at as u64 * 3 + id.0) as u8).collect();
    SrtpKeys::from_exporter(profile, &material).expect("the profile's length")
}

fn client_certificate() -> Arc<Certificate> {
    static CERTIFICATE: LazyLock<Arc<Certificate>> =
        LazyLock::new(|| Arc::new(Certificate::generate().expect("a certificate")));
    CERTIFICATE.clone()
}

impl Client {
    pub(crate) fn new(id: PeerId, worker: usize) -> Self {
        let local = SocketAddr::from(([192, 0, 2, 1], FIRST_PORT + worker as u16));
        let remote = SocketAddr::from(([198, 51, 100, id.0 as u8], 10_000 + id.0 as u16));
        let pwd = |name: &str| format!("{name} password that is long enough");
        Self {
            id,
            path: Tuple { local, remote },
            addresses: vec![remote],
            ice: IceCredentials { ufrag: format!("client{}", id.0), pwd: pwd("client") },
            server_ice: IceCredentials { ufrag: format!("{worker:02x}{:016}", id.0), pwd: pwd("server") },
            role: Role::Controlling(1),
            handshake: None,
            secrets: None,
            next_check: None,
            transport_seq: 0,
            out: Vec::new(),
            sent: Vec::new(),
            rtp: Vec::new(),
            rtcp: Vec::new(),
            repeated: Vec::new(),
            protected: FxHashSet::default(),
            answers: Vec::new(),
            dtls_heard: 0,
            undecryptable: 0,
            ended: None,
        }
    }

    /// What its description says; `fingerprint` in place of the truth.
    pub(crate) fn remote_line(&self, our_role: DtlsRole, fingerprint: Option<Vec<u8>>) -> RemoteLine {
        let mut truth = client_certificate().fingerprint().clone();
        truth.digest = fingerprint.unwrap_or(truth.digest);
        RemoteLine { ice: self.ice.clone(), fingerprints: vec![truth], our_role }
    }

    /// Both ends have the keys.
    pub(crate) fn install_keys(&mut self, now: Instant) {
        self.take_keys(&srtp_keys(self.id));
        self.next_check = Some(now);
    }

    /// Checks, and says hello.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.check();
        self.next_check = Some(now + CHECK_EVERY);
        let announced = vec![certificate().fingerprint().clone()];
        let (handshake, drained) =
            Handshake::new(now, &client_certificate(), DtlsRole::Client, DtlsVersions::Auto, announced);
        self.handshake = Some(handshake);
        self.on_drained(drained);
    }

    /// The bytes of a check with these credentials.
    pub(crate) fn check_with(&self, server: &IceCredentials) -> Vec<u8> {
        let fields = RequestFields {
            transaction: fresh_transaction(),
            username: &format!("{}:{}", server.ufrag, self.ice.ufrag),
            priority: 1,
            role: self.role,
            use_candidate: true,
            nomination: None,
        };
        let mut bytes = vec![0; 600];
        let len = write_request(&mut bytes, &fields, &Key::new(&server.pwd)).expect("room");
        bytes.truncate(len);
        bytes
    }

    /// Makes a check now.
    pub(crate) fn check(&mut self) {
        let bytes = self.check_with(&self.server_ice);
        self.send(bytes);
    }

    /// Another network: it sends from there, and checks at once.
    pub(crate) fn move_to(&mut self, remote: SocketAddr) {
        self.path.remote = remote;
        self.addresses.push(remote);
        self.check();
    }

    /// Its NAT forgets it, of which it knows nothing: what it sends comes from another port, and nothing
    /// reaches the old one.
    pub(crate) fn rebind(&mut self) {
        self.path.remote.set_port(self.path.remote.port() ^ 0x4000);
        self.addresses = vec![self.path.remote];
    }

    /// Stops answering for itself.
    pub(crate) fn fall_silent(&mut self) {
        (self.next_check, self.handshake) = (None, None);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.secrets.is_some()
    }

    /// Sends a datagram as it is.
    pub(crate) fn send(&mut self, bytes: Vec<u8>) {
        self.out.push((self.path, bytes));
    }

    /// Sends a packet, numbered for the whole transport.
    pub(crate) fn send_rtp(&mut self, packet: &Rtp) {
        let bytes = self.protect(packet);
        self.sent.push(bytes.clone());
        self.send(bytes);
    }

    /// The same, without sending it.
    pub(crate) fn protect(&mut self, packet: &Rtp) -> Vec<u8> {
        let mut bytes = packet.bytes(Some(self.transport_seq));
        self.transport_seq = self.transport_seq.wrapping_add(1);
        let len = bytes.len();
        bytes.resize(len + SrtpProfile::MAX_RTP_OVERHEAD, 0);
        let (_, outbound) = self.secrets.as_mut().expect("keys");
        let len = outbound.protect_rtp(ExtSeqNo(packet.seq), &mut bytes, len).expect("a good packet");
        bytes.truncate(len);
        bytes
    }

    /// Sends what `write` writes.
    pub(crate) fn report(&mut self, write: impl FnOnce(&mut Writer<'_>)) {
        let mut bytes = vec![0; 1_300];
        let mut writer = Writer::new(&mut bytes);
        write(&mut writer);
        let len = writer.len();
        bytes.truncate(len);
        self.send_rtcp(bytes);
    }

    /// Says that a packet did not arrive.
    pub(crate) fn ask_again(&mut self, ssrc: Ssrc, seq: u16) {
        self.report(|out| assert_eq!(out.nack(Ssrc(1), ssrc, [SeqNo(seq)]), Ok(1)));
    }

    /// Protects and sends a plain compound.
    pub(crate) fn send_rtcp(&mut self, mut bytes: Vec<u8>) {
        let len = bytes.len();
        bytes.resize(len + SrtpProfile::MAX_RTCP_OVERHEAD, 0);
        let (_, outbound) = self.secrets.as_mut().expect("keys");
        let len = outbound.protect_rtcp(&mut bytes, len).expect("a good packet");
        bytes.truncate(len);
        self.send(bytes);
    }

    /// The number that the next packet gets on the transport.
    pub(crate) const fn next_transport_seq(&self) -> u16 {
        self.transport_seq
    }

    pub(crate) fn handle_datagram(&mut self, now: Instant, path: Tuple, mut bytes: Vec<u8>) {
        assert_eq!(path.local, self.path.local, "an answer leaves from where it was asked");
        match classify(&bytes) {
            Protocol::Stun => {
                let answer = BindingResponse::parse(&bytes).expect("an answer");
                self.answers.push((answer.outcome(), answer.verify(&Key::new(&self.server_ice.pwd))));
            }
            Protocol::Dtls => {
                self.dtls_heard += 1;
                if let Some(Ok(drained)) = self.handshake.as_mut().map(|it| it.handle_datagram(now, &bytes)) {
                    self.on_drained(drained);
                }
            }
            protocol @ (Protocol::Rtp | Protocol::Rtcp) => {
                let Some((inbound, _)) = &mut self.secrets else { return self.undecryptable += 1 };
                let received = bytes.clone();
                let is_rtp = protocol == Protocol::Rtp;
                let opened = match is_rtp {
                    true => inbound.unprotect_rtp(now, &mut bytes),
                    false => inbound.unprotect_rtcp(now, &mut bytes),
                };
                let Ok(len) = opened else {
                    if self.protected.contains(&received) {
                        self.repeated.push(received);
                    } else {
                        self.undecryptable += 1;
                    }
                    return;
                };
                self.protected.insert(received);
                bytes.truncate(len);
                match is_rtp {
                    true => self.rtp.push(bytes),
                    false => self.rtcp.push((now, bytes)),
                }
            }
            Protocol::Unknown => panic!("a server sends nothing strange"),
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.next_check.is_some_and(|due| due <= now) {
            self.next_check = Some(now + CHECK_EVERY);
            self.check();
        }
        if let Some(handshake) = &mut self.handshake
            && handshake.poll_timeout().is_some_and(|due| due <= now)
        {
            let drained = handshake.handle_timeout(now);
            self.on_drained(drained);
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let handshake = self.handshake.as_ref().and_then(Handshake::poll_timeout);
        [self.next_check, handshake].into_iter().flatten().min()
    }

    pub(crate) fn take_datagrams(&mut self) -> Vec<(Tuple, Vec<u8>)> {
        std::mem::take(&mut self.out)
    }

    /// How many of the RTCP packets that came are such.
    pub(crate) fn heard(&self, is_such: impl Fn(&RtcpPacket<'_>) -> bool) -> usize {
        self.heard_at(is_such).len()
    }

    /// When such RTCP packets came.
    pub(crate) fn heard_at(&self, is_such: impl Fn(&RtcpPacket<'_>) -> bool) -> Vec<Instant> {
        let all =
            self.rtcp.iter().flat_map(|(when, bytes)| packets(bytes).map(move |packet| (*when, packet)));
        let such = all.filter(|(_, packet)| is_such(packet.as_ref().expect("good RTCP")));
        such.map(|(when, _)| when).collect()
    }

    /// The numbers that transport-wide feedback said had arrived.
    pub(crate) fn arrivals_heard(&self) -> Vec<u16> {
        let mut told = Vec::new();
        let mut note = |feedback: &twcc::Feedback<'_>| {
            told.extend(feedback.received().map(|received| received.seq.0));
        };
        for (_, bytes) in &self.rtcp {
            for packet in packets(bytes) {
                if let Ok(RtcpPacket::TransportFeedback(feedback)) = packet {
                    note(&feedback);
                }
            }
        }
        told
    }

    /// Streams that keyframes were asked of, and when.
    pub(crate) fn plis(&self) -> Vec<(Instant, Ssrc)> {
        let mut plis = Vec::new();
        for (when, bytes) in &self.rtcp {
            for packet in packets(bytes) {
                if let Ok(RtcpPacket::Pli(pli)) = packet {
                    plis.push((*when, pli.media));
                }
            }
        }
        plis
    }

    fn on_drained(&mut self, drained: Drained) {
        if let Some(keys) = &drained.keys {
            self.take_keys(keys);
        }
        self.ended = self.ended.or(drained.ended);
        let mut room = [0; HANDSHAKE_MTU];
        while let Some(len) = self.handshake.as_mut().and_then(|handshake| handshake.poll_transmit(&mut room))
        {
            self.send(room[..len].to_vec());
        }
    }

    fn take_keys(&mut self, keys: &SrtpKeys) {
        self.secrets = Some((Inbound::new(&keys.server), Outbound::new(&keys.client)));
    }
}

/// One that no check had before, as with every agent that is not replayed.
fn fresh_transaction() -> TransactionId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let mut id = [7; 12];
    id[..8].copy_from_slice(&LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    TransactionId(id)
}
