//! The first call: what a publisher's picture and sound are after the server, the network and two
//! workers have had their way with them.

use std::time::Duration;

use switchyard_simulator::client::media::Media;
use switchyard_simulator::client::subscriber::{Heard, Seen};
use switchyard_simulator::network::LinkConditions;
use switchyard_simulator::replay;
use switchyard_simulator::scenario::Scenario;
use switchyard_simulator::seed::Seed;
use switchyard_simulator::world::World;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::layer::SpatialLayer;

const SUBSCRIBERS: [&str; 3] = ["bob", "cem", "dan"];

/// A frame of sound and picture belong together; people notice 45 ms.
const MAX_SYNC_ERROR: Duration = Duration::from_millis(45);

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// 20 ms each way, and one datagram in a hundred lost.
fn lossy() -> LinkConditions {
    LinkConditions::clean(ms(20)).with_loss(0.01)
}

/// Ada publishes, three others receive; sessions alternate between two workers.
fn call(name: &'static str, media: Media, link: LinkConditions) -> Scenario {
    let scenario = Scenario::called(name).over_workers(2).behind(link).enters("ada", media);
    SUBSCRIBERS.into_iter().fold(scenario, |scenario, who| scenario.enters(who, Media::none()))
}

fn everybody(check: impl Fn(&World, &str) -> Result<(), String>) -> impl Fn(&World) -> Result<(), String> {
    move |world| SUBSCRIBERS.into_iter().try_for_each(|who| check(world, who))
}

fn holds(condition: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Ok(()) } else { Err(found()) }
}

fn picture_is_good(who: &str, seen: &Seen) -> Result<(), String> {
    let is_good = seen.decodable() >= 0.99 && seen.faults.count() == 0 && seen.worst_sync < MAX_SYNC_ERROR;
    holds(is_good, || format!("{who}: {:.2} % decodable, {seen:?}", seen.decodable() * 100.0))
}

fn sound_is_good(who: &str, heard: &Heard) -> Result<(), String> {
    let is_complete = heard.packets * 100 >= heard.expected * 95;
    let is_good = is_complete && heard.faults.count() == 0 && heard.worst_sync < MAX_SYNC_ERROR;
    holds(is_good && heard.with_level == heard.packets, || format!("{who}: {heard:?}"))
}

/// Everything about the others' impression of Ada that must always hold.
fn everybody_is_served_well(world: &World) -> Result<(), String> {
    everybody(|world, who| {
        picture_is_good(who, &world.sees(who, "ada")?)?;
        sound_is_good(who, &world.hears(who, "ada")?)?;
        let client = world.who(who)?;
        let impression = client.impression();
        holds(impression.strangers == 0 && impression.malformed == 0, || format!("{who}: {impression:?}"))?;
        let mut faults = client.lines().map(|line| line.faults());
        holds(faults.all(|faults| faults == Default::default()), || {
            format!("{who} could not open everything")
        })?;
        holds(client.told().refusals.is_empty(), || format!("{who}: {:?}", client.told().refusals))
    })(world)
}

fn all_are_on_the_highest_layer(world: &World) -> Result<(), String> {
    everybody(|world, who| {
        let seen = world.sees(who, "ada")?;
        holds(seen.encoding == Some(2), || format!("{who}: {seen:?}"))
    })(world)
}

fn nobody_froze(world: &World) -> Result<(), String> {
    everybody(|world, who| {
        let seen = world.sees(who, "ada")?;
        holds(seen.freezes == 0, || format!("{who} saw {} freezes: {seen:?}", seen.freezes))
    })(world)
}

fn all_have_seen_within(time: Duration) -> impl Fn(&World) -> Result<(), String> {
    everybody(move |world, who| {
        let last = world.sees(who, "ada")?.last_decoded.unwrap_or_default();
        let ago = world.elapsed() - last;
        holds(ago <= time, || format!("{who} has seen nothing for {ago:?}"))
    })
}

#[test]
fn one_publisher_and_three_subscribers_over_two_workers_with_one_percent_loss() {
    let scenario = call("the first call", Media::camera_and_microphone(), lossy())
        .runs(seconds(30))
        .checks("everybody sees and hears ada", everybody_is_served_well)
        .checks("everybody is on the highest layer", all_are_on_the_highest_layer)
        .checks("the picture crossed once", |world| {
            let crossed = world.counters().iter().map(|counters| counters.crossed.packets).sum::<u64>();
            let sent = world.who("ada")?.published().unwrap_or_default().numbered;
            holds(crossed > 1_000 && crossed <= sent, || format!("{crossed} of {sent} packets crossed"))
        });

    let world = replay::twice(&scenario, Seed(1)).unwrap_or_else(|error| panic!("{error}"));
    let other = replay::once(&scenario, Seed(2)).unwrap_or_else(|error| panic!("{error}"));

    assert_ne!(world.log().hash(), other.log().hash(), "another seed is another run");
}

#[test]
fn whatever_the_seed_the_server_makes_no_mistake() {
    let link = LinkConditions::clean(ms(20)).with_loss(0.05).with_jitter(ms(10));
    let scenario = call("bad links", Media::camera_and_microphone().with_temporal_layers(3), link)
        .runs(seconds(3))
        .wants_at_most("bob", SpatialLayer(0), "ada")
        .mutes("ada", MediaKind::Audio)
        .runs(seconds(3))
        .wants_at_most("bob", SpatialLayer(1), "ada")
        .unmutes("ada", MediaKind::Audio)
        .runs(seconds(4))
        .checks("no header is wrong, however much is lost", |world| {
            everybody(|world, who| {
                let (seen, heard) = (world.sees(who, "ada")?, world.hears(who, "ada")?);
                let faults = seen.faults.count() + heard.faults.count();
                holds(faults == 0, || format!("{who}: {seen:?} {heard:?}"))
            })(world)
        });

    play_with_any_seed(&scenario);
}

#[test]
fn whatever_the_seed_everybody_gets_the_highest_layer() {
    let scenario = call("a call with losses", Media::camera_and_microphone(), lossy())
        .runs(seconds(10))
        .checks("everybody sees and hears ada", everybody_is_served_well)
        .checks("everybody is on the highest layer", all_are_on_the_highest_layer);

    play_with_any_seed(&scenario);
    // Here the first packet of the largest layer is lost, and with it all that tells its size.
    replay::once(&scenario, Seed(1035)).unwrap_or_else(|error| panic!("{error}"));
}

/// Twenty seeds, or as many as `SIMULATOR_SEEDS` says.
fn play_with_any_seed(scenario: &Scenario) {
    let seeds = std::env::var("SIMULATOR_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(20);
    for seed in 100..100 + seeds {
        replay::once(scenario, Seed(seed)).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn whoever_joins_late_sees_a_picture_soon() {
    let scenario = call("a late join", Media::camera_and_microphone(), LinkConditions::clean(ms(20)))
        .runs(seconds(5))
        .enters("eve", Media::none())
        .enters("fay", Media::none())
        .runs(seconds(3))
        .checks("both see ada within half a second", |world| {
            ["eve", "fay"].into_iter().try_for_each(|who| {
                let first = world.sees(who, "ada")?.first_decoded.unwrap_or_default();
                holds(first < seconds(5) + ms(500), || format!("{who} saw her at {first:?}"))
            })
        })
        .checks("those who were there first saw her at once, whichever worker they are on", |world| {
            everybody(|world, who| {
                let first = world.sees(who, "ada")?.first_decoded.unwrap_or_default();
                holds(first < ms(200), || format!("{who} saw her at {first:?}"))
            })(world)
        })
        .checks("everybody sees and hears ada", everybody_is_served_well)
        .checks("nobody froze", nobody_froze);

    replay::twice(&scenario, Seed(12)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_publisher_hears_of_nearly_every_packet_it_sent() {
    let scenario = call("feedback", Media::camera_and_microphone(), LinkConditions::clean(ms(20)))
        .runs(seconds(10))
        .checks("feedback covers all streams", |world| {
            let published = world.who("ada")?.published().unwrap_or_default();
            let is_covered = published.arrivals_told * 100 >= published.numbered * 97;
            holds(is_covered && published.feedbacks > 50 && published.reports > 20, || {
                format!("{published:?}")
            })
        });

    replay::once(&scenario, Seed(3)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn changing_layers_every_three_seconds_freezes_nobody() {
    let layers = [0, 2, 1, 0, 1, 2];
    let scenario = call("layer switches", Media::camera_and_microphone(), LinkConditions::clean(ms(20)))
        .runs(seconds(3))
        .repeats(10, |scenario, number| {
            let layer = SpatialLayer(layers[number as usize % layers.len()]);
            SUBSCRIBERS
                .into_iter()
                .fold(scenario, |scenario, who| scenario.wants_at_most(who, layer, "ada"))
                .runs(ms(2_900))
                .checks("everybody got the layer they asked for", move |world| {
                    everybody(|world, who| {
                        let seen = world.sees(who, "ada")?;
                        holds(seen.encoding == Some(layer.0), || format!("{who} wants {layer}: {seen:?}"))
                    })(world)
                })
                .runs(ms(100))
        })
        .checks("everybody sees and hears ada", everybody_is_served_well)
        .checks("nobody froze", nobody_froze)
        .checks("nobody asked for a keyframe", |world| {
            everybody(|world, who| {
                let seen = world.sees(who, "ada")?;
                holds(seen.keyframe_requests == 0, || format!("{who}: {seen:?}"))
            })(world)
        });

    replay::once(&scenario, Seed(4)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn rids_may_be_named_in_any_order() {
    let media = Media::camera_and_microphone().largest_first();
    let scenario = call("largest first", media, LinkConditions::clean(ms(20)))
        .runs(seconds(4))
        .wants_at_most("bob", SpatialLayer(0), "ada")
        .runs(seconds(2))
        .checks("layers are ranked by size", |world| {
            let (bob, cem) = (world.sees("bob", "ada")?, world.sees("cem", "ada")?);
            let encodings = (bob.encoding, cem.encoding);
            holds(encodings == (Some(2), Some(0)), || format!("bob and cem see {encodings:?}"))
        })
        .checks("everybody sees and hears ada", everybody_is_served_well);

    replay::once(&scenario, Seed(5)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn one_encoding_without_a_rid_is_forwarded_as_well() {
    let scenario = call("one encoding", Media::single_camera_and_microphone(), lossy())
        .runs(seconds(10))
        .checks("everybody sees and hears ada", everybody_is_served_well);

    replay::once(&scenario, Seed(6)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn temporal_layers_pass_unharmed() {
    let media = Media::camera_and_microphone().with_temporal_layers(3);
    let scenario = call("temporal layers", media, LinkConditions::clean(ms(20)))
        .runs(seconds(10))
        .checks("everybody sees and hears ada", everybody_is_served_well)
        .checks("nobody froze", nobody_froze);

    replay::once(&scenario, Seed(7)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_muted_camera_is_seen_by_nobody_and_comes_back_at_once() {
    let scenario = call("mute", Media::camera_and_microphone(), lossy())
        .runs(seconds(5))
        .mutes("ada", MediaKind::Video)
        .runs(seconds(5))
        .checks(
            "nobody sees ada while she is muted",
            everybody(|world, who| {
                let last = world.sees(who, "ada")?.last_decoded.unwrap_or_default();
                holds(last < seconds(5) + ms(300), || format!("{who} saw her at {last:?}"))
            }),
        )
        .unmutes("ada", MediaKind::Video)
        .runs(ms(700))
        .checks("everybody sees ada again", all_have_seen_within(ms(300)))
        .mutes("ada", MediaKind::Audio)
        .runs(seconds(3))
        .unmutes("ada", MediaKind::Audio)
        .runs(seconds(5))
        .checks("everybody sees and hears ada", everybody_is_served_well);

    replay::twice(&scenario, Seed(8)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_paused_subscription_costs_nobody_else_anything() {
    let scenario = call("pause", Media::camera_and_microphone(), LinkConditions::clean(ms(20)))
        .runs(seconds(3))
        .pauses("bob", "ada")
        .runs(seconds(3))
        .checks("bob sees nothing", |world| {
            let last = world.sees("bob", "ada")?.last_decoded.unwrap_or_default();
            holds(last < seconds(3) + ms(300), || format!("bob saw her at {last:?}"))
        })
        .resumes("bob", "ada")
        .runs(seconds(2))
        .checks("everybody sees ada", all_have_seen_within(ms(300)))
        .checks("everybody sees and hears ada", everybody_is_served_well)
        .checks("nobody froze", nobody_froze);

    replay::once(&scenario, Seed(9)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_subscriber_that_leaves_and_comes_back_is_served_as_before() {
    let scenario = call("come and go", Media::camera_and_microphone(), lossy())
        .runs(seconds(4))
        .leaves("bob")
        .runs(seconds(3))
        .checks("bob is forgotten", |world| {
            let totals = world.totals();
            holds(totals.sessions == 3, || format!("{totals:?}"))
        })
        .enters("bob", Media::none())
        .runs(seconds(6))
        .checks("everybody sees ada", all_have_seen_within(ms(300)))
        .checks("everybody sees and hears ada", everybody_is_served_well);

    replay::twice(&scenario, Seed(10)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn when_the_publisher_leaves_nothing_is_left_of_her() {
    let scenario = call("the end", Media::camera_and_microphone(), lossy())
        .runs(seconds(4))
        .leaves("ada")
        .runs(seconds(2))
        .checks("no publication is left", |world| {
            let totals = world.totals();
            holds(totals.publications == 0 && totals.subscriptions == 0, || format!("{totals:?}"))?;
            let counters = world.counters();
            let left = counters.iter().map(|c| c.publications + c.mirrors + c.subscriptions).sum::<u64>();
            holds(left == 0, || format!("workers hold {left} things of hers"))
        })
        .enters("ada", Media::camera_and_microphone())
        .runs(seconds(4))
        .checks("everybody sees and hears ada", everybody_is_served_well);

    replay::once(&scenario, Seed(11)).unwrap_or_else(|error| panic!("{error}"));
}
