//! A whole line before media: checks from many places, restarts, junk of every protocol, time.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use switchyard_transport::demux::{Protocol, classify};
use switchyard_transport::dtls::{Certificate, DtlsVersions};
use switchyard_transport::ice_lite::MAX_TUPLES;
use switchyard_transport::line::{Line, LineConfig, LineEvent, LineState};
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::line::{DtlsRole, Fingerprint, FingerprintHash, IceCredentials, RemoteLine};
use switchyard_wire::stun::{
    BindingRequest, BindingResponse, Key, MAX_RESPONSE_LEN, RequestFields, Role, TransactionId, write_request,
};

use crate::input::Input;
use crate::stun::written;

/// Steps taken of one input.
const MAX_STEPS: usize = 64;

pub(crate) fn certificate() -> Arc<Certificate> {
    static CERTIFICATE: OnceLock<Arc<Certificate>> = OnceLock::new();
    CERTIFICATE.get_or_init(|| Arc::new(Certificate::generate().expect("a certificate"))).clone()
}

fn credentials(generation: u8) -> IceCredentials {
    IceCredentials {
        ufrag: format!("00server-ufrag-{generation:03}"),
        pwd: format!("server-password-{generation:08}"),
    }
}

fn remote() -> RemoteLine {
    let fingerprint = Fingerprint { hash: FingerprintHash::Sha256, digest: vec![7; 32] };
    let ice = IceCredentials { ufrag: "cLnt".to_owned(), pwd: "client-password-of-letters".to_owned() };
    RemoteLine { ice, fingerprints: vec![fingerprint], our_role: DtlsRole::Server }
}

fn tuple(place: u8) -> Tuple {
    Tuple { local: ([127, 0, 0, 1], 7882).into(), remote: ([198, 51, 100, place], 4_000).into() }
}

/// A line, and all that may be claimed of it whatever comes.
struct World {
    line: Line,
    now: Instant,
    generation: u8,
    /// From where the peer has proved itself.
    proved: Vec<Tuple>,
}

/// Plays steps: what happens, from where, with which bytes.
pub(crate) fn run(bytes: &[u8]) {
    let now = Instant::now();
    let config = LineConfig { local: credentials(0), certificate: certificate(), dtls: DtlsVersions::Auto };
    let mut world = World { line: Line::new(now, config), now, generation: 0, proved: Vec::new() };
    let mut input = Input::new(bytes);
    for _ in 0..MAX_STEPS {
        if input.is_empty() {
            break;
        }
        world.step(&mut input);
        world.check();
    }
}

impl World {
    fn step(&mut self, input: &mut Input<'_>) {
        let (kind, place) = (input.u8(), input.u8());
        match kind % 7 {
            0 => self.take(place, input.piece()),
            1 | 2 => {
                let check = self.honest_check(input, kind % 7 == 2);
                self.take(place, &check);
            }
            3 => self.line.connect(self.now, remote()),
            4 => {
                self.generation = place % 4;
                self.line.restart_ice(self.now, credentials(self.generation), Some(&remote().ice));
            }
            5 => {
                self.now += Duration::from_millis(u64::from(place) * 100);
                self.line.handle_timeout(self.now);
            }
            _ => {
                // A check that somebody recorded, spoilt by one bit.
                let mut check = self.honest_check(input, true);
                let at = usize::from(place) % check.len();
                check[at] ^= 1;
                self.take(input.u8(), &check);
            }
        }
    }

    fn honest_check(&self, input: &mut Input<'_>, use_candidate: bool) -> Vec<u8> {
        let local = credentials(self.generation);
        let username = format!("{}:cLnt", local.ufrag);
        let fields = RequestFields {
            transaction: TransactionId(input.array()),
            username: &username,
            priority: 1,
            role: Role::Controlling(9),
            use_candidate,
            nomination: Some(u32::from(input.u8())).filter(|value| value % 3 == 1),
        };
        written(|out| write_request(out, &fields, &Key::new(&local.pwd)).ok())
    }

    fn take(&mut self, place: u8, datagram: &[u8]) {
        let tuple = tuple(place % 12);
        match classify(datagram) {
            Protocol::Stun => self.take_check(tuple, datagram),
            Protocol::Dtls => drop(self.line.handle_dtls(self.now, tuple, datagram)),
            Protocol::Rtp => {
                let opened = self.line.decrypt_rtp(self.now, tuple, &mut datagram.to_vec());
                assert!(opened.is_err(), "a packet was believed without a handshake");
            }
            Protocol::Rtcp => {
                let opened = self.line.decrypt_rtcp(self.now, tuple, &mut datagram.to_vec());
                assert!(opened.is_err(), "a report was believed without a handshake");
            }
            Protocol::Unknown => {}
        }
    }

    fn take_check(&mut self, tuple: Tuple, datagram: &[u8]) {
        let Ok(request) = BindingRequest::parse(datagram) else { return };
        let mut out = Vec::new();
        let taken = self.line.handle_binding_request(self.now, tuple, &request, &mut out);
        assert!(out.len() <= MAX_RESPONSE_LEN, "an answer of {} bytes", out.len());
        assert_eq!(taken.is_ok(), !out.is_empty(), "silence and answers are told apart");
        if !out.is_empty() {
            let answer = BindingResponse::parse(&out).expect("our own answers can be read");
            assert_eq!(answer.transaction(), request.transaction());
        }
        let is_proved = (0..4).any(|generation| request.verify(&Key::new(&credentials(generation).pwd)));
        if is_proved && self.line.knows(tuple) {
            self.proved.push(tuple);
        }
    }

    fn check(&mut self) {
        let known: Vec<_> = (0..12).map(tuple).filter(|&tuple| self.line.knows(tuple)).collect();
        assert!(known.len() <= MAX_TUPLES, "{} paths", known.len());
        for tuple in known.into_iter().chain(self.line.send_path()) {
            assert!(self.proved.contains(&tuple), "{tuple:?} is believed and proved nothing");
        }
        assert!(self.line.ufrags().count() <= 2);
        assert_ne!(self.line.state(), LineState::Open, "open without a handshake");
        let mut room = [0; 1_500];
        let mut sent = 0;
        while let Some((path, _)) = self.line.poll_transmit(&mut room) {
            sent += 1;
            assert!(self.proved.contains(&path) && sent <= 64);
        }
        while let Some(event) = self.line.poll_event() {
            assert!(!matches!(event, LineEvent::Opened { .. }));
        }
        let due = self.line.poll_timeout();
        assert_eq!(due.is_none(), self.line.state() == LineState::Closed);
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    // A check, nomination, description, restart and time; then from elsewhere, and long silence.
    let usual =
        b"\x03\x00\x01\x01transaction1\x00\x02\x01transaction2\x01\x04\x01\x02\x01transaction3\x04\x05\xff";
    let crowd: Vec<u8> =
        (0..12).flat_map(|place| [&[1, place][..], b"transaction1", &[place]].concat()).collect();
    let replayed = b"\x03\x00\x02\x01transaction1\x00\x06\x30transaction1\x00\x05\x05\xff\x05\xff";
    let hello = crate::dtls::hello();
    let mut greeting = b"\x03\x00\x02\x01transaction1\x00\x00\x01".to_vec();
    greeting.extend((hello.len() as u16).to_be_bytes());
    greeting.extend(hello);
    vec![usual.to_vec(), crowd, replayed.to_vec(), greeting]
}
