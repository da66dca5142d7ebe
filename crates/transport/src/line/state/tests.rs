use std::sync::LazyLock;

use switchyard_vocab::line::{Fingerprint, FingerprintHash};
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

use super::*;
use crate::dtls::HANDSHAKE_MTU;
use crate::srtp::SrtpProfile;
use crate::testing::{Check, DtlsClient, epoch, keys, local, remote, rtp, tuple};

static CERTIFICATE: LazyLock<Arc<Certificate>> = LazyLock::new(|| Arc::new(Certificate::generate().unwrap()));

const PATH: u16 = 5000;

fn at(seconds: u64) -> Instant {
    epoch() + Duration::from_secs(seconds)
}

fn line() -> Line {
    let config =
        LineConfig { local: local(), certificate: Arc::clone(&CERTIFICATE), dtls: DtlsVersions::Auto };
    Line::new(epoch(), config)
}

fn description(fingerprint: Fingerprint, our_role: DtlsRole) -> RemoteLine {
    RemoteLine { ice: remote(), fingerprints: vec![fingerprint], our_role }
}

/// A line and the client at its other end.
struct Pair {
    line: Line,
    client: DtlsClient,
    events: Vec<LineEvent>,
    path: Tuple,
}

impl Pair {
    fn new(our_role: DtlsRole) -> Self {
        let their_role = if our_role == DtlsRole::Server { DtlsRole::Client } else { DtlsRole::Server };
        let client = DtlsClient::new(their_role, DtlsVersions::Auto);
        Self { line: line(), client, events: vec![], path: tuple(PATH) }
    }

    fn connected(our_role: DtlsRole) -> Self {
        let mut pair = Self::new(our_role);
        pair.describe(our_role);
        pair.check(at(0), &Check::nominating()).unwrap();
        pair.settle(at(0));
        assert_eq!(pair.line.state(), LineState::Open);
        pair
    }

    fn describe(&mut self, our_role: DtlsRole) {
        let fingerprint = self.client.fingerprint(FingerprintHash::Sha256);
        self.line.connect(epoch(), description(fingerprint, our_role));
    }

    fn check(&mut self, now: Instant, check: &Check) -> Result<StunOutcome, DropReason> {
        let bytes = check.bytes();
        let request = BindingRequest::parse(&bytes).unwrap();
        let result = self.line.handle_binding_request(now, self.path, &request, &mut Vec::new());
        self.take_events();
        result
    }

    fn settle(&mut self, now: Instant) {
        let mut room = [0; HANDSHAKE_MTU];
        for _ in 0..20 {
            for datagram in std::mem::take(&mut self.client.outgoing) {
                let _ = self.line.handle_dtls(now, self.path, &datagram);
            }
            while let Some((path, len)) = self.line.poll_transmit(&mut room) {
                assert_eq!(Some(path), self.line.send_path());
                self.client.handle_datagram(now, &room[..len]);
            }
        }
        self.take_events();
    }

    fn take_events(&mut self) {
        self.events.extend(std::iter::from_fn(|| self.line.poll_event()));
    }

    fn tick(&mut self, now: Instant) {
        self.line.handle_timeout(now);
        self.take_events();
    }

    /// A packet as the client would protect it.
    fn media(&self, seq: u16) -> Vec<u8> {
        let (material, _) = self.client.material.as_ref().unwrap();
        let keys = SrtpKeys::from_exporter(self.line.profile().unwrap(), material).unwrap();
        let mut packet = rtp(1, seq, b"media");
        packet.resize(17 + SrtpProfile::MAX_RTP_OVERHEAD, 0);
        let index = ExtSeqNo::starting_at(SeqNo(seq));
        let len = Outbound::new(&keys.client).protect_rtp(index, &mut packet, 17).unwrap();
        packet.truncate(len);
        packet
    }
}

#[test]
fn a_check_and_a_handshake_open_the_line_in_either_role() {
    for role in [DtlsRole::Server, DtlsRole::Client] {
        let pair = Pair::connected(role);

        let [added, path, opened] = pair.events[..] else { panic!("{:?}", pair.events) };
        assert_eq!(added, LineEvent::AddressAdded(tuple(PATH)));
        assert_eq!(path, LineEvent::PathChanged(tuple(PATH)));
        assert!(matches!(opened, LineEvent::Opened { .. }));
    }
}

#[test]
fn the_handshake_does_not_wait_for_a_nomination() {
    let mut pair = Pair::new(DtlsRole::Server);
    pair.describe(DtlsRole::Server);

    pair.check(at(0), &Check::default()).unwrap();
    pair.settle(at(0));

    assert_eq!(pair.line.state(), LineState::Open);
    assert_eq!(pair.line.send_path(), Some(tuple(PATH)));
}

#[test]
fn a_hello_that_beats_the_description_is_kept() {
    let mut pair = Pair::new(DtlsRole::Server);
    pair.check(at(0), &Check::nominating()).unwrap();
    pair.settle(at(0));
    assert_eq!(pair.line.state(), LineState::New);

    pair.describe(DtlsRole::Server);
    pair.settle(at(0));

    assert_eq!(pair.line.state(), LineState::Open);
}

#[test]
fn no_more_early_records_than_the_bound_are_kept() {
    let mut pair = Pair::new(DtlsRole::Server);
    pair.check(at(0), &Check::nominating()).unwrap();

    let kept = (0..10).filter(|_| pair.line.handle_dtls(at(0), tuple(PATH), &[22; 100]).is_ok()).count();
    let next = pair.line.handle_dtls(at(0), tuple(PATH), &[22; 100]);

    assert_eq!(kept, crate::dtls::MAX_EARLY);
    assert_eq!(next, Err(DropReason::DtlsOverload));
}

#[test]
fn nothing_but_checks_is_taken_from_an_unknown_path() {
    let mut pair = Pair::connected(DtlsRole::Server);
    let mut packet = pair.media(1);

    assert_eq!(pair.line.handle_dtls(at(0), tuple(1), &[22; 100]), Err(DropReason::UnknownAddress));
    assert_eq!(pair.line.decrypt_rtp(at(0), tuple(1), &mut packet), Err(DropReason::UnknownAddress));
    assert!(pair.line.decrypt_rtp(at(0), tuple(PATH), &mut packet).is_ok());
}

#[test]
fn media_before_the_keys_is_named_so() {
    let mut pair = Pair::new(DtlsRole::Server);
    pair.describe(DtlsRole::Server);
    pair.check(at(0), &Check::default()).unwrap();

    let early = pair.line.decrypt_rtp(at(0), tuple(PATH), &mut rtp(1, 1, &[0; 30]));

    assert_eq!(early, Err(DropReason::NoKeys));
}

#[test]
fn a_wrong_fingerprint_ends_the_line_before_any_media() {
    let mut pair = Pair::new(DtlsRole::Server);
    let wrong = CERTIFICATE.fingerprint().clone();
    pair.line.connect(epoch(), description(wrong, DtlsRole::Server));
    pair.check(at(0), &Check::nominating()).unwrap();

    pair.settle(at(0));

    assert_eq!(pair.events.last(), Some(&LineEvent::Ended(LineEnd::FingerprintMismatch)));
    let media = pair.line.encrypt_rtp(ExtSeqNo::starting_at(SeqNo(1)), &mut rtp(1, 1, &[0; 30]), 12);
    assert_eq!(media, Err(DropReason::PeerGone));
}

#[test]
fn a_rebound_nat_moves_the_path_and_keeps_the_keys() {
    let mut pair = Pair::connected(DtlsRole::Server);
    pair.events.clear();

    pair.path = tuple(6000);
    pair.check(at(1), &Check::nominating()).unwrap();
    let mut packet = pair.media(1);

    assert_eq!(pair.events, [LineEvent::AddressAdded(tuple(6000))]);
    assert_eq!(pair.line.send_path(), Some(tuple(PATH)), "a check is not enough");

    assert!(pair.line.decrypt_rtp(at(1), tuple(6000), &mut packet).is_ok());
    assert_eq!(pair.line.poll_event(), Some(LineEvent::PathChanged(tuple(6000))));
    assert_eq!(pair.line.send_path(), Some(tuple(6000)));
}

#[test]
fn a_nomination_under_a_made_up_address_moves_nothing() {
    let mut pair = Pair::connected(DtlsRole::Server);

    for tenths in 0..100 {
        let now = epoch() + tenths * Duration::from_millis(100);
        pair.path = tuple(6000);
        pair.check(now, &Check::nominating()).unwrap();
        pair.line.decrypt_rtp(now, tuple(PATH), &mut pair.media(tenths as u16 + 1)).unwrap();

        assert_eq!(pair.line.send_path(), Some(tuple(PATH)));
    }
    let replayed = pair.line.decrypt_rtp(at(10), tuple(6000), &mut pair.media(100));
    assert_eq!(replayed, Err(DropReason::Replayed));
    assert_eq!(pair.line.send_path(), Some(tuple(PATH)), "nor does a recorded packet");
}

#[test]
fn a_client_that_moves_and_says_nothing_is_followed_after_a_while() {
    let mut pair = Pair::connected(DtlsRole::Server);

    pair.path = tuple(6000);
    pair.check(at(1), &Check::nominating()).unwrap();
    assert_eq!(pair.line.send_path(), Some(tuple(PATH)));
    pair.check(at(4), &Check::nominating()).unwrap();

    assert_eq!(pair.line.send_path(), Some(tuple(6000)));
}

#[test]
fn a_restart_that_never_completes_drops_the_old_credentials() {
    let mut pair = Pair::connected(DtlsRole::Server);
    let mut renewed = local();
    renewed.ufrag = "00renewedrenewedre".into();
    pair.line.restart_ice(at(0), renewed.clone(), None);
    pair.events.clear();

    let mut now = at(0);
    while !pair.events.contains(&LineEvent::CredentialsDropped) {
        now = pair.line.poll_timeout().expect("a deadline until then");
        pair.tick(now);
    }

    assert_eq!(now, at(20));
    assert_eq!(pair.line.ufrags().collect::<Vec<_>>(), [renewed.ufrag.as_str()]);
}

#[test]
fn an_ice_restart_keeps_keys_and_counters() {
    let mut pair = Pair::connected(DtlsRole::Server);
    let before = pair.media(1);
    pair.line.decrypt_rtp(at(1), tuple(PATH), &mut before.clone()).unwrap();
    let mut renewed = Check::nominating();
    renewed.local.ufrag = "00renewedrenewedre".into();
    renewed.remote.ufrag = "next".into();

    pair.line.restart_ice(at(2), renewed.local.clone(), Some(&renewed.remote));
    pair.path = tuple(7000);
    pair.check(at(3), &renewed).unwrap();

    assert_eq!(pair.line.state(), LineState::Open);
    assert_eq!(pair.events.last(), Some(&LineEvent::CredentialsDropped));
    assert_eq!(pair.line.ufrags().collect::<Vec<_>>(), [renewed.local.ufrag.as_str()]);
    let replayed = pair.line.decrypt_rtp(at(3), tuple(7000), &mut before.clone());
    assert_eq!(replayed, Err(DropReason::Replayed));
    assert!(pair.line.decrypt_rtp(at(3), tuple(7000), &mut pair.media(2)).is_ok());
    assert_eq!(pair.line.send_path(), Some(tuple(7000)));
}

#[test]
fn silence_disconnects_a_check_reconnects_and_long_silence_ends() {
    let mut pair = Pair::connected(DtlsRole::Server);
    pair.events.clear();

    assert_eq!(pair.line.poll_timeout(), Some(at(10)));
    pair.tick(at(10));
    pair.check(at(12), &Check::default()).unwrap();
    pair.tick(at(22));
    pair.tick(at(42));

    let story = [
        LineEvent::Disconnected,
        LineEvent::Reconnected,
        LineEvent::Disconnected,
        LineEvent::Ended(LineEnd::ConsentLost),
    ];
    assert_eq!(pair.events, story);
    assert_eq!(pair.line.poll_timeout(), None);
}

#[test]
fn media_alone_does_not_keep_a_line_beyond_thirty_seconds() {
    let mut pair = Pair::connected(DtlsRole::Server);
    pair.events.clear();

    for second in 1..=30 {
        let mut packet = pair.media(second as u16);
        let _ = pair.line.decrypt_rtp(at(second), tuple(PATH), &mut packet);
        pair.tick(at(second));
    }

    assert_eq!(pair.events, [LineEvent::Ended(LineEnd::ConsentLost)]);
}

#[test]
fn without_checks_it_ends_as_unreachable() {
    let mut pair = Pair::new(DtlsRole::Server);
    pair.describe(DtlsRole::Server);

    pair.tick(pair.line.poll_timeout().unwrap());

    assert_eq!(pair.events, [LineEvent::Ended(LineEnd::IceTimeout)]);
}

#[test]
fn without_a_hello_it_ends_by_the_handshakes_deadline() {
    let mut pair = Pair::new(DtlsRole::Server);
    pair.describe(DtlsRole::Server);

    for second in 0..=30 {
        pair.check(at(second), &Check::nominating()).ok();
        pair.tick(at(second));
    }

    assert_eq!(pair.events.last(), Some(&LineEvent::Ended(LineEnd::DtlsTimeout)));
}

#[test]
fn goodbyes_travel_both_ways() {
    let mut ours = Pair::connected(DtlsRole::Server);
    ours.line.close(at(1));
    ours.settle(at(1));
    assert!(ours.client.is_closed);
    assert_eq!(ours.events.last(), Some(&LineEvent::Ended(LineEnd::ClosedByUs)));

    let mut theirs = Pair::connected(DtlsRole::Server);
    theirs.client.close();
    theirs.settle(at(1));
    assert_eq!(theirs.events.last(), Some(&LineEvent::Ended(LineEnd::ClosedByPeer)));
}

#[test]
fn a_closed_line_answers_nothing() {
    let mut pair = Pair::connected(DtlsRole::Server);
    pair.line.close(at(1));

    assert_eq!(pair.check(at(1), &Check::nominating()), Err(DropReason::PeerGone));
    assert_eq!(pair.line.handle_dtls(at(1), tuple(PATH), &[22; 50]), Err(DropReason::PeerGone));
}

#[test]
fn given_keys_open_a_line_without_a_handshake() {
    let (mut one, mut other) = (line(), line());
    let keys = keys(SrtpProfile::AeadAes128Gcm);
    one.install_keys(epoch(), tuple(1), DtlsRole::Server, &keys);
    other.install_keys(epoch(), tuple(2), DtlsRole::Client, &keys);

    let mut packet = rtp(1, 1, b"media");
    packet.resize(17 + 16, 0);
    let len = one.encrypt_rtp(ExtSeqNo::starting_at(SeqNo(1)), &mut packet, 17).unwrap();
    let plain = other.decrypt_rtp(epoch(), tuple(2), &mut packet[..len]).unwrap();
    let mut report = vec![0x80, 201, 0, 1, 0, 0, 0, 1];
    report.resize(8 + 20, 0);
    let len = other.encrypt_rtcp(&mut report, 8).unwrap();

    assert_eq!(packet[..plain], rtp(1, 1, b"media"));
    assert_eq!(one.decrypt_rtcp(epoch(), tuple(1), &mut report[..len]), Ok(8));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    /// Every datagram of a handshake is damaged, cut, repeated or put off in some way.
    #[test]
    fn no_damage_to_a_handshake_makes_it_panic(
        damage in proptest::collection::vec((0..40usize, 0..1500usize, 0..=255u8, 0..5u8), 1..12),
        only_12: bool,
        is_client: bool,
    ) {
        let our_role = if is_client { DtlsRole::Client } else { DtlsRole::Server };
        let their_role = if is_client { DtlsRole::Server } else { DtlsRole::Client };
        let mut pair = Pair::new(our_role);
        if only_12 {
            pair.client = DtlsClient::new(their_role, DtlsVersions::Only12);
        }
        pair.describe(our_role);
        let _ = pair.check(at(0), &Check::nominating());
        let (mut number, mut room) = (0, [0; HANDSHAKE_MTU]);

        for round in 0..12 {
            let now = epoch() + round * Duration::from_millis(150);
            for mut datagram in std::mem::take(&mut pair.client.outgoing) {
                for &(_, at, value, kind) in damage.iter().filter(|(which, ..)| *which == number) {
                    let at = at % datagram.len();
                    match kind {
                        0 | 1 => datagram[at] = value,
                        2 => datagram.truncate(at.max(1)),
                        3 => datagram.insert(at, value),
                        _ => drop(pair.line.handle_dtls(now, pair.path, &datagram)),
                    }
                }
                number += 1;
                let _ = pair.line.handle_dtls(now, pair.path, &datagram);
            }
            while let Some((_, len)) = pair.line.poll_transmit(&mut room) {
                pair.client.handle_datagram(now, &room[..len]);
            }
            pair.line.handle_timeout(now);
            pair.client.handle_timeout(now);
        }
    }
}
