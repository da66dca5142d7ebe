//! Whole calls in which a subscriber gets what fits: which layers, how soon, and at what price.

mod found;

use std::time::Duration;

use switchyard_vocab::units::Bitrate;

use super::{Bound, Case, Target, Unit};
use crate::client::media::Media;
use crate::network::{Capacity, LinkConditions};
use crate::scenario::Scenario;
use crate::world::{Glance, Look, World};

/// What no figure exceeds that counts seconds: it never happened.
const NEVER: f64 = 999.0;

/// All of them.
pub fn cases() -> Vec<Case<World>> {
    let mut cases = vec![widening(), narrowing(), swinging(), layer_out_of_reach()];
    cases.extend(found::cases());
    cases
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn link(capacity: Capacity) -> LinkConditions {
    LinkConditions::clean(Duration::from_millis(20)).with_capacity(capacity)
}

fn narrow(kbps: u64) -> LinkConditions {
    link(Capacity::constant(Bitrate::kbps(kbps)))
}

/// Ada publishes; Bob is behind that link, and is watched.
fn call(name: &'static str, bob: LinkConditions) -> Scenario {
    let scenario = Scenario::called(name).adapting().enters("ada", Media::camera_and_microphone());
    scenario.behind(bob).enters("bob", Media::none()).watches("bob")
}

fn target(
    measure: &str,
    unit: Unit,
    bound: Bound,
    figure: impl Fn(&World) -> f64 + 'static,
) -> Target<World> {
    Target { measure: measure.to_owned(), unit, bound, figure: Box::new(figure) }
}

fn of_ada(look: &Look) -> Glance {
    look.of.get("ada").copied().unwrap_or_default()
}

/// What Bob saw of Ada until then.
fn until(world: &World, at: Duration) -> Glance {
    let looks = world.looks("bob").iter();
    looks.take_while(|look| look.at <= at).last().map(of_ada).unwrap_or_default()
}

fn end(world: &World) -> Glance {
    until(world, world.elapsed())
}

/// Seconds from `after` until something is so.
fn time_until(world: &World, after: Duration, is_so: impl Fn(&Look) -> bool) -> f64 {
    let first = world.looks("bob").iter().find(|look| look.at > after && is_so(look));
    first.map_or(NEVER, |look| (look.at - after).as_secs_f64())
}

/// The share of Ada's sound that Bob did not get.
fn sound_lost(most: f64) -> Target<World> {
    target("sound lost", Unit::Percent, Bound::AtMost(most), |world| {
        let heard = world.hears("bob", "ada").unwrap_or_default();
        100.0 * (1.0 - heard.packets as f64 / (heard.expected as f64).max(1.0))
    })
}

fn widening() -> Case<World> {
    const WIDENS: Duration = seconds(20);
    let scenario = call("upgrade", narrow(400)).runs(WIDENS).moves_to("bob", narrow(3_000)).runs(seconds(30));
    let targets = vec![
        target("on the highest layer after the link widened", Unit::Seconds, Bound::AtMost(10.0), |world| {
            time_until(world, WIDENS, |look| of_ada(look).encoding == Some(2))
        }),
        target("changes of layer after the link widened", Unit::Count, Bound::AtMost(4.0), |world| {
            (end(world).switches - until(world, WIDENS).switches) as f64
        }),
        target("freezes after the link widened", Unit::Count, Bound::AtMost(0.0), |world| {
            f64::from(end(world).freezes - until(world, WIDENS).freezes)
        }),
        sound_lost(1.0),
    ];
    let about = "One picture of three layers; the link widens from 400 kbit/s to 3 Mbit/s at 20 s";
    Case::call("upgrade", "layers", about, scenario, targets)
}

fn narrowing() -> Case<World> {
    const NARROWS: Duration = seconds(20);
    let scenario = Scenario::called("downgrade").adapting().enters("ada", Media::camera_and_microphone());
    let others = ["eve", "fay", "gus"];
    let scenario = others.into_iter().fold(scenario, |scenario, who| scenario.enters(who, Media::camera()));
    let scenario = scenario.behind(narrow(3_000)).enters("bob", Media::none()).watches("bob");
    let scenario = scenario.runs(NARROWS).moves_to("bob", narrow(300)).runs(seconds(30));
    let targets = vec![
        target("a layer less after the link narrowed", Unit::Seconds, Bound::AtMost(1.0), |world| {
            let looks = world.looks("bob");
            let Some(before) = looks.iter().rfind(|look| look.at <= NARROWS) else { return NEVER };
            time_until(world, NARROWS, |look| {
                look.of
                    .iter()
                    .any(|(whom, glance)| glance.encoding < before.of.get(whom).and_then(|g| g.encoding))
            })
        }),
        target("freezes of the first picture", Unit::Count, Bound::AtMost(1.0), |world| {
            f64::from(end(world).freezes)
        }),
        target("longest gap of the first picture", Unit::Seconds, Bound::AtMost(1.5), |world| {
            world.sees("bob", "ada").map_or(NEVER, |seen| seen.longest_gap.as_secs_f64())
        }),
        target("frames a second of the first picture 40–50 s", Unit::Count, Bound::AtLeast(25.0), |world| {
            (end(world).decoded - until(world, seconds(40)).decoded) as f64 / 10.0
        }),
        sound_lost(1.0),
    ];
    let about = "Four pictures and one sound; the link narrows from 3 Mbit/s to 300 kbit/s at 20 s";
    Case::call("downgrade", "layers", about, scenario, targets)
}

fn swinging() -> Case<World> {
    let capacity = Capacity::trace(seconds(5), &[Bitrate::kbps(800), Bitrate::kbps(1_200)]);
    let scenario = call("swinging", link(capacity)).runs(seconds(600));
    let targets = vec![
        target("changes of layer a minute", Unit::Count, Bound::AtMost(6.0), |world| {
            end(world).switches as f64 / 10.0
        }),
        target("freezes in ten minutes", Unit::Count, Bound::AtMost(2.0), |world| {
            f64::from(end(world).freezes)
        }),
        sound_lost(1.0),
    ];
    let about = "One picture; the link has 0.8 and 1.2 Mbit/s by turns, 5 s each, for ten minutes";
    Case::call("swinging", "layers", about, scenario, targets)
}

fn layer_out_of_reach() -> Case<World> {
    let scenario = call("out-of-reach", narrow(1_000)).runs(seconds(600));
    let targets = vec![
        target("freezes after the first 10 s", Unit::Count, Bound::AtMost(0.0), |world| {
            f64::from(end(world).freezes - until(world, seconds(10)).freezes)
        }),
        target("changes of layer after the first 10 s", Unit::Count, Bound::AtMost(0.0), |world| {
            (end(world).switches - until(world, seconds(10)).switches) as f64
        }),
        target("delay of sound, p95 above p5", Unit::Millis, Bound::AtMost(30.0), |world| {
            let Ok(heard) = world.hears("bob", "ada") else { return NEVER };
            let delay = |share| heard.delays.percentile(share).as_secs_f64() * 1e3;
            delay(0.95) - delay(0.05)
        }),
        target(
            "packets that were there already, of all of the picture",
            Unit::Percent,
            Bound::AtMost(5.0),
            |world| {
                let seen = world.sees("bob", "ada").unwrap_or_default();
                100.0 * seen.repeated as f64 / (seen.packets as f64).max(1.0)
            },
        ),
        sound_lost(1.0),
    ];
    let about = "One picture whose highest layer does not fit into 1 Mbit/s, for ten minutes";
    Case::call("out-of-reach", "layers", about, scenario, targets)
}
