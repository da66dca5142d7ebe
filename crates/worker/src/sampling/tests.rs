use std::time::Duration;

use switchyard_bus::command::Command;
use switchyard_vocab::ids::PeerId;
use switchyard_vocab::units::Bitrate;

use crate::testing::call::Call;

#[test]
fn everybody_who_looks_is_told_what_is_sent_to_each_subscriber() {
    let mut call = Call::on(1);
    let (watching, listening) = (call.join(0), call.join(0));
    call.unsubscribe(0, &listening.video);
    call.run(5_000);

    let downlinks = call.world.desks[0].downlinks.latest();

    let sent = |peer: PeerId| {
        let (_, figures) = downlinks.iter().find(|(one, _)| *one == peer).expect("it receives");
        figures.sent
    };
    let [all, sound] = [&watching, &listening].map(|viewer| sent(call.client(viewer).id));
    assert!(sound > Bitrate::kbps(20) && all > sound, "{all} of everything, {sound} of sound");
    let publisher = call.publisher().id;
    assert!(downlinks.iter().all(|(peer, _)| *peer != publisher), "the publisher receives nothing");
}

#[test]
fn an_estimate_is_told_only_where_somebody_makes_one() {
    let mut call = Call::on(1);
    call.join(0);
    call.run(3_000);

    let downlinks = call.world.desks[0].downlinks.latest();

    assert_eq!(downlinks[0].1.estimated, None);
    assert_eq!(downlinks[0].1.rtt, Duration::from_millis(100));
    assert_eq!(call.world.desks[0].worker.counters().estimates.count(), 0);
}

#[test]
fn each_subscriber_counts_once_a_second() {
    let mut call = Call::on(1);
    for _ in 0..3 {
        call.join(0);
    }
    call.run(10_000);

    let counted = call.world.desks[0].worker.counters().subscriber_rates.count();

    assert!((3 * 8..=3 * 10).contains(&counted), "{counted} for three in ten seconds");
}

#[test]
fn somebody_who_left_is_not_told_of_any_more() {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(3_000);
    let peer = call.client(&viewer).id;

    call.world.command(0, Command::ClosePeer { peer });
    call.run(2_000);

    assert_eq!(call.world.desks[0].downlinks.latest().len(), 0);
}

#[test]
fn what_is_sent_after_a_break_is_not_spread_over_it() {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(5_000);
    call.unsubscribe(0, &viewer.video);
    call.unsubscribe(0, &viewer.audio);
    call.run(60_000);
    assert!(call.world.desks[0].downlinks.latest().is_empty(), "nothing is sent");
    call.watch(0, viewer.client);
    for _ in 0..30 {
        call.run(100);
        let downlinks = call.world.desks[0].downlinks.latest();
        assert!(downlinks.iter().all(|(_, figures)| figures.sent > Bitrate::kbps(50)), "{downlinks:?}");
    }
    assert!(!call.world.desks[0].downlinks.latest().is_empty());
}
