//! What a peer costs before any media: CPU of one handshake, memory of one idle line.
//!
//! `cargo run --release -p switchyard-transport --example handshake_cost`
//!
//! CPU is the server's half alone, as the median over all handshakes, so that a busy machine
//! disturbs little. Memory is the growth of the resident set per line while clients come and go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use switchyard_transport::dtls::{Certificate, DtlsVersions, fingerprint_of};
use switchyard_transport::line::{Line, LineConfig, LineState};
use switchyard_transport::srtp::{Inbound, Outbound, SrtpKeys, SrtpProfile};
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::line::{DtlsRole, FingerprintHash, IceCredentials, RemoteLine};
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};
use switchyard_wire::stun::{BindingRequest, Key, RequestFields, Role, TransactionId, write_request};

const LINES: usize = 1000;
/// Lines made before the memory is first looked at, so that the allocator has its pools.
const WARM_UP: usize = 100;
const PACKETS: u64 = 200_000;
const PAYLOAD: usize = 1100;

fn main() {
    let certificate = Arc::new(Certificate::generate().expect("a certificate"));
    println!("size of Line: {} bytes inline", size_of::<Line>());
    announced(&certificate);
    keyed(&certificate);
    for versions in [DtlsVersions::Only12, DtlsVersions::Auto] {
        shaken(&certificate, versions);
    }
    for profile in SrtpProfile::ALL {
        packets(profile);
    }
}

/// Lines that only answer checks.
fn announced(certificate: &Arc<Certificate>) {
    let per_line = memory_per_line(|| line(certificate));
    println!("announced, no handshake yet: {per_line} bytes per line");
}

/// Lines with SRTP contexts and nothing else.
fn keyed(certificate: &Arc<Certificate>) {
    for profile in SrtpProfile::ALL {
        let material = vec![7; profile.keying_material_len()];
        let keys = SrtpKeys::from_exporter(profile, &material).expect("the profile's length");
        let per_line = memory_per_line(|| {
            let mut line = line(certificate);
            line.install_keys(now(), path(), DtlsRole::Server, &keys);
            line
        });
        println!("open with given keys ({profile:?}): {per_line} bytes per line");
    }
}

/// Lines that went through a whole handshake.
fn shaken(certificate: &Arc<Certificate>, versions: DtlsVersions) {
    let mut costs = Vec::new();
    let per_line = memory_per_line(|| {
        let (line, cost) = handshake(certificate, versions);
        assert_eq!(line.state(), LineState::Open);
        costs.push(cost);
        line
    });
    costs.sort();
    let (median, slow) = (costs[costs.len() / 2], costs[costs.len() * 99 / 100]);
    println!("{versions:?}: {per_line} bytes per line, server's CPU {median:?} median, {slow:?} p99");
}

/// Nanoseconds to seal and to open one packet of video.
fn packets(profile: SrtpProfile) {
    let material = vec![7; profile.keying_material_len()];
    let keys = SrtpKeys::from_exporter(profile, &material).expect("the profile's length");
    let (mut outbound, mut inbound) = (Outbound::new(&keys.client), Inbound::new(&keys.client));
    let (mut sealing, mut opening) = (Duration::ZERO, Duration::ZERO);
    let mut packet = vec![0; 12 + PAYLOAD + SrtpProfile::MAX_RTP_OVERHEAD];
    for number in 0..PACKETS {
        let index = ExtSeqNo::starting_at(SeqNo(1)).plus(number);
        packet[0] = 0x80;
        packet[2..4].copy_from_slice(&index.on_wire().0.to_be_bytes());
        let start = now();
        let len = outbound.protect_rtp(index, &mut packet, 12 + PAYLOAD).expect("room");
        let sealed = now();
        inbound.unprotect_rtp(start, &mut packet[..len]).expect("the same keys");
        sealing += sealed - start;
        opening += now() - sealed;
    }
    let each = |total: Duration| total.as_nanos() as u64 / PACKETS;
    println!("{profile:?}: seal {} ns, open {} ns per {PAYLOAD} bytes", each(sealing), each(opening));
}

fn memory_per_line(mut make: impl FnMut() -> Line) -> usize {
    let warm: Vec<Line> = (0..WARM_UP).map(|_| make()).collect();
    let mut lines = Vec::with_capacity(LINES);
    let before = resident();
    lines.extend((0..LINES).map(|_| make()));
    let after = resident();
    // Kept until the end: memory given back would hide what the next kind of line takes.
    std::mem::forget((warm, lines));
    after.saturating_sub(before) / LINES
}

fn handshake(certificate: &Arc<Certificate>, versions: DtlsVersions) -> (Line, Duration) {
    let mut client = Client::new(versions);
    let mut line = line(certificate);
    let fingerprint = fingerprint_of(FingerprintHash::Sha256, &client.certificate);
    let ice = IceCredentials { ufrag: "clnt".into(), pwd: String::new() };
    let remote = RemoteLine { ice, fingerprints: vec![fingerprint], our_role: DtlsRole::Server };
    let mut spent = Duration::ZERO;
    let mut served = |action: &mut dyn FnMut()| {
        let start = now();
        action();
        spent += now() - start;
    };

    let check = check();
    let request = BindingRequest::parse(&check).expect("a good check");
    served(&mut || {
        line.connect(now(), remote.clone());
        line.handle_binding_request(now(), path(), &request, &mut Vec::new()).expect("an answer");
    });
    let mut room = [0; 1500];
    for _ in 0..10 {
        for datagram in client.outgoing() {
            served(&mut || line.handle_dtls(now(), path(), &datagram).expect("a good record"));
        }
        while let Some((_, len)) = line.poll_transmit(&mut room) {
            client.take(&room[..len]);
        }
    }
    while line.poll_event().is_some() {}
    (line, spent)
}

fn line(certificate: &Arc<Certificate>) -> Line {
    let local = IceCredentials { ufrag: "00serverserverserv".into(), pwd: "0123456789012345678901".into() };
    let config = LineConfig { local, certificate: Arc::clone(certificate), dtls: DtlsVersions::Auto };
    Line::new(now(), config)
}

fn check() -> Vec<u8> {
    let fields = RequestFields {
        transaction: TransactionId([1; 12]),
        username: "00serverserverserv:clnt",
        priority: 1,
        role: Role::Controlling(1),
        use_candidate: true,
        nomination: None,
    };
    let mut bytes = vec![0; 300];
    let len = write_request(&mut bytes, &fields, &Key::new("0123456789012345678901")).expect("room");
    bytes.truncate(len);
    bytes
}

fn path() -> Tuple {
    Tuple { local: ([192, 0, 2, 1], 3478).into(), remote: ([198, 51, 100, 7], 5000).into() }
}

/// Resident memory of this process in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0);
    pages * 4096
}

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
    Instant::now()
}

/// A client made of the handshake library alone.
struct Client {
    dtls: dimpl::Dtls,
    certificate: Vec<u8>,
}

impl Client {
    fn new(versions: DtlsVersions) -> Self {
        let certificate = dimpl::certificate::generate_self_signed_certificate().expect("a certificate");
        let der = certificate.certificate.clone();
        let config = Arc::new(dimpl::Config::default());
        let mut dtls = match versions {
            DtlsVersions::Auto => dimpl::Dtls::new_auto(config, certificate, now()),
            DtlsVersions::Only12 => dimpl::Dtls::new_12(config, certificate, now()),
        };
        dtls.set_active(true);
        Self { dtls, certificate: der }
    }

    fn take(&mut self, datagram: &[u8]) {
        self.dtls.handle_packet(datagram).expect("a good record");
    }

    fn outgoing(&mut self) -> Vec<Vec<u8>> {
        let mut room = vec![0; 8192];
        let mut packets = Vec::new();
        self.dtls.handle_timeout(now()).expect("in time");
        loop {
            match self.dtls.poll_output(&mut room) {
                dimpl::Output::Packet(packet) => packets.push(packet.to_vec()),
                dimpl::Output::Timeout(_) => return packets,
                _ => {}
            }
        }
    }
}
