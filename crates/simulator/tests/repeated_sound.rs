//! Sound on links that lose: what is lost of it is found in what follows.

use std::time::Duration;

use switchyard_simulator::client::media::Media;
use switchyard_simulator::client::subscriber::Heard;
use switchyard_simulator::network::{LinkConditions, Loss};
use switchyard_simulator::replay;
use switchyard_simulator::scenario::Scenario;
use switchyard_simulator::seed::Seed;
use switchyard_vocab::redundancy::AudioRedundancy;

const CALL: Duration = Duration::from_secs(60);

/// 20 ms each way, and this loss.
fn losing(loss: Loss) -> LinkConditions {
    LinkConditions { loss, ..LinkConditions::clean(Duration::from_millis(20)) }
}

/// Ada speaks, Bob hears her behind that link for a minute.
fn heard(redundancy: AudioRedundancy, loss: Loss, seed: u64) -> Heard {
    let scenario = Scenario::called("a lossy link").over_workers(2).repeating_sound(redundancy);
    let scenario = scenario.enters("ada", Media { microphone: true, ..Media::none() });
    let scenario = scenario.behind(losing(loss)).enters("bob", Media::none()).runs(CALL);
    let world = replay::once(&scenario, Seed(seed)).unwrap_or_else(|error| panic!("{error}"));
    world.hears("bob", "ada").expect("bob hears ada")
}

/// Percent of the sound that had to be made up.
fn concealed(heard: &Heard) -> f64 {
    100.0 * heard.concealed as f64 / heard.spoken as f64
}

#[test]
fn at_a_fifth_lost_less_than_two_percent_of_the_sound_are_made_up() {
    for seed in 1..=5 {
        let without = heard(AudioRedundancy::Off, Loss::Random(0.2), seed);
        let with = heard(AudioRedundancy::OnLoss, Loss::Random(0.2), seed);

        println!("seed {seed}: {:.2} % without, {:.2} % with", concealed(&without), concealed(&with));
        assert!(concealed(&without) > 15.0, "{without:?}");
        assert!(concealed(&with) <= 2.0, "{with:?}");
        assert_eq!(without.with_repeats, 0);
    }
}

#[test]
fn at_five_percent_lost_one_repeat_leaves_less_than_a_hundredth() {
    for seed in 1..=5 {
        let with = heard(AudioRedundancy::OnLoss, Loss::Random(0.05), seed);

        println!("seed {seed}: {:.2} %", concealed(&with));
        assert!(concealed(&with) <= 1.0, "{with:?}");
    }
}

#[test]
fn nothing_is_repeated_for_who_loses_nothing() {
    let clean = heard(AudioRedundancy::OnLoss, Loss::None, 1);

    assert_eq!((clean.with_repeats, clean.concealed), (0, 0), "{clean:?}");
}

#[test]
fn who_wants_repeats_always_has_them_from_the_second_packet_on() {
    let clean = heard(AudioRedundancy::Always, Loss::None, 1);

    assert_eq!(clean.with_repeats, clean.packets - 1, "{clean:?}");
}
