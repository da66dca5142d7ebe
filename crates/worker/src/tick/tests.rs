use switchyard_bus::command::Command;
use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::line::DtlsRole;

use crate::testing::call::Call;
use crate::testing::{FIRST_PORT, World};

/// Turns that a worker takes in so many seconds.
fn turns_of(world: &mut World, worker: usize, seconds: u32) -> u32 {
    let before = world.desks[worker].turns;
    world.run(u64::from(seconds) * 1_000);
    world.desks[worker].turns - before
}

#[test]
fn a_worker_without_peers_hardly_takes_turns() {
    let mut world = World::of(2);

    let turns = turns_of(&mut world, 0, 10);

    assert!(turns < 50, "{turns} turns in ten seconds");
}

#[test]
fn open_lines_on_which_nothing_happens_cost_their_checks_only() {
    let mut world = World::of(1);
    let clients: Vec<_> = (0..10).map(|_| world.shake_hands(0, None)).collect();
    world.run(1_000);
    assert!(clients.iter().all(|&client| world.clients[client].is_open()));

    let turns = turns_of(&mut world, 0, 20);

    // Every client checks each 2.5 s, and twice a second the counters are told.
    assert!(turns < 20 * 2 + 20 * 10, "{turns} turns in twenty seconds");
}

#[test]
fn lines_that_never_open_cost_nothing_while_they_wait() {
    let mut world = World::of(1);
    (0..10).for_each(|_| {
        world.announce(0);
    });
    world.settle();

    let turns = turns_of(&mut world, 0, 10);

    assert!(turns < 50, "{turns} turns in ten seconds");
}

#[test]
fn a_running_call_never_keeps_a_worker_spinning() {
    let mut call = Call::on(2);
    let viewers: Vec<_> = [0, 0, 1].map(|worker| call.join(worker)).into();
    call.run(2_000);
    let before = [0, 1].map(|worker| call.world.desks[worker].turns);

    call.run(10_000);

    for (worker, before) in before.into_iter().enumerate() {
        let turns = call.world.desks[worker].turns - before;
        assert!(turns < 10 * 600, "{turns} turns of worker {worker} in ten seconds");
    }
    viewers.iter().for_each(|viewer| call.assert_unharmed(viewer));
}

#[test]
fn what_a_turn_found_on_a_lane_is_remembered_until_it_is_told() {
    let mut world = World::of(1);
    let mute = Command::SetMuted { publication: PublicationId(9), muted: true };
    world.command(0, mute.clone());
    world.settle();

    (0..10).for_each(|_| world.command(0, mute.clone()));
    world.settle();
    world.command(0, mute);
    world.settle();
    let before = world.counters(0).lane_depths.command;
    world.run(1_000);

    assert_eq!((before, world.counters(0).lane_depths.command), (10, 0));
}

#[test]
fn after_the_talk_is_over_a_worker_rests() {
    let mut call = Call::on(2);
    let _ = [0, 1].map(|worker| call.join(worker));
    call.run(3_000);
    call.world.run(3_000);

    for worker in 0..2 {
        let turns = turns_of(&mut call.world, worker, 10);
        assert!(turns < 10 * 12, "{turns} turns of worker {worker} in ten seconds");
    }
}

#[test]
fn a_burst_of_handshakes_is_spread_over_turns_and_checks_do_not_wait_for_it() {
    let mut world = World::of(1);
    let waiting = world.announce(0);
    let clients: Vec<_> = (0..30).map(|_| world.announce(0)).collect();
    for &client in &clients {
        let remote = world.clients[client].remote_line(DtlsRole::Server, None);
        let peer = world.clients[client].id;
        world.command(0, Command::ConnectPeer { peer, remote });
    }
    world.settle();

    let now = world.now;
    clients.iter().for_each(|&client| world.clients[client].begin(now));
    world.clients[waiting].check();
    world.deliver();
    world.turn(0);

    assert!(world.tables(0).handshakes >= 30 - 8, "{:?}", world.tables(0));
    assert_eq!(world.clients[waiting].answers.len(), 1);
    world.run(1_000);
    assert_eq!(world.tables(0).handshakes, 0);
    assert!(clients.iter().all(|&client| world.clients[client].is_open()));
}

#[test]
fn handshakes_that_another_worker_hands_over_have_no_budget_of_their_own() {
    let mut world = World::of(2);
    let clients: Vec<_> = (0..30).map(|_| world.announce(1)).collect();
    for &client in &clients {
        world.clients[client].path.local.set_port(FIRST_PORT);
        let remote = world.clients[client].remote_line(DtlsRole::Server, None);
        let peer = world.clients[client].id;
        world.command(1, Command::ConnectPeer { peer, remote });
    }
    world.settle();

    let now = world.now;
    clients.iter().for_each(|&client| world.clients[client].begin(now));
    world.deliver();
    world.turn(0);
    world.turn(1);

    assert!(world.tables(1).handshakes >= 30 - 8, "{:?}", world.tables(1));
    world.run(1_000);
    assert!(clients.iter().all(|&client| world.clients[client].is_open()));
}
