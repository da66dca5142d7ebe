//! Many subscribers of one track, and one that asks for more than it needs.

use std::time::Duration;

use switchyard_vocab::codec::Codec;

use super::super::{Bound, Case, Unit};
use super::{NEVER, asked, faults, made, ms, named, residual, seconds, seen, shown, target};
use crate::client::media::Media;
use crate::client::publisher::keyframe_log::most_within;
use crate::client::subscriber::Seen;
use crate::network::LinkConditions;
use crate::scenario::Scenario;
use crate::world::World;

/// Subscribers behind whom the publisher's link loses.
const AUDIENCE: u32 = 50;

/// When they all have what they are going to have.
const SETTLED: Duration = seconds(5);

/// Subscribers that come within a second.
const CROWD: u32 = 200;

/// When they begin to come, and when the flood begins.
const BEGINS: Duration = seconds(4);

/// How long the flood goes on.
const FLOOD: Duration = seconds(20);

fn clean() -> LinkConditions {
    LinkConditions::clean(ms(20))
}

fn guests(world: &World, count: u32) -> Vec<Seen> {
    (0..count).map(|guest| seen(world, &format!("guest {guest}"))).collect()
}

fn worst(figures: impl Iterator<Item = f64>) -> f64 {
    figures.fold(0.0, f64::max)
}

/// Loss on the way of the publisher: it is asked once for all its subscribers.
pub(super) fn lossy_publisher(codec: Codec) -> Vec<Case<World>> {
    let ada = Media::camera().encoded_with(codec);
    let scenario =
        Scenario::called("recovery").adapting().behind(LinkConditions::clean(ms(50)).with_loss(0.05));
    let scenario = scenario
        .enters("ada", ada)
        .behind(clean())
        .crowd(AUDIENCE, seconds(1))
        .settles(seconds(4))
        .runs(seconds(10));
    let published = |world: &World| world.client("ada").and_then(|ada| ada.published()).unwrap_or_default();
    let targets = vec![
        target("requests by packets missing", Unit::Ratio, Bound::AtMost(1.2), move |world| {
            let published = published(world);
            published.nacked as f64 / (published.nacked_once as f64).max(1.0)
        }),
        target("requests within a round trip of the last", Unit::Count, Bound::AtMost(0.0), move |world| {
            published(world).nacked_early as f64
        }),
        target("frames lost for good, worst subscriber", Unit::FinePercent, Bound::AtMost(0.3), |world| {
            worst(guests(world, AUDIENCE).iter().map(residual))
        }),
        target("keyframes asked for by subscribers", Unit::Count, Bound::AtMost(0.0), |world| {
            guests(world, AUDIENCE).iter().map(|seen| seen.keyframe_requests as f64).sum()
        }),
        target("keyframes made", Unit::Count, Bound::AtMost(0.0), |world| made(world, SETTLED).len() as f64),
        faults(),
    ];
    let name = named(codec, "lossy-publisher");
    let source = "50 subscribers of a publisher whose link loses 5 %, RTT 100 ms, from 4 s after the last of them came";
    vec![Case::call(&name, source, codec.name(), scenario, targets)]
}

/// A crowd that comes at once: it is served with few keyframes.
pub(super) fn crowd(codec: Codec) -> Vec<Case<World>> {
    let scenario = Scenario::called("recovery").adapting().behind(clean());
    let scenario = scenario.enters("ada", Media::camera().encoded_with(codec)).runs(BEGINS);
    let scenario = scenario.crowd(CROWD, seconds(1)).runs(seconds(3));
    let targets = vec![
        target("requests for one layer in 2 s", Unit::Count, Bound::AtMost(3.0), |world| {
            let of = |encoding| most_within(asked(world, BEGINS, Some(encoding)), seconds(2)) as f64;
            worst((0..3).map(of))
        }),
        target("least time between keyframes", Unit::Seconds, Bound::AtLeast(1.0), |world| {
            let made = made(world, BEGINS);
            made.windows(2).map(|two| (two[1] - two[0]).as_secs_f64()).fold(NEVER, f64::min)
        }),
        target("last first frame", Unit::Seconds, Bound::AtMost(2.5), |world| {
            let after = |(seen, guest): (Seen, u32)| {
                let came = BEGINS + seconds(1) / CROWD * guest;
                seen.first_decoded.map_or(NEVER, |first| (first - came).as_secs_f64())
            };
            worst(guests(world, CROWD).into_iter().zip(0..).map(after))
        }),
        faults(),
    ];
    let name = named(codec, "crowd");
    let source = "200 subscribers come within a second";
    vec![Case::call(&name, source, codec.name(), scenario, targets)]
}

/// Somebody who asks for too much: it costs nobody else anything.
pub(super) fn flood(codec: Codec) -> Vec<Case<World>> {
    let scenario = Scenario::called("recovery").adapting().behind(clean());
    let scenario = scenario.enters("ada", Media::camera().encoded_with(codec));
    let scenario = scenario.enters("bob", Media::none()).enters("cem", Media::none()).runs(BEGINS);
    // What may be sent again at once is used up before anybody looks.
    let scenario = scenario.floods("bob").runs(seconds(2)).watches("bob").watches("cem").runs(FLOOD);
    let sent = |world: &World, who| {
        world.looks(who).iter().map(|look| look.tally.sent.as_bytes()).sum::<u64>() as f64
    };
    let targets = vec![
        target("requests upstream a second", Unit::Ratio, Bound::AtMost(1.0), |world| {
            asked(world, BEGINS, None).len() as f64 / (world.elapsed() - BEGINS).as_secs_f64()
        }),
        target("sent, by what another is sent", Unit::Ratio, Bound::AtMost(1.25), move |world| {
            sent(world, "bob") / sent(world, "cem").max(1.0)
        }),
        target("freezes of another", Unit::Count, Bound::AtMost(0.0), |world| {
            f64::from(seen(world, "cem").freezes)
        }),
        target("frames shown to another", Unit::Percent, Bound::AtLeast(99.5), |world| {
            shown(world, &seen(world, "cem"))
        }),
        target("delay of another's frames, p99 above median", Unit::Millis, Bound::AtMost(10.0), |world| {
            let delays = seen(world, "cem").delays;
            (delays.percentile(0.99) - delays.percentile(0.5)).as_secs_f64() * 1e3
        }),
        faults(),
    ];
    let name = named(codec, "flood");
    let source = "A subscriber asks for 100 keyframes and 50 000 packets a second, whatever it gets";
    vec![Case::call(&name, source, codec.name(), scenario, targets)]
}
