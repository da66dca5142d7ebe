//! The first call, with fixed seeds; the calls themselves stand in `library/first_call.rs`.

use switchyard_simulator::library::first_call;
use switchyard_simulator::replay;
use switchyard_simulator::scenario::Scenario;
use switchyard_simulator::seed::Seed;

#[test]
fn one_publisher_and_three_subscribers_over_two_workers_with_one_percent_loss() {
    let scenario = first_call::the_first_call();

    let world = replay::twice(&scenario, Seed(1)).unwrap_or_else(|error| panic!("{error}"));
    let other = replay::once(&scenario, Seed(2)).unwrap_or_else(|error| panic!("{error}"));

    assert_ne!(world.log().hash(), other.log().hash(), "another seed is another run");
}

#[test]
fn whatever_the_seed_the_server_makes_no_mistake() {
    play_with_any_seed(&first_call::bad_links());
}

#[test]
fn whatever_the_seed_everybody_gets_the_highest_layer() {
    let scenario = first_call::a_call_with_losses();

    play_with_any_seed(&scenario);
    // Here the first packet of the largest layer is lost, and with it all that tells its size.
    replay::once(&scenario, Seed(1035)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn whoever_joins_late_sees_a_picture_soon() {
    replay::twice(&first_call::a_late_join(), Seed(12)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_publisher_hears_of_nearly_every_packet_it_sent() {
    replay::once(&first_call::feedback(), Seed(3)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn changing_layers_every_three_seconds_freezes_nobody() {
    replay::once(&first_call::layer_switches(), Seed(4)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn changing_layers_freezes_nobody_whatever_the_codec() {
    for scenario in first_call::layer_switches_of_other_codecs() {
        replay::once(&scenario, Seed(4)).unwrap_or_else(|error| panic!("{}: {error}", scenario.name()));
    }
}

#[test]
fn rids_may_be_named_in_any_order() {
    replay::once(&first_call::largest_first(), Seed(5)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn one_encoding_without_a_rid_is_forwarded_as_well() {
    replay::once(&first_call::one_encoding(), Seed(6)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn temporal_layers_pass_unharmed() {
    replay::once(&first_call::temporal_layers(), Seed(7)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_muted_camera_is_seen_by_nobody_and_comes_back_at_once() {
    replay::twice(&first_call::mute(), Seed(8)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_paused_subscription_costs_nobody_else_anything() {
    replay::once(&first_call::pause(), Seed(9)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_subscriber_that_leaves_and_comes_back_is_served_as_before() {
    replay::twice(&first_call::come_and_go(), Seed(10)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn when_the_publisher_leaves_nothing_is_left_of_her() {
    replay::once(&first_call::the_end(), Seed(11)).unwrap_or_else(|error| panic!("{error}"));
}

/// Twenty seeds, or as many as `SIMULATOR_SEEDS` says.
fn play_with_any_seed(scenario: &Scenario) {
    let seeds = std::env::var("SIMULATOR_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(20);
    for seed in 100..100 + seeds {
        replay::once(scenario, Seed(seed)).unwrap_or_else(|error| panic!("{error}"));
    }
}
