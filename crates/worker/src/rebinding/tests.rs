use std::net::SocketAddr;

use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::rtp::Ssrc;

use crate::testing::call::{Call, Viewer};

fn running_call() -> (Call, Viewer) {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(1_000);
    (call, viewer)
}

/// The same host, another port.
fn rebound(path: Tuple) -> Tuple {
    let remote = SocketAddr::new(path.remote.ip(), path.remote.port() ^ 0x4000);
    Tuple { remote, ..path }
}

#[test]
fn a_publisher_whose_nat_rebinds_is_heard_again_before_its_next_check() {
    let (mut call, viewer) = running_call();
    let answers = call.publisher().answers.len();

    call.publisher().rebind();
    let before = call.heard(&viewer).len();
    call.run(500);

    assert!(call.heard(&viewer).len() - before >= 18, "a tenth of a second is lost");
    assert_eq!(call.publisher().answers.len(), answers, "no check was made");
    assert_eq!(call.world.counters(0).rebindings, 1);
}

#[test]
fn a_subscriber_whose_nat_rebinds_gets_media_again_with_its_next_report() {
    let (mut call, viewer) = running_call();
    call.client(&viewer).rebind();
    call.run(300);
    let before = call.heard(&viewer).len();

    call.client(&viewer).report(|out| out.receiver_report(Ssrc(7), &[]).expect("room"));
    call.run(100);

    assert!(call.heard(&viewer).len() > before + 3);
    assert_eq!(call.world.counters(0).rebindings, 1);
}

/// Lets neighbours open connections from `ports` each of one host and fall silent. Then the publisher comes there
/// and is rebound.
fn rebind_among(neighbours: u16, ports: u16) -> Call {
    let (mut call, _) = running_call();
    let host = [198, 51, 100, 200];
    for neighbour in 0..neighbours {
        let client = call.world.open(0);
        for port in 0..ports {
            let client = &mut call.world.clients[client];
            client.move_to(SocketAddr::from((host, 20_000 + 100 * neighbour + port)));
            call.world.run(10);
        }
        call.world.clients[client].fall_silent();
    }
    call.publisher().move_to(SocketAddr::from((host, 40_000)));
    call.run(500);
    call.publisher().rebind();
    call.run(500);
    call
}

#[test]
fn a_silent_neighbour_with_many_addresses_hides_nobody() {
    let call = rebind_among(1, 8);

    assert_eq!(call.world.counters(0).rebindings, 1);
}

#[test]
fn a_crowd_of_silent_neighbours_hides_nobody_for_long() {
    let call = rebind_among(20, 1);

    assert_eq!(call.world.counters(0).rebindings, 1);
}

#[test]
fn a_subscriber_on_another_path_gets_its_pictures_from_a_keyframe_on_without_asking() {
    let (mut call, viewer) = running_call();
    call.client(&viewer).rebind();
    call.run(1_500);
    let asked = call.publisher().plis().len();

    call.client(&viewer).report(|out| out.receiver_report(Ssrc(7), &[]).expect("room"));
    call.run(100);

    assert_eq!(call.publisher().plis().len(), asked + 1);
}

#[test]
fn a_peer_that_is_heard_is_not_followed() {
    let (mut call, viewer) = running_call();
    let path = rebound(call.publisher().path);

    for _ in 0..100 {
        let sound = call.publisher().sent.last().cloned().expect("it sends");
        call.world.inject(path, sound);
        call.run(10);
    }

    call.assert_unharmed(&viewer);
    assert_eq!(call.world.counters(0).rebindings, 0);
    assert_eq!(call.world.tables(0).addresses, 2);
}

#[test]
fn what_was_recorded_moves_nobody() {
    let (mut call, _) = running_call();
    let (path, recorded) = (rebound(call.publisher().path), call.publisher().sent.clone());
    call.world.run(200);

    recorded.iter().rev().for_each(|bytes| call.world.inject(path, bytes.clone()));
    call.world.run(10);

    assert_eq!(call.world.counters(0).rebindings, 0);
    assert!(call.world.drops(0, DropReason::UnknownAddress) > 0);
    assert_eq!(call.world.tables(0).addresses, 2);
}

#[test]
fn another_host_is_followed_by_its_check_alone() {
    let (mut call, _) = running_call();
    let elsewhere = Tuple { remote: SocketAddr::from(([203, 0, 113, 9], 999)), ..call.publisher().path };
    call.publisher().path = elsewhere;

    call.run(500);

    assert_eq!(call.world.counters(0).rebindings, 0);
    assert!(call.world.drops(0, DropReason::UnknownAddress) > 10);
}
