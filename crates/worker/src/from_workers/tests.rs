use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::line::DtlsRole;
use switchyard_vocab::rtp::Ssrc;
use switchyard_wire::rtcp::RtcpPacket;

use crate::testing::World;
use crate::testing::call::{Call, Viewer, assert_consecutive};
use crate::testing::source::{publisher_extensions, receive_section};

fn call_across() -> (Call, Viewer) {
    let mut call = Call::on(2);
    let viewer = call.join(1);
    call.run(1_000);
    (call, viewer)
}

/// Packets that cross in a second.
fn crossing(call: &mut Call) -> u64 {
    let before = call.world.counters(0).crossed.packets;
    call.run(1_000);
    call.world.counters(0).crossed.packets - before
}

#[test]
fn a_call_crosses_to_another_worker_whole() {
    let (mut call, viewer) = call_across();
    let near = call.join(0);
    call.run(5_000);

    call.assert_unharmed(&viewer);
    call.assert_unharmed(&near);
    assert_eq!(call.world.tables(1).mirrors, 2);
}

#[test]
fn a_publication_crosses_once_for_all_who_watch_there() {
    let (mut call, _) = call_across();
    let one = crossing(&mut call);
    let more: Vec<_> = (0..4).map(|_| call.join(1)).collect();
    call.run(1_000);

    let many = crossing(&mut call);

    assert!(many <= one + 4, "{one} for one, {many} for five");
    more.iter().for_each(|viewer| call.assert_unharmed(viewer));
}

#[test]
fn only_wanted_layers_cross() {
    let (mut call, viewer) = call_across();
    let sound_and_one_layer = 50 + 2 * 34;
    for layer in [2, 0, 1] {
        call.prefer(1, &viewer.video, layer);
        call.run(1_500);

        let crossed = crossing(&mut call);

        assert!((100..=sound_and_one_layer).contains(&crossed), "{crossed} of layer {layer}");
    }
    call.assert_unharmed(&viewer);
}

#[test]
fn layers_and_clocks_cross() {
    let (mut call, viewer) = call_across();
    call.run(3_000);

    for section in [&viewer.audio, &viewer.video] {
        let is_about = |packet: &RtcpPacket<'_>| matches!(packet, RtcpPacket::SenderReport(report) if report.info.ssrc == section.ssrc);
        assert!(call.client(&viewer).heard(is_about) > 0);
    }
    let told = |worker: usize| {
        let told = call.world.desks[worker].told.iter();
        told.filter(|event| matches!(event, Event::PublicationChanged { .. })).count()
    };
    assert!(told(0) > 0);
    assert_eq!(told(1), 0, "a mirror's layers are its home's to tell");
}

/// When sender reports about a stream came, in milliseconds from `since`.
fn reports_since(call: &mut Call, viewer: &Viewer, ssrc: Ssrc, since: Instant) -> Vec<u128> {
    let heard = call
        .client(viewer)
        .heard_at(|packet| matches!(packet, RtcpPacket::SenderReport(report) if report.info.ssrc == ssrc));
    heard.into_iter().filter(|&at| at >= since).map(|at| (at - since).as_millis()).collect()
}

#[test]
fn clocks_cross_as_soon_as_another_worker_wants_the_publication() {
    let mut call = Call::on(2);
    call.run(1_100);

    let viewer = call.join(1);
    let joined = call.world.now;
    call.run(500);

    for section in [&viewer.audio, &viewer.video] {
        let reports = reports_since(&mut call, &viewer, section.ssrc, joined);
        assert!(reports.first().is_some_and(|&first| first < 200), "{reports:?}");
    }
}

#[test]
fn clocks_cross_again_when_a_publication_is_unmuted() {
    let mut call = Call::on(2);
    call.run(1_050);
    let viewer = call.join(1);
    call.run(250);
    let publication = call.audio.publication;

    call.world.command(0, Command::SetMuted { publication, muted: true });
    call.run(100);
    call.world.command(0, Command::SetMuted { publication, muted: false });
    let unmuted = call.world.now;
    // The publisher's own next report is still more than half a second away.
    call.run(500);

    let reports = reports_since(&mut call, &viewer, viewer.audio.ssrc, unmuted);
    assert!(reports.first().is_some_and(|&first| first < 400), "{reports:?}");
}

#[test]
fn nobody_watching_any_more_stops_the_flow_and_drops_the_mirror() {
    let (mut call, viewer) = call_across();

    call.unsubscribe(1, &viewer.video);
    assert!(crossing(&mut call) <= 51, "sound alone");
    assert_eq!(call.world.tables(1).mirrors, 1);
    call.unsubscribe(1, &viewer.audio);
    assert_eq!(crossing(&mut call), 0);

    let tables = call.world.tables(1);
    assert_eq!((tables.mirrors, tables.subscriptions), (0, 0));
    let again = call.watch(1, viewer.client);
    call.run(1_000);
    call.assert_unharmed(&again);
}

#[test]
fn demand_that_is_faster_than_the_publication_is_kept() {
    let mut call = Call::on(2);
    let viewer = call.world.open(1);
    let publication = switchyard_vocab::ids::PublicationId(call.world.fresh());
    let section = call.subscribe(1, viewer, publication, Codec::Opus, false);
    assert_eq!(call.world.tables(0).early_demand, 1);

    call.audio.publication = publication;
    call.audio.ssrc = 1_001;
    call.publish();
    assert_eq!(call.world.tables(0).early_demand, 0);
    call.run(500);

    assert_eq!(call.stream(viewer, Some(section.ssrc)).len(), 25);
}

#[test]
fn demand_beyond_what_is_kept_is_counted() {
    let mut call = Call::on(2);
    let viewer = call.world.open(1);

    for _ in 0..1_030 {
        let publication = switchyard_vocab::ids::PublicationId(call.world.fresh());
        call.subscribe(1, viewer, publication, Codec::Opus, false);
    }

    assert_eq!(call.world.tables(0).early_demand, 1_024);
    assert_eq!(call.world.counters(0).early_demands_dropped, 6);
}

#[test]
fn demand_that_found_no_room_is_told_again() {
    let mut call = Call::on(2);
    let viewer = call.world.open(1);
    let others: Vec<_> = (0..1_024)
        .map(|_| {
            let publication = switchyard_vocab::ids::PublicationId(call.world.fresh());
            call.subscribe(1, viewer, publication, Codec::Opus, false)
        })
        .collect();
    let publication = switchyard_vocab::ids::PublicationId(call.world.fresh());
    let section = call.subscribe(1, viewer, publication, Codec::Opus, false);
    assert!(call.world.counters(0).early_demands_dropped > 0);
    others.iter().for_each(|other| call.unsubscribe(1, other));

    call.audio.publication = publication;
    call.audio.ssrc = 1_001;
    call.publish();
    call.run(1_500);

    assert!(call.stream(viewer, Some(section.ssrc)).len() >= 25);
}

#[test]
fn demand_for_what_never_comes_is_forgotten_with_its_subscription() {
    let mut call = Call::on(2);
    let viewer = call.world.open(1);
    let publication = switchyard_vocab::ids::PublicationId(call.world.fresh());
    let section = call.subscribe(1, viewer, publication, Codec::Opus, false);

    call.unsubscribe(1, &section);

    assert_eq!(call.world.tables(0).early_demand, 0);
    assert_eq!(call.world.tables(1).mirrors, 0);
}

#[test]
fn a_publisher_that_leaves_takes_nobody_elses_tables_with_it() {
    let (mut call, viewer) = call_across();
    let peer = call.publisher().id;

    call.world.command(0, Command::ClosePeer { peer });
    call.world.run(100);
    call.unsubscribe(1, &viewer.audio);
    call.unsubscribe(1, &viewer.video);

    let tables = call.world.tables(0);
    assert_eq!((tables.peers, tables.publications, tables.early_demand), (0, 0, 0));
    assert_eq!(call.world.tables(1).mirrors, 0);
}

#[test]
fn a_full_lane_is_counted_and_blocks_nobody() {
    let (mut call, far) = call_across();
    let near = call.join(0);
    call.run(1_000);

    call.world.desks[1].is_frozen = true;
    call.run(3_000);
    let dropped = call.world.drops(0, DropReason::LaneFull);
    assert!(dropped > 100, "{dropped}");
    call.assert_unharmed(&near);
    call.world.desks[1].is_frozen = false;
    call.world.settle();
    call.run(2_000);

    let before = call.heard(&far).len();
    call.run(1_000);
    assert_eq!(call.heard(&far).len(), before + 50, "it goes on");
    assert_consecutive(&call.transport_numbers(far.client));
    assert_eq!(call.world.drops(0, DropReason::LaneFull), dropped);
}

#[test]
fn what_a_turn_leaves_on_a_lane_makes_the_next_one_come_at_once() {
    let (mut call, far) = call_across();
    call.world.desks[1].is_frozen = true;
    call.run(500);
    let before = call.heard(&far).len();

    call.world.desks[1].is_frozen = false;
    call.world.settle();

    assert_eq!(call.heard(&far).len(), before + 25);
}

#[test]
fn a_check_on_the_wrong_port_reaches_its_owner_and_what_follows_does_too() {
    let mut call = Call::on(2);
    let client = call.world.announce(1);
    call.world.clients[client].path.local.set_port(crate::testing::FIRST_PORT);
    let remote = call.world.clients[client].remote_line(DtlsRole::Server, None);
    let peer = call.world.clients[client].id;
    call.world.command(1, Command::ConnectPeer { peer, remote });
    call.world.settle();

    let now = call.world.now;
    call.world.clients[client].begin(now);
    call.run(1_000);
    assert!(call.world.clients[client].is_open());
    let viewer = call.watch(1, client);
    call.run(1_000);

    call.assert_unharmed(&viewer);
    assert_eq!(call.world.tables(0).addresses, 2, "the publisher's and the stray's");
}

#[test]
fn strangers_that_name_another_worker_fill_neither_its_lane_nor_our_table() {
    let mut world = World::of(2);
    let client = world.announce(0);
    let credentials = switchyard_vocab::line::IceCredentials {
        ufrag: "01nobodynobodynobo".into(),
        pwd: "a guess that is long enough".into(),
    };
    let check = world.clients[client].check_with(&credentials);
    for port in 1_000..60_000 {
        let mut path = world.clients[client].path;
        path.remote.set_port(port);
        world.inject(path, check.clone());
    }

    world.run(1_000);

    assert!(world.tables(0).addresses <= 600);
    assert!(world.drops(1, DropReason::UnknownUfrag) <= 600);
    assert!(world.drops(0, DropReason::StunRateLimited) > 58_000);
    assert_eq!(world.nowhere.len(), 0);
}

#[test]
fn a_receiver_of_many_sections_is_told_about_all_of_them() {
    let mut call = Call::on(1);
    let ids: Vec<_> = (0..50).map(|_| switchyard_vocab::ids::PublicationId(call.world.fresh())).collect();
    let sections = ids.iter().map(|&id| receive_section(id, Codec::Opus, &[])).collect();
    let extensions = publisher_extensions();
    call.receive(switchyard_vocab::negotiated::Receiving { extensions, sections });
    for round in 0..100 {
        for (index, &id) in ids.iter().enumerate() {
            let mut source = crate::testing::source::Source::audio(id, 9_000 + index as u32);
            source.seq += round;
            let packet = source.sound();
            call.publisher().send_rtp(&packet);
        }
        call.world.run(20);
    }

    let is_told = |ssrc: u32| {
        call.world.clients[call.publisher].heard(|packet| match packet {
            RtcpPacket::ReceiverReport(report) => report.blocks.into_iter().any(|block| block.ssrc.0 == ssrc),
            _ => false,
        })
    };
    assert!((9_000..9_050).all(|ssrc| is_told(ssrc) > 0));
}
