//! What is lost on the way, and what becomes of it: for subscribers, for the publisher, and where somebody asks for
//! more than they need.

mod crowds;
mod links;
mod sound;

use std::time::Duration;

use switchyard_vocab::codec::Codec;

use super::{Bound, Case, Target, Unit};
use crate::client::subscriber::Seen;
use crate::world::World;

/// What no figure exceeds that counts seconds: it never happened.
const NEVER: f64 = 999.0;

/// Captures of a camera in a second.
const FRAMES_PER_SECOND: f64 = 30.0;

/// What cameras speak.
const CODECS: [Codec; 4] = [Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1];

/// The cases of one kind for one codec.
type Kind = fn(Codec) -> Vec<Case<World>>;

/// All of them, those that are alike one after the other.
pub fn cases() -> Vec<Case<World>> {
    let kinds: [(Kind, &[Codec]); 5] = [
        (links::random, &CODECS),
        (links::bursts, &CODECS),
        (crowds::lossy_publisher, &CODECS),
        // It takes long to play, and who is asked for what does not depend on the codec.
        (crowds::crowd, &[Codec::Vp8, Codec::Av1]),
        (crowds::flood, &CODECS),
    ];
    let pictures = kinds.into_iter().flat_map(|(kind, codecs)| codecs.iter().copied().flat_map(kind));
    pictures.chain(sound::lossy()).collect()
}

/// The name of a case, as files and commands spell it.
fn named(codec: Codec, case: impl std::fmt::Display) -> String {
    format!("{}-{case}", codec.name().to_ascii_lowercase())
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn target(
    measure: &str,
    unit: Unit,
    bound: Bound,
    figure: impl Fn(&World) -> f64 + 'static,
) -> Target<World> {
    Target { measure: measure.to_owned(), unit, bound, figure: Box::new(figure) }
}

fn seen(world: &World, who: &str) -> Seen {
    world.sees(who, "ada").unwrap_or_default()
}

/// The share of the frames sent to somebody that they never could decode.
fn residual(seen: &Seen) -> f64 {
    if seen.decoded == 0 { 100.0 } else { 100.0 * (1.0 - seen.decodable()) }
}

/// The share of the camera's captures that somebody was shown since their first one.
fn shown(world: &World, seen: &Seen) -> f64 {
    let since = seen.first_decoded.unwrap_or_else(|| world.elapsed());
    let captures = (world.elapsed() - since).as_secs_f64() * FRAMES_PER_SECOND;
    (100.0 * seen.decoded as f64 / captures.max(1.0)).min(100.0)
}

/// What the server did wrong to anybody's packets, by what their headers claim and what is in them.
fn faults() -> Target<World> {
    target("faults of the server", Unit::Count, Bound::AtMost(0.0), |world| {
        let impressions = world.clients().iter().map(|client| client.impression());
        impressions
            .flat_map(|impression| impression.seen.into_values())
            .map(|seen| seen.faults.count() as f64)
            .sum()
    })
}

/// Moments at which the publisher was asked for a keyframe of one encoding, from `from` on.
fn asked(world: &World, from: Duration, encoding: Option<u8>) -> Vec<Duration> {
    let log = world.client("ada").and_then(|ada| ada.keyframes());
    let asked = log.into_iter().flat_map(|log| log.asked_since(from));
    asked.filter(|&(_, of)| encoding.is_none_or(|encoding| of == encoding)).map(|(at, _)| at).collect()
}

/// Moments at which the publisher made keyframes, from `from` on.
fn made(world: &World, from: Duration) -> Vec<Duration> {
    let log = world.client("ada").and_then(|ada| ada.keyframes());
    log.map(|log| log.made_since(from).collect()).unwrap_or_default()
}
