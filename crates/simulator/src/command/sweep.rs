//! Many seeds, bounded in number and in time.

use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use switchyard_simulator::seed::Seed;

use super::named::Named;

/// Plays the scenario with these seeds, but begins none after so many minutes; gives back whether all held.
pub(super) fn sweep(named: &Named, seeds: Range<u64>, minutes: u64) -> bool {
    let (begun, longest) = (now(), Duration::from_secs(minutes.saturating_mul(60)));
    let (mut played, mut failed) = (0_u64, 0_u64);
    for seed in seeds {
        if now() - begun >= longest {
            println!("{minutes} minutes are over before seed {seed}");
            break;
        }
        played += 1;
        let broken = play(named, Seed(seed));
        failed += u64::from(!broken.is_empty());
        broken.iter().for_each(|broken| println!("seed {seed}: {broken}"));
    }
    println!("{}: {played} seeds, {failed} failed", named.name());
    failed == 0
}

fn play(named: &Named, seed: Seed) -> Vec<String> {
    // Builds that abort on a panic never come back from here; the hook has said by then which seed it was.
    let usual = panic::take_hook();
    let name = named.name().to_owned();
    panic::set_hook(Box::new(move |what| eprintln!("{name} with seed {} panicked: {what}", seed.0)));
    let played = panic::catch_unwind(AssertUnwindSafe(|| named.play(seed)));
    panic::set_hook(usual);
    played.map_or_else(|_| vec!["panicked".to_owned()], |played| played.broken)
}

fn now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "a person waits: the limit is in real time, and no run sees it"
    )]
    Instant::now()
}
