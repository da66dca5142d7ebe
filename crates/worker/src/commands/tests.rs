use switchyard_bus::command::Command;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::line::IceCredentials;

use crate::testing::call::Call;
use crate::testing::{Tables, World};

fn close(world: &mut World, worker: usize, client: usize) {
    let peer = world.clients[client].id;
    world.command(worker, Command::ClosePeer { peer });
    world.settle();
}

#[test]
fn a_peer_that_never_comes_is_ended() {
    let mut world = World::of(1);
    world.announce(0);

    world.run(20_000);

    assert_eq!(world.ends(0), [LineEnd::IceTimeout]);
    assert_eq!(world.tables(0), Tables::default());
}

#[test]
fn a_peer_that_falls_silent_is_ended_with_all_it_published() {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(1_000);

    call.publisher().fall_silent();
    call.world.run(35_000);

    assert_eq!(call.world.ends(0), [LineEnd::ConsentLost]);
    let tables = call.world.tables(0);
    assert_eq!((tables.peers, tables.addresses, tables.publications), (1, 1, 0));
    call.unsubscribe(0, &viewer.audio);
    call.unsubscribe(0, &viewer.video);
    assert_eq!(call.world.tables(0).subscriptions, 0);
}

#[test]
fn media_without_checks_does_not_keep_a_line_open() {
    let mut call = Call::on(1);
    call.run(1_000);

    call.publisher().fall_silent();
    call.run(31_000);

    assert_eq!(call.world.ends(0), [LineEnd::ConsentLost]);
    assert!(call.world.drops(0, DropReason::UnknownAddress) > 0);
}

#[test]
fn closing_says_goodbye_and_forgets_everything() {
    let mut world = World::of(1);
    let client = world.shake_hands(0, None);
    world.run(500);
    let heard = world.clients[client].dtls_heard;

    close(&mut world, 0, client);

    assert_eq!(world.clients[client].dtls_heard, heard + 1);
    assert_eq!(world.clients[client].ended, Some(LineEnd::ClosedByPeer));
    assert_eq!(world.ends(0), [LineEnd::ClosedByUs]);
    assert_eq!(world.tables(0), Tables::default());
}

#[test]
fn five_hundred_joins_and_leaves_leave_nothing_behind() {
    let mut call = Call::on(2);
    call.join(0);
    call.run(500);
    let before = [0, 1].map(|worker| call.world.tables(worker));

    for round in 0..500 {
        let worker = round % 2;
        let viewer = call.join(worker);
        call.run(if round % 50 == 0 { 500 } else { 10 });
        if round % 3 == 0 {
            call.unsubscribe(worker, &viewer.audio);
        }
        close(&mut call.world, worker, viewer.client);
    }
    call.world.run(1_000);

    assert_eq!([0, 1].map(|worker| call.world.tables(worker)), before);
    for (worker, tables) in before.iter().enumerate() {
        let counters = call.world.counters(worker);
        let gauges = [counters.peers, counters.addresses, counters.subscriptions, counters.publications];
        let held = [tables.peers, tables.addresses, tables.subscriptions, tables.publications];
        assert_eq!(gauges, held.map(|count| count as u64));
        assert_eq!(counters.mirrors, 0);
    }
}

#[test]
fn everybody_leaving_leaves_no_table_and_no_timer() {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(1_000);

    close(&mut call.world, 0, call.publisher);
    close(&mut call.world, 0, viewer.client);
    call.world.run(1_000);

    assert_eq!(call.world.tables(0), Tables::default());
}

#[test]
fn handshakes_that_come_and_go_leave_nothing_behind() {
    let mut world = World::of(1);
    for _ in 0..20 {
        let client = world.shake_hands(0, None);
        world.run(100);
        close(&mut world, 0, client);
    }
    world.run(1_000);

    assert_eq!(world.counters(0).lines_opened, 20);
    assert_eq!(world.tables(0), Tables::default());
}

#[test]
fn shutting_down_says_goodbye_to_everybody_and_takes_nobody_in_any_more() {
    let mut world = World::of(1);
    let client = world.shake_hands(0, None);
    world.run(500);

    world.command(0, Command::Shutdown);
    world.announce(0);
    world.settle();

    assert_eq!(world.clients[client].ended, Some(LineEnd::ClosedByPeer));
    assert!(world.desks[0].is_finished);
}

#[test]
fn an_ice_restart_keeps_the_call() {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(1_000);
    let client = call.client(&viewer);
    let local = IceCredentials { ufrag: "00anewufraganewufr".into(), pwd: "another password of ours".into() };
    let remote = IceCredentials { ufrag: "again".into(), pwd: "another password of theirs".into() };
    let old = std::mem::replace(&mut client.server_ice, local.clone()).ufrag;
    client.ice = remote.clone();
    let peer = client.id;

    call.world.command(0, Command::RestartIce { peer, local, remote: Some(remote) });
    call.run(10);
    assert!(is_found(&call.world, &old), "until the new ones are used");
    call.client(&viewer).move_to(([203, 0, 113, 77], 7_777).into());
    call.run(40_000);

    call.assert_unharmed(&viewer);
    assert_eq!(call.world.tables(0).peers, 2);
    assert!(!is_found(&call.world, &old));
}

fn is_found(world: &World, ufrag: &str) -> bool {
    world.desks[0].worker.peers.by_ufrag(ufrag).is_some()
}

#[test]
fn an_ice_restart_that_never_completes_leaves_no_old_credentials() {
    let mut world = World::of(1);
    let client = world.open(0);
    let old = world.clients[client].server_ice.ufrag.clone();
    let local = IceCredentials { ufrag: "00anewufraganewufr".into(), pwd: "another password of ours".into() };
    let peer = world.clients[client].id;

    world.command(0, Command::RestartIce { peer, local: local.clone(), remote: None });
    world.run(19_000);
    assert!(is_found(&world, &old));
    world.run(2_000);

    assert!(!is_found(&world, &old));
    assert!(is_found(&world, &local.ufrag));
}

#[test]
fn commands_about_what_is_gone_are_ignored() {
    let mut call = Call::on(2);
    let viewer = call.join(0);
    close(&mut call.world, 0, viewer.client);
    close(&mut call.world, 0, viewer.client);

    call.prefer(0, &viewer.video, 1);
    call.unsubscribe(0, &viewer.video);
    call.watch(0, viewer.client);
    call.world.run(100);

    assert_eq!(call.world.tables(0).subscriptions, 0);
    assert_eq!(call.world.tables(0).peers, 1);
}
