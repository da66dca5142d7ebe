//! `switchyard-canary`: joins a running server and reports whether media gets through.
//!
//! Exit codes: 0 when all went well, 1 when it could not begin, 2 when media stopped.

mod probe;
mod values;

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use probe::Probe;
use switchyard_canary::{Canary, End, Options, Pattern, Report};
use tokio::time::{Instant, sleep};

/// Joins a running server on another WebRTC implementation, as a publisher and as a viewer, by the native
/// dialect and by WHIP and WHEP; prints times, loss and latency, and one line of JSON.
#[derive(Debug, Parser)]
#[command(name = "switchyard-canary", version, args_conflicts_with_subcommands = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    probe: Probe,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Publish sound and video that can be recognised.
    Publish {
        #[command(flatten)]
        place: Place,
        /// Payload of the video per second, as in 500kbps or 2.5Mbps; 0 publishes sound alone.
        #[arg(long, default_value = "500kbps", value_parser = values::bitrate)]
        video_bitrate: u32,
        /// Frames per second.
        #[arg(long, default_value_t = 30)]
        fps: u32,
    },
    /// Receive everything in a room, and report loss, order and delay.
    Watch {
        #[command(flatten)]
        place: Place,
        /// Time without a packet after which media counts as stopped, as in 5s or 500ms.
        #[arg(long, default_value = "5s", value_parser = values::duration)]
        stall: Duration,
    },
}

#[derive(Args, Debug)]
struct Place {
    /// The server's signalling URL.
    #[arg(long, default_value = "ws://127.0.0.1:7880/v1/connect")]
    url: String,
    /// The room to enter.
    #[arg(long, default_value = "canary")]
    room: String,
    /// The name to enter under.
    #[arg(long)]
    identity: Option<String>,
    /// What proves that we may; a server in development mode needs none.
    #[arg(long)]
    token: Option<String>,
    /// The local address to use; by default the one on the way to the server.
    #[arg(long)]
    bind: Option<IpAddr>,
    /// How long to go on, as in 60s or 2m; without it, until media stops.
    #[arg(long, value_parser = values::duration)]
    duration: Option<Duration>,
    /// Write the report to a file as JSON, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let CommandLine { command, probe } = CommandLine::parse();
    let flowed = match command {
        Some(command) => run(command).await,
        None => probe.run().await,
    };
    match flowed {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("switchyard-canary: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether media flowed until the end.
async fn run(command: Command) -> Result<bool> {
    match command {
        Command::Publish { place, video_bitrate, fps } => {
            let mut canary = Canary::join(place.options("canary-publisher", false)).await?;
            canary.publish(Pattern { video_bitrate, frame_rate: fps }).await?;
            let stopped = tokio::select! {
                end = canary.ended() => Some(end),
                () = rest(place.duration) => None,
            };
            place.finish(canary.leave().await, stopped)
        }
        Command::Watch { place, stall } => {
            let canary = Canary::join(place.options("canary-watcher", true)).await?;
            let stopped = tokio::select! {
                end = canary.ended() => Some(end),
                () = silence(&canary, stall) => Some(End::MediaLost("nothing arrives".into())),
                () = rest(place.duration) => None,
            };
            place.finish(canary.leave().await, stopped)
        }
    }
}

impl Place {
    fn options(&self, identity: &str, subscribe: bool) -> Options {
        let identity = self.identity.as_deref().unwrap_or(identity);
        let mut options = Options::new(&self.url, &self.room, identity);
        options.token.clone_from(&self.token);
        options.subscribe = subscribe;
        options.bind = self.bind;
        options
    }

    /// Writes the report, and says whether media flowed until the end.
    fn finish(&self, mut report: Report, stopped: Option<End>) -> Result<bool> {
        report.end = stopped;
        println!("{report}");
        if let Some(file) = &self.json {
            let text = serde_json::to_string_pretty(&report)?;
            fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
        }
        Ok(report.end.is_none())
    }
}

/// Waits as long as asked, or for ever.
async fn rest(duration: Option<Duration>) {
    match duration {
        Some(duration) => sleep(duration).await,
        None => std::future::pending().await,
    }
}

/// Returns once no packet has arrived for `longest`.
async fn silence(canary: &Canary, longest: Duration) {
    let (mut seen, mut since) = (0, Instant::now());
    loop {
        sleep(Duration::from_millis(200)).await;
        let packets = canary.report().received.packets();
        if packets != seen {
            (seen, since) = (packets, Instant::now());
        } else if since.elapsed() >= longest {
            return;
        }
    }
}
