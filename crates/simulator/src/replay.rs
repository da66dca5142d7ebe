//! Replay: the same scenario and the same seed must lead to the same run, event by event.

use std::time::Duration;

use crate::scenario::{Failure, Scenario};
use crate::seed::Seed;
use crate::world::World;

/// Why a scenario is not to be trusted, or did not go well.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Two runs with one seed differed: something is decided by more than the seed.
    #[error("\"{name}\" with {seed:?} differs between two runs from {from:?} on")]
    Diverged {
        /// The scenario.
        name: &'static str,
        /// The seed.
        seed: Seed,
        /// The first tenth of a second that differed.
        from: Duration,
    },
    /// Claims did not hold.
    #[error("\"{name}\" with {seed:?}:\n{}", list(failures))]
    Failed {
        /// The scenario.
        name: &'static str,
        /// The seed.
        seed: Seed,
        /// All that did not hold.
        failures: Vec<Failure>,
    },
}

/// Plays a scenario once; gives back the world at its end.
pub fn once(scenario: &Scenario, seed: Seed) -> Result<World, ReplayError> {
    let outcome = scenario.play(seed);
    if outcome.failures.is_empty() {
        return Ok(outcome.world);
    }
    Err(ReplayError::Failed { name: scenario.name(), seed, failures: outcome.failures })
}

/// Plays a scenario twice and compares everything that happened; gives back the second world.
pub fn twice(scenario: &Scenario, seed: Seed) -> Result<World, ReplayError> {
    let first = once(scenario, seed)?;
    let second = once(scenario, seed)?;
    match first.log().first_difference(second.log()) {
        None => Ok(second),
        Some(from) => Err(ReplayError::Diverged { name: scenario.name(), seed, from }),
    }
}

fn list(failures: &[Failure]) -> String {
    failures.iter().map(|failure| format!("  {failure}\n")).collect()
}
