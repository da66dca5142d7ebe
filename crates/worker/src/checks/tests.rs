use std::net::SocketAddr;

use switchyard_bus::command::Command;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::datagram::{MAX_DATAGRAM, Tuple};
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::line::{DtlsRole, IceCredentials};
use switchyard_vocab::rtp::Ssrc;
use switchyard_wire::stun::{Outcome, Role};

use crate::testing::call::{Call, Viewer};
use crate::testing::{FIRST_PORT, World};

/// Addresses nobody knows.
fn stranger(number: u32) -> Tuple {
    let [a, b, c, d] = number.to_be_bytes();
    Tuple {
        local: SocketAddr::from(([192, 0, 2, 1], FIRST_PORT)),
        remote: SocketAddr::from(([203 + a, 0, b, c], 20_000 + u16::from(d))),
    }
}

/// A call with one viewer that has been going on for a second.
fn running_call() -> (Call, Viewer) {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(1_000);
    (call, viewer)
}

/// Lets bad datagrams come in while a call goes on; it must not notice, and nothing may be kept.
fn assert_harmless(call: &mut Call, viewer: &Viewer, bad: Vec<(Tuple, Vec<u8>)>, reason: DropReason) -> u64 {
    let tables = call.world.tables(0);
    let (before, sent) = (call.world.drops(0, reason), call.world.nowhere.len());
    let seen = call.seen(viewer).len();
    for chunk in bad.chunks(100) {
        chunk.iter().for_each(|(path, bytes)| call.world.inject(*path, bytes.clone()));
        call.run(10);
    }
    call.run(1_000);

    call.assert_unharmed(viewer);
    assert!(call.seen(viewer).len() >= seen + 66, "the picture goes on");
    assert_eq!(call.world.tables(0), tables);
    assert_eq!(call.world.nowhere.len(), sent, "strangers hear nothing");
    call.world.drops(0, reason) - before
}

#[test]
fn junk_of_every_first_byte_is_dropped_and_counted() {
    let (mut call, viewer) = running_call();
    let mut bad = Vec::new();
    for first in 0..=255_u8 {
        for len in [1, 2, 8, 20, 200, MAX_DATAGRAM] {
            let bytes = (0..len).map(|at| first.wrapping_add((at * 7) as u8)).collect();
            bad.push((stranger(u32::from(first) * 8 + len as u32 % 7), bytes));
        }
    }
    let count = bad.len() as u64;
    let unknown = call.world.drops(0, DropReason::UnknownAddress);

    let strange = assert_harmless(&mut call, &viewer, bad, DropReason::NotWebRtc);

    let unknown = call.world.drops(0, DropReason::UnknownAddress) - unknown;
    assert_eq!(strange + unknown, count, "each of them is counted once");
    assert_eq!(unknown, 44 * 6 + 64 * 5, "DTLS is 20 to 63, media is 128 to 191 and longer than a byte");
}

#[test]
fn junk_from_a_known_address_changes_nothing() {
    let (mut call, viewer) = running_call();
    let path = call.client(&viewer).path;
    let publisher = call.publisher().path;
    let junk =
        |first: u8| (0..100_u32).map(|at| if at == 0 { first } else { (at * 31) as u8 }).collect::<Vec<u8>>();
    let bad = (0..=255).flat_map(|first| [(path, junk(first)), (publisher, junk(first))]).collect();

    let unauthentic = assert_harmless(&mut call, &viewer, bad, DropReason::Unauthentic);

    assert!(unauthentic > 0);
}

#[test]
fn datagrams_that_are_too_long_are_dropped() {
    let (mut call, viewer) = running_call();
    let path = call.publisher().path;
    let bad = vec![(path, vec![0x80; MAX_DATAGRAM + 1]), (path, vec![22; 65_000])];

    assert_eq!(assert_harmless(&mut call, &viewer, bad, DropReason::TooLong), 2);
}

#[test]
fn truncated_checks_are_dropped() {
    let (mut call, viewer) = running_call();
    let client = call.client(&viewer);
    let whole = client.check_with(&client.server_ice);
    // Less than a header is not even STUN.
    let bad: Vec<_> = (20..whole.len()).map(|len| (stranger(len as u32), whole[..len].to_vec())).collect();
    let count = bad.len() as u64;

    assert_eq!(assert_harmless(&mut call, &viewer, bad, DropReason::MalformedStun), count);
}

#[test]
fn a_check_for_nobody_is_not_answered() {
    let (mut call, viewer) = running_call();
    let client = call.client(&viewer);
    let pwd = client.server_ice.pwd.clone();
    let ufrags = ["0000000000nobody", "00nobodynobodynobo", "01nobodynobodynobo", "", "ffnobodynobodynobo"];
    let check = |ufrag: &str| client.check_with(&IceCredentials { ufrag: ufrag.into(), pwd: pwd.clone() });
    let bad: Vec<_> = ufrags.iter().map(|ufrag| (stranger(1), check(ufrag))).collect();

    assert_eq!(assert_harmless(&mut call, &viewer, bad, DropReason::UnknownUfrag), 5);
}

#[test]
fn a_request_of_another_method_is_not_answered() {
    let (mut call, viewer) = running_call();
    let client = call.client(&viewer);
    let mut ping = client.check_with(&client.server_ice);
    ping[..2].copy_from_slice(&0x0200_u16.to_be_bytes());

    assert_eq!(assert_harmless(&mut call, &viewer, vec![(stranger(1), ping)], DropReason::StunUnexpected), 1);
}

#[test]
fn a_check_with_a_wrong_password_is_refused_and_binds_no_address() {
    let (mut call, viewer) = running_call();
    let tables = call.world.tables(0);
    let client = call.client(&viewer);
    let wrong = IceCredentials { pwd: "a guess that is long enough".into(), ..client.server_ice.clone() };
    let mut elsewhere = client.path;
    elsewhere.remote = SocketAddr::from(([198, 51, 100, 250], 4_000));
    client.addresses.push(elsewhere.remote);
    client.answers.clear();
    let check = client.check_with(&wrong);

    call.world.inject(elsewhere, check);
    call.run(20);

    // It is the last one that may be signed: who is refused has proved nothing.
    assert_eq!(call.client(&viewer).answers, [(Outcome::Error(401), false)]);
    assert_eq!(call.world.drops(0, DropReason::StunUnauthentic), 1);
    assert_eq!(call.world.tables(0), tables);
    call.assert_unharmed(&viewer);
}

#[test]
fn a_client_that_believes_to_be_controlled_is_told_of_the_conflict() {
    let mut world = World::of(1);
    let client = world.announce(0);
    world.clients[client].role = Role::Controlled(1);

    world.clients[client].check();
    world.settle();

    assert_eq!(world.clients[client].answers, [(Outcome::Error(487), true)]);
    assert_eq!(world.tables(0).addresses, 0);
}

#[test]
fn a_flood_of_checks_from_one_address_is_limited() {
    let (mut call, viewer) = running_call();
    let client = call.client(&viewer);
    let check = client.check_with(&IceCredentials { pwd: "wrong".repeat(8), ..client.server_ice.clone() });
    let from = stranger(1);

    for _ in 0..50 {
        (0..100).for_each(|_| call.world.inject(from, check.clone()));
        call.run(10);
    }

    let answered = call.world.nowhere.len();
    assert!(answered < 600, "{answered} of 5000 were answered");
    assert_eq!(call.world.drops(0, DropReason::StunRateLimited) as usize, 5_000 - answered);
    call.assert_unharmed(&viewer);
}

#[test]
fn a_client_that_moves_goes_on_where_it_is() {
    let (mut call, viewer) = running_call();

    call.client(&viewer).move_to(SocketAddr::from(([203, 0, 113, 9], 999)));
    call.run(2_000);

    call.assert_unharmed(&viewer);
    assert_eq!(call.world.tables(0).addresses, 3);
}

/// A check that somebody makes with its own credentials, from another's address.
fn theft(call: &mut Call, thief: usize) -> Vec<u8> {
    let thief = &call.world.clients[thief];
    thief.check_with(&thief.server_ice)
}

#[test]
fn the_address_of_a_peer_that_is_heard_cannot_be_claimed() {
    let mut call = Call::on(1);
    let (viewer, thief) = (call.join(0), call.join(0));
    call.run(1_000);
    let (path, answers) = (call.publisher().path, call.publisher().answers.len());
    let claim = theft(&mut call, thief.client);

    for _ in 0..500 {
        call.world.inject(path, claim.clone());
        call.run(10);
    }

    call.assert_unharmed(&viewer);
    assert_eq!(call.world.drops(0, DropReason::AddressHeld), 500);
    // Its own checks were answered, nothing else came.
    assert!(call.publisher().answers.len() - answers <= 3);
    assert_eq!(call.world.tables(0).addresses, 3);
}

#[test]
fn a_check_that_has_to_cross_claims_no_address_either() {
    let mut call = Call::on(2);
    let (viewer, thief) = (call.join(0), call.join(1));
    call.run(1_000);
    let path = call.publisher().path;
    let claim = theft(&mut call, thief.client);

    call.world.inject(path, claim);
    call.run(1_000);

    call.assert_unharmed(&viewer);
    assert_eq!(call.world.drops(0, DropReason::AddressHeld), 1);
}

#[test]
fn whoever_comes_after_a_silent_peer_has_its_address_after_seconds() {
    let mut call = Call::on(1);
    let left = call.join(0);
    call.run(1_000);
    let path = call.client(&left).path;
    call.client(&left).fall_silent();
    let next = call.world.announce(0);
    call.world.clients[next].path = path;

    // What is answered there comes to whoever of the two is asked first: that makes no difference here.
    let answers = |call: &mut Call| call.client(&left).answers.len();
    let (before, mut waited) = (answers(&mut call), 0);
    while answers(&mut call) == before {
        assert!(waited <= 6_000, "it never got the address");
        call.run(500);
        waited += 500;
        call.world.clients[next].check();
        call.run(10);
    }

    assert!(waited > 4_000, "the peer that was there had it for a while");
}

#[test]
fn an_address_that_was_claimed_by_checks_alone_is_lost_to_its_owner() {
    let mut call = Call::on(1);
    let thief = call.join(0);
    call.run(1_000);
    let id = call.world.announce(0);
    let path = call.world.clients[id].path;
    let claim = theft(&mut call, thief.client);
    call.world.inject(path, claim);
    call.run(10);
    let remote = call.world.clients[id].remote_line(DtlsRole::Server, None);
    let peer = call.world.clients[id].id;
    call.world.command(0, Command::ConnectPeer { peer, remote });

    let now = call.world.now;
    call.world.clients[id].begin(now);
    call.run(500);

    assert!(call.world.clients[id].is_open());
    let claim = theft(&mut call, thief.client);
    call.world.inject(path, claim);
    call.run(10);
    assert_eq!(call.world.drops(0, DropReason::AddressHeld), 1, "from now on it is its own");
}

#[test]
fn a_nomination_under_a_made_up_address_gets_no_media() {
    let (mut call, viewer) = running_call();
    let client = call.client(&viewer);
    let check = client.check_with(&client.server_ice);
    let victim = stranger(1);

    for _ in 0..100 {
        call.world.inject(victim, check.clone());
        call.run(20);
        // It reports now and then, as every receiver does.
        call.client(&viewer).report(|out| out.receiver_report(Ssrc(1), &[]).expect("room"));
    }

    call.assert_unharmed(&viewer);
    assert_eq!(call.world.nowhere.len(), 100, "answers to the checks, and nothing else");
}

#[test]
fn a_client_that_moves_is_followed_with_its_first_report() {
    let (mut call, viewer) = running_call();
    let elsewhere = SocketAddr::from(([203, 0, 113, 9], 999));
    let before = call.client(&viewer).path;
    let send_path_of = |call: &Call| {
        let worker = &call.world.desks[0].worker;
        let id = call.world.clients[viewer.client].id;
        worker.peers.by_id(id).and_then(|key| worker.peers.get(key)?.line.send_path())
    };

    call.client(&viewer).move_to(elsewhere);
    call.run(10);
    assert_eq!(send_path_of(&call), Some(before));
    call.client(&viewer).report(|out| out.receiver_report(Ssrc(1), &[]).expect("room"));
    call.run(10);

    assert_eq!(send_path_of(&call), Some(Tuple { remote: elsewhere, ..before }));
}

#[test]
fn a_handshake_opens_a_line() {
    let mut world = World::of(1);
    let client = world.shake_hands(0, None);
    world.run(500);

    assert!(world.clients[client].is_open());
    assert_eq!(world.counters(0).lines_opened, 1);
}

#[test]
fn dtls_from_an_address_that_no_check_proved_is_dropped() {
    let (mut call, viewer) = running_call();
    let hello: Vec<u8> =
        [22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 1].into_iter().chain([0; 40]).collect();
    let bad: Vec<_> = (0..2_000).map(|number| (stranger(number), hello.clone())).collect();

    assert_eq!(assert_harmless(&mut call, &viewer, bad, DropReason::UnknownAddress), 2_000);
}

#[test]
fn a_wrong_fingerprint_ends_the_line_before_any_media() {
    let (mut call, viewer) = running_call();

    let client = call.world.shake_hands(0, Some(vec![7; 32]));
    call.run(1_000);

    assert_eq!(call.world.ends(0), [LineEnd::FingerprintMismatch]);
    assert_eq!(call.world.counters(0).lines_opened, 2, "those of the call");
    let client = &call.world.clients[client];
    assert!(client.ended.is_some(), "it is told");
    assert_eq!((client.rtp.len(), client.rtcp.len(), client.undecryptable), (0, 0, 0));
    assert_eq!(call.world.tables(0).peers, 2);
    call.assert_unharmed(&viewer);
}

#[test]
fn junk_instead_of_a_handshake_hurts_only_who_sends_it() {
    let (mut call, viewer) = running_call();
    let client = call.world.announce(0);
    let remote = call.world.clients[client].remote_line(DtlsRole::Server, None);
    let peer = call.world.clients[client].id;
    call.world.command(0, Command::ConnectPeer { peer, remote });
    call.world.clients[client].check();
    call.run(10);

    for number in 0..2_000_u32 {
        let mut junk = vec![22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 1];
        junk.extend((0..40).map(|at| (number * 37 + at * 11) as u8));
        call.world.clients[client].send(junk);
        if number % 20 == 0 {
            call.run(10);
        }
    }
    call.run(1_000);

    call.assert_unharmed(&viewer);
    assert_eq!(call.world.tables(0).handshakes, 0);
}

#[test]
fn a_flood_of_records_from_one_peer_holds_back_nobodys_handshake() {
    let (mut call, viewer) = running_call();
    let overload = call.world.drops(0, DropReason::DtlsOverload);
    let junk = |seed: u32| (0..60_u32).map(move |at| if at == 0 { 22 } else { (seed * 37 + at * 11) as u8 });
    let flood = |call: &mut Call, seed: u32| {
        (0..1_000).for_each(|record| call.client(&viewer).send(junk(seed + record).collect()));
    };

    flood(&mut call, 0);
    let client = call.world.shake_hands(0, None);
    for round in 1..5 {
        flood(&mut call, round * 1_000);
        call.run(10);
    }

    assert!(call.world.clients[client].is_open());
    assert!(call.world.drops(0, DropReason::DtlsOverload) - overload > 4_000);
    assert_eq!(call.world.tables(0).handshakes, 0);
    call.run(500);
    call.assert_unharmed(&viewer);
}

#[test]
fn strays_that_push_others_out_are_counted() {
    let mut call = Call::on(2);
    let far = call.join(1);
    call.run(100);
    let client = call.client(&far);
    let check = client.check_with(&client.server_ice);

    for number in 0..2_000 {
        call.world.inject(stranger(number), check.clone());
        call.run(10);
    }

    // Each address has a budget of its own, so all of them came through.
    let tables = call.world.tables(0);
    assert_eq!(
        call.world.counters(0).stray_addresses_evicted as usize,
        2_000 + tables.peers - tables.addresses
    );
}
