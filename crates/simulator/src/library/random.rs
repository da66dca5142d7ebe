//! A call in which everything is drawn from the seed: who publishes, and what links are like and become.

use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::units::Bitrate;

use crate::client::media::Media;
use crate::network::{Capacity, LinkConditions, Queue, QueueLimit};
use crate::scenario::Scenario;
use crate::seed::Seed;

/// What it is called.
pub const NAME: &str = "random";

/// Who may publish.
const PUBLISHERS: [&str; 3] = ["ada", "eve", "fay"];

/// Who receives, behind drawn links.
const SUBSCRIBERS: [&str; 2] = ["bob", "cem"];

/// What their cameras speak.
const CODECS: [Codec; 4] = [Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1];

/// How often links change.
const PHASES: u32 = 6;

/// Sound of all publishers and one smallest picture fit into it: less carries no call.
const LEAST_KBPS: f64 = 400.0;

/// More than anybody sends.
const MOST_KBPS: f64 = 6_000.0;

/// The call of that seed.
pub fn call(seed: Seed) -> Scenario {
    let rng = &mut seed.generator("random call");
    let codecs = &mut seed.generator("random codecs");
    let good = LinkConditions::clean(Duration::from_millis(20));
    let publishers = rng.random_range(1..=PUBLISHERS.len());
    let mut scenario = Scenario::called(NAME).over_workers(2).adapting().behind(good);
    for who in &PUBLISHERS[..publishers] {
        let layers = rng.random_range(1..=3);
        let codec = CODECS[codecs.random_range(0..CODECS.len())];
        let media = Media::camera_and_microphone().with_temporal_layers(layers).encoded_with(codec);
        scenario = scenario.enters(who, media);
    }
    for who in SUBSCRIBERS {
        scenario = scenario.behind(link(rng)).enters(who, Media::none()).watches(who);
    }
    for _ in 0..PHASES {
        scenario = scenario.runs(Duration::from_millis(rng.random_range(2_000..10_000)));
        let who = SUBSCRIBERS[rng.random_range(0..SUBSCRIBERS.len())];
        scenario = scenario.moves_to(who, link(rng));
    }
    scenario.runs(Duration::from_secs(10))
}

fn link(rng: &mut ChaCha12Rng) -> LinkConditions {
    let millis = |range| Duration::from_millis(range);
    let kbps = LEAST_KBPS * (MOST_KBPS / LEAST_KBPS).powf(rng.random_range(0.0..1.0));
    let limit = QueueLimit::Wait(millis(rng.random_range(50..1_000)));
    let queue = if rng.random_bool(0.5) { Queue::DropTail(limit) } else { Queue::CoDel(limit) };
    let link = LinkConditions::clean(millis(rng.random_range(5..150)))
        .with_capacity(Capacity::constant(Bitrate::kbps(kbps as u64)))
        .with_jitter(millis(rng.random_range(0..30)))
        .with_queue(queue);
    match rng.random_range(0..4) {
        0 => link.with_loss(rng.random_range(0.0..0.05)),
        1 => link.with_bursts(rng.random_range(0.0..0.03), rng.random_range(1.0..8.0)),
        _ => link,
    }
}

#[cfg(test)]
mod tests;
