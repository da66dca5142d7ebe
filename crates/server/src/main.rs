//! The binary `switchyard`: reads the configuration, assembles the server and waits for its end.

mod assemble;
mod config;
mod control_task;
mod flags;
mod healthcheck;
mod journal;
mod logging;
mod ports;
mod shutdown;
mod token;
mod watchdog;
mod worker_thread;

use std::process::ExitCode;

use clap::Parser;

use crate::config::Config;
use crate::flags::{Action, CommandLine};

/// Exit code for a configuration that was refused, as in `sysexits.h`.
const EXIT_CONFIG: u8 = 78;

fn main() -> ExitCode {
    let environment = environment();
    let start = CommandLine::parse().start(std::env::args_os().skip(1).count(), &environment);
    let config = match Config::load(start.file.as_deref(), &environment, &start.flags) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("switchyard: {error}");
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    match start.action {
        Action::CheckConfig => {
            println!("the configuration is fine");
            ExitCode::SUCCESS
        }
        Action::Token(token) => match token.mint(&config.gateway.auth, start.flags.dev) {
            Ok(token) => {
                println!("{token}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("switchyard: {error:#}");
                ExitCode::FAILURE
            }
        },
        Action::Healthcheck { alive } => match healthcheck::ask(config.gateway.listen, alive) {
            Ok(said) => {
                println!("{said}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("switchyard: {error:#}");
                ExitCode::FAILURE
            }
        },
        Action::Serve => serve(config, start.flags.dev),
    }
}

/// The environment as texts. What is no Unicode is no value of ours, and is refused by what it is read as.
fn environment() -> Vec<(String, String)> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
}

fn serve(config: Config, dev: bool) -> ExitCode {
    logging::start(&config.log);
    if dev {
        tracing::warn!(
            "development mode: anybody may join under any name; for production name a file with --config"
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
