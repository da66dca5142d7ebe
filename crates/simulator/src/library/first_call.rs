//! The first call, and what can happen in it: what a publisher's picture and sound are after the server, the
//! network and two workers have had their way with them.

use std::time::Duration;

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::layer::SpatialLayer;

use crate::client::media::Media;
use crate::client::subscriber::{Heard, Seen};
use crate::network::LinkConditions;
use crate::scenario::Scenario;
use crate::world::World;

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
    let enters = |scenario: Scenario, who| scenario.enters(who, Media::none());
    SUBSCRIBERS.into_iter().fold(scenario, enters).watches(SUBSCRIBERS[0])
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

/// All of them.
pub fn calls() -> Vec<Scenario> {
    vec![
        the_first_call(),
        bad_links(),
        a_call_with_losses(),
        a_late_join(),
        feedback(),
        layer_switches(),
        largest_first(),
        one_encoding(),
        temporal_layers(),
        mute(),
        pause(),
        come_and_go(),
        the_end(),
    ]
}

/// One publisher and three subscribers over two workers, one datagram in a hundred lost.
pub fn the_first_call() -> Scenario {
    call("the first call", Media::camera_and_microphone(), lossy())
        .runs(seconds(30))
        .checks("everybody sees and hears ada", everybody_is_served_well)
        .checks("everybody is on the highest layer", all_are_on_the_highest_layer)
        .checks("the picture crossed once", |world| {
            let crossed = world.counters().iter().map(|counters| counters.crossed.packets).sum::<u64>();
            let sent = world.who("ada")?.published().unwrap_or_default().numbered;
            holds(crossed > 1_000 && crossed <= sent, || format!("{crossed} of {sent} packets crossed"))
        })
}

/// Bad links, while layers are chosen and sound is muted: no header may be wrong.
pub fn bad_links() -> Scenario {
    let link = LinkConditions::clean(ms(20)).with_loss(0.05).with_jitter(ms(10));
    call("bad links", Media::camera_and_microphone().with_temporal_layers(3), link)
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
        })
}

/// A call with losses, in which everybody gets the highest layer.
pub fn a_call_with_losses() -> Scenario {
    call("a call with losses", Media::camera_and_microphone(), lossy())
        .runs(seconds(10))
        .checks("everybody sees and hears ada", everybody_is_served_well)
        .checks("everybody is on the highest layer", all_are_on_the_highest_layer)
}

/// Two who join late and see a picture soon.
pub fn a_late_join() -> Scenario {
    call("a late join", Media::camera_and_microphone(), LinkConditions::clean(ms(20)))
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
        .checks("nobody froze", nobody_froze)
}

/// A publisher who hears of nearly every packet she sent.
pub fn feedback() -> Scenario {
    call("feedback", Media::camera_and_microphone(), LinkConditions::clean(ms(20))).runs(seconds(10)).checks(
        "feedback covers all streams",
        |world| {
            let published = world.who("ada")?.published().unwrap_or_default();
            let is_covered = published.arrivals_told * 100 >= published.numbered * 97;
            holds(is_covered && published.feedbacks > 50 && published.reports > 20, || {
                format!("{published:?}")
            })
        },
    )
}

/// Everybody asks for another layer every three seconds, and nobody freezes.
pub fn layer_switches() -> Scenario {
    switches("layer switches", Codec::Vp8)
}

/// The same with pictures of the other codecs.
pub fn layer_switches_of_other_codecs() -> [Scenario; 3] {
    [
        switches("layer switches of h264", Codec::H264),
        switches("layer switches of vp9", Codec::Vp9),
        switches("layer switches of av1", Codec::Av1),
    ]
}

fn switches(name: &'static str, codec: Codec) -> Scenario {
    let layers = [0, 2, 1, 0, 1, 2];
    call(name, Media::camera_and_microphone().encoded_with(codec), LinkConditions::clean(ms(20)))
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
        })
}

/// Encodings named in another order than that of their size.
pub fn largest_first() -> Scenario {
    let media = Media::camera_and_microphone().largest_first();
    call("largest first", media, LinkConditions::clean(ms(20)))
        .runs(seconds(4))
        .wants_at_most("bob", SpatialLayer(0), "ada")
        .runs(seconds(2))
        .checks("layers are ranked by size", |world| {
            let (bob, cem) = (world.sees("bob", "ada")?, world.sees("cem", "ada")?);
            let encodings = (bob.encoding, cem.encoding);
            holds(encodings == (Some(2), Some(0)), || format!("bob and cem see {encodings:?}"))
        })
        .checks("everybody sees and hears ada", everybody_is_served_well)
}

/// One encoding without a rid.
pub fn one_encoding() -> Scenario {
    call("one encoding", Media::single_camera_and_microphone(), lossy())
        .runs(seconds(10))
        .checks("everybody sees and hears ada", everybody_is_served_well)
}

/// Three temporal layers.
pub fn temporal_layers() -> Scenario {
    let media = Media::camera_and_microphone().with_temporal_layers(3);
    call("temporal layers", media, LinkConditions::clean(ms(20)))
        .runs(seconds(10))
        .checks("everybody sees and hears ada", everybody_is_served_well)
        .checks("nobody froze", nobody_froze)
}

/// A camera and a microphone that are muted and come back.
pub fn mute() -> Scenario {
    call("mute", Media::camera_and_microphone(), lossy())
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
        .checks("everybody sees and hears ada", everybody_is_served_well)
}

/// A subscription that is paused and resumed.
pub fn pause() -> Scenario {
    call("pause", Media::camera_and_microphone(), LinkConditions::clean(ms(20)))
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
        .checks("nobody froze", nobody_froze)
}

/// A subscriber who leaves and comes back.
pub fn come_and_go() -> Scenario {
    call("come and go", Media::camera_and_microphone(), lossy())
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
        .checks("everybody sees and hears ada", everybody_is_served_well)
}

/// A publisher who leaves and comes back.
pub fn the_end() -> Scenario {
    call("the end", Media::camera_and_microphone(), lossy())
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
        .checks("everybody sees and hears ada", everybody_is_served_well)
}
