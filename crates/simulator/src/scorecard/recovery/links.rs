//! Loss on the way of one subscriber: at random, and in bursts.

use std::time::Duration;

use switchyard_vocab::codec::Codec;

use super::super::{Bound, Case, Target, Unit};
use super::{faults, made, ms, named, residual, seconds, seen, shown, target};
use crate::client::media::Media;
use crate::network::LinkConditions;
use crate::scenario::Scenario;
use crate::world::World;

/// What IP and UDP put in front of a packet.
const HEADERS: u64 = 28;

/// How long each call lasts, in seconds: long enough for a frame in a thousand to be one of several.
const LASTS: u64 = 30;

/// When Bob has the layer that he is going to have.
const SETTLED: Duration = seconds(8);

/// Round trips of the subscriber's link, in milliseconds.
const ROUND_TRIPS: [u64; 3] = [40, 100, 200];

/// What is asked where so much is lost at random, all in hundredths.
struct Random {
    lost: u64,
    residual: f64,
    shown: f64,
}

const RANDOM: [Random; 3] = [
    Random { lost: 1, residual: 0.1, shown: 95.0 },
    Random { lost: 5, residual: 0.5, shown: 90.0 },
    Random { lost: 10, residual: 2.0, shown: 80.0 },
];

/// Loss at random.
pub(super) fn random(codec: Codec) -> Vec<Case<World>> {
    RANDOM.iter().flat_map(|asked| ROUND_TRIPS.map(|rtt| lost_at_random(codec, asked, rtt))).collect()
}

/// Loss in bursts.
pub(super) fn bursts(codec: Codec) -> Vec<Case<World>> {
    ROUND_TRIPS.map(|rtt| lost_in_bursts(codec, rtt)).into()
}

/// Ada publishes; Bob has that link, and is watched.
fn call(codec: Codec, up: LinkConditions, down: LinkConditions) -> Scenario {
    let ada = Media::camera().encoded_with(codec);
    let scenario = Scenario::called("recovery").adapting().enters("ada", ada);
    let scenario = scenario.enters("bob", Media::none()).turns_to("bob", up, down).watches("bob");
    scenario.settles(SETTLED).runs(seconds(LASTS))
}

/// What varies a little, so that nothing depends on what comes at the same instant.
fn link(rtt: u64) -> LinkConditions {
    LinkConditions::clean(ms(rtt / 2 - 1)).with_jitter(ms(2))
}

fn lost_at_random(codec: Codec, asked: &Random, rtt: u64) -> Case<World> {
    let Random { lost, .. } = *asked;
    let targets = vec![
        target("frames lost for good", Unit::FinePercent, Bound::AtMost(asked.residual), |world| {
            residual(&seen(world, "bob"))
        }),
        target("frames shown", Unit::Percent, Bound::AtLeast(asked.shown), |world| {
            shown(world, &seen(world, "bob"))
        }),
        target("sent again, by bytes lost", Unit::Ratio, Bound::AtMost(1.3), sent_again),
        requests(),
        keyframes(),
        faults(),
    ];
    let name = named(codec, format_args!("loss-{lost}-rtt-{rtt}"));
    let link = link(rtt).with_loss(lost as f64 / 100.0);
    let about = format!("{}, {lost} % lost, RTT {rtt} ms", codec.name());
    Case::call(&name, "Loss at random", &about, call(codec, link.clone(), link), targets)
}

fn lost_in_bursts(codec: Codec, rtt: u64) -> Case<World> {
    let soonest = rtt as f64;
    let targets = vec![
        target("freezes a minute", Unit::Count, Bound::AtMost(1.0), |world| {
            f64::from(seen(world, "bob").freezes) * 60.0 / LASTS as f64
        }),
        target("recovery of 95 % of frames", Unit::Millis, Bound::AtMost(soonest + 200.0), |world| {
            let seen = seen(world, "bob");
            seen.repairs.percentile(0.95).saturating_sub(seen.delays.percentile(0.5)).as_secs_f64() * 1e3
        }),
        target("longest recovery", Unit::Millis, Bound::AtMost(2.0 * soonest + 300.0), |world| {
            let seen = seen(world, "bob");
            seen.longest_delay.saturating_sub(seen.delays.percentile(0.5)).as_secs_f64() * 1e3
        }),
        target("frames lost for good", Unit::FinePercent, Bound::AtMost(0.1), |world| {
            residual(&seen(world, "bob"))
        }),
        requests(),
        keyframes(),
        faults(),
    ];
    let name = named(codec, format_args!("bursts-rtt-{rtt}"));
    let about = format!("{}, RTT {rtt} ms", codec.name());
    let source = "Loss in bursts towards the subscriber: 2 % of all packets, 8 at a time on average";
    Case::call(&name, source, &about, call(codec, link(rtt), link(rtt).with_bursts(0.02, 8.0)), targets)
}

/// What was sent again, by what was lost: of what is lost again, again.
fn sent_again(world: &World) -> f64 {
    let lost: u64 = world.looks("bob").iter().map(|look| look.tally.lost.as_bytes()).sum();
    let again = |resent: switchyard_vocab::counters::Tally| resent.bytes + HEADERS * resent.packets;
    let again: u64 = world.counters().iter().map(|counters| again(counters.resent)).sum();
    again as f64 / (lost as f64).max(1.0)
}

fn requests() -> Target<World> {
    target("keyframes asked for by the subscriber", Unit::Count, Bound::AtMost(0.0), |world| {
        seen(world, "bob").keyframe_requests as f64
    })
}

/// Nobody needs one.
fn keyframes() -> Target<World> {
    target("keyframes made", Unit::Count, Bound::AtMost(0.0), |world| made(world, SETTLED).len() as f64)
}
