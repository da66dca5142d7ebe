//! `switchyard-sim`: looks for seeds with which something goes wrong, shows one, draws one.
//!
//! Exit codes: 0 when all was well, 1 when a command could not be carried out, 2 when a seed failed.

mod command;

use std::process::ExitCode;

use clap::Parser;
use command::{Command, named};

/// Plays calls and flows in virtual time, with seeds.
#[derive(Debug, Parser)]
#[command(name = "switchyard-sim", version)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    match Options::parse().command.run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("switchyard-sim: {error}\nscenarios: {}", named::names().join(" "));
            ExitCode::FAILURE
        }
    }
}
