//! The binary `switchyard`: reads the configuration, assembles the server and waits for its end.

mod assemble;
mod config;
mod control_task;
mod flags;
mod logging;
mod ports;
mod shutdown;
mod worker_thread;

use std::process::ExitCode;

use clap::Parser;

use crate::config::Config;
use crate::flags::{Action, CommandLine};

/// Exit code for a configuration that was refused, as in `sysexits.h`.
const EXIT_CONFIG: u8 = 78;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let start = command_line.start();
    let config = match Config::load(start.file.as_deref(), &start.flags) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("switchyard: {error}");
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    match start.action {
        Action::CheckConfig => {
            println!("configuration is fine");
            ExitCode::SUCCESS
        }
        Action::Serve => serve(config, start.flags.dev),
    }
}

fn serve(config: Config, dev: bool) -> ExitCode {
    logging::start(&config.log);
    if dev {
        tracing::warn!(
            "development mode: anybody may join under any name; name a file or keys of your own to leave it"
        );
    }
    match assemble::run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
