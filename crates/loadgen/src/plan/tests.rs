use clap::Parser;

use super::*;
use crate::Options;

fn plan(arguments: &[&str]) -> Result<Plan, PlanError> {
    Options::parse_from([&["switchyard-load"], arguments].concat()).plan()
}

#[test]
fn the_plan_of_the_first_measure_is_within_the_limits() {
    let plan = plan(&["--subscribers", "50", "--audio"]).unwrap();

    assert_eq!(plan.clients(), 51);
    assert_eq!(plan.datagrams_per_second(), 50 * (60 + 50));
}

#[test]
fn more_than_one_run_takes_is_refused_by_name() {
    for arguments in [
        ["--subscribers", "100000"],
        ["--rooms", "4000000000"],
        ["--fps", "1000"],
        ["--duration", "2h"],
        ["--ramp", "100000/s"],
        ["--video-bitrate", "200Mbps"],
    ] {
        assert!(matches!(plan(&arguments), Err(PlanError::TooMuch { .. })), "{arguments:?}");
    }
}

#[test]
fn a_run_that_publishes_nothing_is_refused() {
    assert!(matches!(plan(&["--video-bitrate", "0"]), Err(PlanError::NothingToPublish)));
    assert!(matches!(plan(&["--publishers", "0"]), Err(PlanError::Zero("--publishers"))));
    assert!(plan(&["--video-bitrate", "0", "--audio"]).is_ok());
}
