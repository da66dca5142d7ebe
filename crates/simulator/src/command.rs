//! What can be asked for.

pub(super) mod named;
mod sweep;

use std::path::PathBuf;

use clap::Subcommand;
use switchyard_simulator::seed::Seed;

use named::Named;

/// A command.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Plays a scenario with many seeds, and names those with which an invariant breaks.
    Sweep {
        /// How many seeds.
        #[arg(long, default_value_t = 100)]
        seeds: u64,
        /// The first of them.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// After so many minutes of real time no further seed is begun.
        #[arg(long, default_value_t = 10)]
        minutes: u64,
        /// Which scenario.
        #[arg(long, default_value = "random")]
        scenario: String,
    },
    /// Plays a scenario with one seed, and tells what happened.
    Replay {
        /// Which scenario.
        scenario: String,
        /// The seed.
        seed: u64,
    },
    /// Draws a scenario with one seed.
    Plot {
        /// Which scenario.
        scenario: String,
        /// The seed.
        seed: u64,
        /// The file that is written: SVG.
        file: PathBuf,
    },
}

impl Command {
    /// Does it; gives back whether all was well.
    ///
    /// # Errors
    /// Says why it could not be done.
    pub(super) fn run(self) -> Result<bool, String> {
        match self {
            Self::Sweep { seeds, from, minutes, scenario } => {
                Ok(sweep::sweep(&Named::find(&scenario)?, from..from.saturating_add(seeds), minutes))
            }
            Self::Replay { scenario, seed } => {
                let played = Named::find(&scenario)?.play(Seed(seed));
                played.log.iter().for_each(|line| println!("{line}"));
                played.figures.iter().for_each(|figure| println!("{figure}"));
                played.broken.iter().for_each(|broken| println!("BROKEN: {broken}"));
                Ok(played.broken.is_empty())
            }
            Self::Plot { scenario, seed, file } => {
                let played = Named::find(&scenario)?.play(Seed(seed));
                std::fs::write(&file, played.chart.svg())
                    .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
                Ok(true)
            }
        }
    }
}
