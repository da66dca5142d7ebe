//! Every target with its seeds and a bounded number of their mutations, on any toolchain.
//!
//! `FUZZ_MUTATIONS` multiplies the number.

use switchyard_fuzz_targets::{TARGETS, exercise, target};

/// Feeds a target `count` mutations.
fn feed(name: &str, count: u32) {
    let factor = std::env::var("FUZZ_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    exercise(target(name).expect("there is such a target"), count * factor);
}

macro_rules! mutations {
    ($($name:ident: $count:literal;)*) => {
        const FED: &[&str] = &[$(stringify!($name)),*];

        mod holds_its_claims_whatever_it_is_fed {
            $(#[test]
            fn $name() {
                super::feed(stringify!($name), $count);
            })*
        }
    };
}

mutations! {
    stun: 20_000;
    ice: 3_000;
    dtls: 200;
    token: 5_000;
    http: 1_000;
    sdp_offer: 2_000;
    sdp_answer: 1_000;
    trickle: 20_000;
    native: 20_000;
    control: 500;
    srtp: 3_000;
    rtp: 50_000;
    rtcp: 30_000;
    payload: 100_000;
    dependency_descriptor: 20_000;
}

#[test]
fn every_target_is_fed() {
    let unfed: Vec<_> = TARGETS.iter().map(|target| target.name).filter(|name| !FED.contains(name)).collect();

    assert!(unfed.is_empty(), "nobody feeds {unfed:?}");
}

#[test]
fn every_target_has_a_binary_for_a_fuzzer() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"));
    let manifest = manifest.expect("tests/fuzz has a manifest");

    for target in TARGETS {
        let path = format!("path = \"fuzz_targets/{}.rs\"", target.name);
        assert!(manifest.contains(&path), "tests/fuzz/Cargo.toml has no binary for {}", target.name);
    }
}
