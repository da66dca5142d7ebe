//! What each subscriber gets follows what fits on its way, and on nobody else's.

use std::time::Duration;

use switchyard_simulator::client::media::Media;
use switchyard_simulator::client::subscriber::Seen;
use switchyard_simulator::network::{Capacity, LinkConditions};
use switchyard_simulator::replay;
use switchyard_simulator::scenario::Scenario;
use switchyard_simulator::seed::Seed;
use switchyard_simulator::world::World;
use switchyard_vocab::downlink::HeldBy;
use switchyard_vocab::layer::PictureSize;
use switchyard_vocab::units::Bitrate;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// 20 ms each way, a queue of 300 ms, and no more than this.
fn narrow(kbps: u64) -> LinkConditions {
    let capacity = Capacity::constant(Bitrate::kbps(kbps));
    LinkConditions { capacity, ..LinkConditions::clean(Duration::from_millis(20)) }
}

/// Ada publishes; Bob is behind this link, Cem behind a wide one, on another worker.
fn call(name: &'static str, bob: LinkConditions) -> Scenario {
    let wide = LinkConditions::clean(Duration::from_millis(20));
    let scenario = Scenario::called(name).over_workers(2).adapting().behind(wide.clone());
    let scenario = scenario.enters("ada", Media::camera_and_microphone());
    scenario.behind(bob).enters("bob", Media::none()).behind(wide).enters("cem", Media::none())
}

fn sees(who: &'static str, holds: impl Fn(&Seen) -> bool) -> impl Fn(&World) -> Result<(), String> {
    move |world| {
        let seen = world.sees(who, "ada")?;
        if holds(&seen) { Ok(()) } else { Err(format!("{seen:?}")) }
    }
}

/// No gap that anybody notices.
fn moves_on(seen: &Seen) -> bool {
    seen.freezes == 0 && seen.longest_gap < Duration::from_millis(150)
}

/// So many percent of Ada's sound have come.
fn hears(who: &'static str, percent: u64) -> impl Fn(&World) -> Result<(), String> {
    move |world| {
        let heard = world.hears(who, "ada")?;
        if heard.packets * 100 >= heard.expected * percent { Ok(()) } else { Err(format!("{heard:?}")) }
    }
}

fn play(scenario: &Scenario) {
    for seed in 1..=5 {
        replay::once(scenario, Seed(seed)).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn who_has_a_narrow_link_gets_the_layer_that_fits_and_nobody_else_does() {
    play(
        &call("a narrow link", narrow(900))
            .runs(seconds(20))
            .checks("bob is on the middle layer", sees("bob", |seen| seen.encoding == Some(1)))
            .checks("bob's picture never stood still", sees("bob", moves_on))
            .checks("bob hears everything", hears("bob", 100))
            .checks("cem is on the highest layer", sees("cem", |seen| seen.encoding == Some(2))),
    );
}

#[test]
fn the_operator_is_told_what_fits_to_whom_and_what_keeps_it_from_more() {
    let estimated =
        |world: &World, who| world.downlink(who)?.estimated.ok_or_else(|| "nothing is estimated".to_owned());
    play(
        &call("figures of a narrow link", narrow(900))
            .runs(seconds(20))
            .checks("what fits to bob is his link's rate", move |world| {
                let bob = estimated(world, "bob")?;
                let fits = (Bitrate::kbps(675)..=Bitrate::kbps(990)).contains(&bob.bitrate);
                if fits { Ok(()) } else { Err(format!("{bob:?}")) }
            })
            .checks("bob is sent no more than passes, and more is wanted for him", move |world| {
                let (bob, sent) = (estimated(world, "bob")?, world.downlink("bob")?.sent);
                let is_so =
                    bob.wanted.is_some_and(|wanted| wanted > bob.bitrate) && sent < Bitrate::kbps(990);
                if is_so { Ok(()) } else { Err(format!("{bob:?} {sent}")) }
            })
            .checks("cem has all there is, and more would fit", move |world| {
                let cem = estimated(world, "cem")?;
                let is_so = cem.wanted.is_none() && cem.held_by == HeldBy::Demand && cem.bitrate > cem.spent;
                if is_so { Ok(()) } else { Err(format!("{cem:?}")) }
            }),
    );
}

#[test]
fn a_picture_in_one_size_costs_what_is_measured_of_it_and_not_what_its_size_suggests() {
    let mut calm = Media::single_camera_and_microphone();
    for encoding in calm.camera.iter_mut().flat_map(|camera| &mut camera.encodings) {
        encoding.size = PictureSize { width: 1280, height: 720 };
    }
    let wide = LinkConditions::clean(Duration::from_millis(20));
    let scenario = Scenario::called("a large picture of little").over_workers(2).adapting().behind(wide);
    play(
        &scenario
            .enters("ada", calm)
            .runs(seconds(3))
            .behind(narrow(900))
            .enters("bob", Media::none())
            .runs(seconds(10))
            .checks("bob sees it move", sees("bob", |seen| seen.decoded > 8 * 25 && moves_on(seen))),
    );
}

#[test]
fn who_tells_stream_by_stream_what_arrives_gets_what_fits_as_well() {
    play(
        &call("a link that widens, told of by stream", narrow(900))
            .told_by_stream()
            .runs(seconds(15))
            .checks("bob is on the middle layer", sees("bob", |seen| seen.encoding == Some(1)))
            .checks("bob hears everything", hears("bob", 99))
            .moves_to("bob", narrow(3_000))
            .runs(seconds(20))
            .checks("bob is on the highest layer", sees("bob", |seen| seen.encoding == Some(2)))
            .checks("nobody tells of all packets in one row", |world| {
                let counted: (u64, u64) = world
                    .counters()
                    .iter()
                    .fold((0, 0), |(row, stream), one| (row + one.twcc_received, stream + one.ccfb_received));
                if counted.0 == 0 && counted.1 > 300 { Ok(()) } else { Err(format!("{counted:?}")) }
            }),
    );
}

#[test]
fn who_has_a_link_for_the_smallest_layer_alone_loses_nothing_to_find_that_out() {
    play(
        &call("a very narrow link", narrow(500))
            .runs(seconds(10))
            .checks("bob is on the smallest layer", sees("bob", |seen| seen.encoding == Some(0)))
            .checks("bob's picture never stood still", sees("bob", moves_on))
            .checks("bob hears everything", hears("bob", 99)),
    );
}

#[test]
fn who_gets_a_wider_link_gets_the_highest_layer() {
    play(
        &call("a link that widens", narrow(400))
            .runs(seconds(15))
            .checks("bob is on the smallest layer", sees("bob", |seen| seen.encoding == Some(0)))
            .moves_to("bob", narrow(3_000))
            .runs(seconds(20))
            .checks("bob is on the highest layer", sees("bob", |seen| seen.encoding == Some(2))),
    );
}

#[test]
fn who_loses_most_of_the_link_goes_on_hearing_and_seeing() {
    play(
        &call("a link that narrows", narrow(3_000))
            .runs(seconds(10))
            .checks("bob is on the highest layer", sees("bob", |seen| seen.encoding == Some(2)))
            .moves_to("bob", narrow(300))
            .runs(seconds(10))
            .checks("bob is on the smallest layer", sees("bob", |seen| seen.encoding == Some(0)))
            .checks(
                "bob's picture moves",
                sees("bob", |seen| seen.last_decoded.is_some_and(|last| last > seconds(19))),
            )
            .checks(
                "bob's picture never stood still for long",
                sees("bob", |seen| seen.freezes <= 2 && seen.longest_gap < Duration::from_millis(1_500)),
            )
            .checks("bob hears nearly everything", hears("bob", 97)),
    );
}
