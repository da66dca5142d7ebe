//! Loss of sound, with earlier sound in later packets and without.

use switchyard_vocab::redundancy::AudioRedundancy;

use super::super::{Bound, Case, Target, Unit};
use super::{ms, seconds, target};
use crate::client::media::Media;
use crate::client::subscriber::Heard;
use crate::network::LinkConditions;
use crate::scenario::Scenario;
use crate::world::World;

/// How long each call lasts, in seconds.
const LASTS: u64 = 60;

/// Percent lost, and percent of the sound that may have to be made up.
const LOSSES: [(u64, f64); 3] = [(5, 1.0), (10, 1.5), (20, 2.0)];

/// Loss at random with repeats, and in bursts; and, for comparison, the most of it without.
pub(super) fn lossy() -> Vec<Case<World>> {
    let link = |lost: u64| LinkConditions::clean(ms(20)).with_loss(lost as f64 / 100.0);
    let with = LOSSES.map(|(lost, most)| {
        let about = format!("{lost} % lost at random, repeats");
        case((&format!("sound-loss-{lost}"), &about), AudioRedundancy::OnLoss, link(lost), most)
    });
    let without = ("sound-loss-20-alone", "20 % lost at random, no repeats");
    let bursts = ("sound-bursts", "5 % lost, 3 packets at a time on average, repeats");
    let mut cases = Vec::from(with);
    cases.push(case(without, AudioRedundancy::Off, link(20), 25.0));
    let bursty = LinkConditions::clean(ms(20)).with_bursts(0.05, 3.0);
    cases.push(case(bursts, AudioRedundancy::OnLoss, bursty, 4.0));
    cases
}

/// Ada speaks and is seen; Bob's link loses in both directions.
fn case(
    (name, about): (&str, &str),
    redundancy: AudioRedundancy,
    link: LinkConditions,
    most: f64,
) -> Case<World> {
    let scenario = Scenario::called("sound").adapting().repeating_sound(redundancy);
    let scenario = scenario.enters("ada", Media::single_camera_and_microphone()).behind(link);
    let scenario = scenario.enters("bob", Media::none()).watches("bob").runs(seconds(LASTS));
    let targets = vec![concealed(most), cost()];
    Case::call(name, "Sound on lossy links", about, scenario, targets)
}

fn heard(world: &World) -> Heard {
    world.hears("bob", "ada").unwrap_or_default()
}

fn concealed(most: f64) -> Target<World> {
    target("sound made up", Unit::FinePercent, Bound::AtMost(most), |world| {
        let heard = heard(world);
        100.0 * heard.concealed as f64 / (heard.spoken as f64).max(1.0)
    })
}

fn cost() -> Target<World> {
    target("packets with repeats", Unit::Percent, Bound::AtMost(100.0), |world| {
        let heard = heard(world);
        100.0 * heard.with_repeats as f64 / (heard.packets as f64).max(1.0)
    })
}
