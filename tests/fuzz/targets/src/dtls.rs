//! Handshakes: junk before, between and in place of what an honest peer sends.
//!
//! The record layer and the hello are reached by whoever has passed one connectivity check; everything is
//! played against a server and against a client.

use std::time::{Duration, Instant};

use switchyard_transport::dtls::{Certificate, Drained, DtlsVersions, HANDSHAKE_MTU, Handshake};
use switchyard_vocab::line::{DtlsRole, Fingerprint};

use crate::ice::certificate;
use crate::input::{Input, pieces};

/// Steps taken of one input. An honest handshake takes about eight.
const MAX_STEPS: usize = 24;

/// Most datagrams that one step may lead to: flights have at most ten.
const MAX_ANSWERS: usize = 16;

struct End {
    handshake: Handshake,
    drained: Drained,
}

impl End {
    fn new(now: Instant, role: DtlsRole, versions: DtlsVersions, announced: &Fingerprint) -> Self {
        let certificate = certificate();
        let (handshake, drained) = Handshake::new(now, &certificate, role, versions, vec![announced.clone()]);
        Self { handshake, drained }
    }

    fn take(&mut self, now: Instant, datagram: &[u8]) {
        if let Ok(drained) = self.handshake.handle_datagram(now, datagram) {
            self.note(drained);
        }
    }

    fn note(&mut self, drained: Drained) {
        self.drained.keys = self.drained.keys.take().or(drained.keys);
        self.drained.ended = self.drained.ended.or(drained.ended);
    }

    fn sent(&mut self) -> Vec<Vec<u8>> {
        let mut room = vec![0; HANDSHAKE_MTU.max(1_500)];
        let mut sent = Vec::new();
        while let Some(len) = self.handshake.poll_transmit(&mut room) {
            sent.push(room[..len].to_vec());
            assert!(sent.len() <= MAX_ANSWERS, "one step led to more datagrams than a flight has");
        }
        sent
    }
}

/// Plays an honest peer and somebody between the two against one end of ours.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let settings = input.u8();
    let (role, other) = match settings & 1 {
        0 => (DtlsRole::Server, DtlsRole::Client),
        _ => (DtlsRole::Client, DtlsRole::Server),
    };
    let versions = if settings & 2 == 0 { DtlsVersions::Auto } else { DtlsVersions::Only12 };
    let is_announced = settings & 4 == 0;
    let own = certificate().fingerprint().clone();
    let stranger = Fingerprint { digest: vec![0; own.digest.len()], ..own.clone() };
    let mut now = Instant::now();
    let mut ours = End::new(now, role, versions, if is_announced { &own } else { &stranger });
    let mut theirs = End::new(now, other, versions, &own);
    let mut honest = 0;
    for _ in 0..MAX_STEPS {
        if input.is_empty() {
            break;
        }
        let (kind, at) = (input.u8(), input.u8());
        match kind % 5 {
            0 => ours.take(now, input.piece()),
            1 | 2 => {
                for datagram in ours.sent() {
                    theirs.take(now, &datagram);
                }
                for mut datagram in theirs.sent() {
                    if kind % 5 == 2 && !datagram.is_empty() {
                        let at = usize::from(at) * datagram.len() / 256;
                        datagram[at] ^= input.u8();
                    }
                    honest += 1;
                    ours.take(now, &datagram);
                }
            }
            3 => {
                now += Duration::from_millis(u64::from(at) * 40);
                let drained = ours.handshake.handle_timeout(now);
                ours.note(drained);
                let drained = theirs.handshake.handle_timeout(now);
                theirs.note(drained);
            }
            _ => {
                ours.sent();
            }
        }
        let is_keyed = ours.drained.keys.is_some();
        assert!(!is_keyed || (is_announced && honest > 0), "keys for whom nobody announced");
    }
}

/// The first datagram of a client.
pub(crate) fn hello() -> Vec<u8> {
    let own = certificate().fingerprint().clone();
    let mut client = End::new(Instant::now(), DtlsRole::Client, DtlsVersions::Auto, &own);
    client.sent().swap_remove(0)
}

fn hello_of(certificate: &Certificate, versions: DtlsVersions) -> Vec<u8> {
    let own = certificate.fingerprint().clone();
    End::new(Instant::now(), DtlsRole::Client, versions, &own).sent().swap_remove(0)
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let honest = [1, 0].repeat(8);
    let junk = |settings: u8, datagram: &[u8]| {
        let piece = pieces([datagram]);
        [&[settings][..], &[0, 0], &piece, &honest].concat()
    };
    let with = |settings: u8| [&[settings][..], &honest].concat();
    let mut seeds: Vec<_> = (0..8).map(with).collect();
    seeds.push(junk(0, &hello()));
    seeds.push(junk(2, &hello_of(&certificate(), DtlsVersions::Only12)));
    // An alert, a change of cipher, application data, a record of DTLS 1.3, an empty one.
    for record in [
        &b"\x15\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x01\x00\x02\x02\x28"[..],
        b"\x14\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01\x01",
        b"\x17\xfe\xfd\x00\x01\x00\x00\x00\x00\x00\x01\x00\x04abcd",
        b"\x2e\x00\x01\x00\x14abcdefghijklmnopqrst",
        b"\x16\xfe\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    ] {
        seeds.push(junk(0, record));
    }
    // Spoilt in the first flights, and time.
    seeds.push(b"\x00\x02\x40\xff\x03\xff\x01\x00\x02\x80\x01\x01\x00\x03\xff\x01\x00".to_vec());
    seeds
}
