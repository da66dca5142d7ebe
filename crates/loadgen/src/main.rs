//! `switchyard-load`: puts a server under load and reports what became of every packet.
//!
//! Exit codes: 0 when everything sent arrived once and in order, 1 when it could not begin, 2 when
//! something was lost, doubled, out of order, or a client failed.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use switchyard_loadgen::{Options, run};

fn main() -> ExitCode {
    match load(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("switchyard-load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether the run was as it should be.
fn load(options: &Options) -> Result<bool> {
    let report = run(&options.plan()?)?;
    println!("{report}");
    if let Some(file) = &options.json {
        let text = serde_json::to_string_pretty(&report)?;
        fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(report.is_faultless() || options.tolerate_loss && report.failures.is_empty())
}
