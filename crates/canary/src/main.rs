//! `switchyard-canary`: joins a running server and reports whether media gets through.
//!
//! Exit codes: 0 when all went well, 1 when it could not begin, 2 when media stopped.

use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use switchyard_canary::{Canary, End, Options, Pattern, Report};
use tokio::time::{Instant, sleep};

/// Joins a running server as a participant on another WebRTC implementation.
#[derive(Debug, Parser)]
#[command(name = "switchyard-canary", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Publish sound and video that can be recognised.
    Publish {
        #[command(flatten)]
        place: Place,
        /// Payload bits of the video per second; 0 for sound alone.
        #[arg(long, default_value_t = 500_000)]
        bitrate: u32,
        /// Frames per second.
        #[arg(long, default_value_t = 25)]
        frame_rate: u32,
    },
    /// Receive everything in a room, and report loss, order and delay.
    Watch {
        #[command(flatten)]
        place: Place,
        /// Seconds without a packet after which media counts as stopped.
        #[arg(long, default_value_t = 5)]
        stall: u64,
    },
}

#[derive(Args, Debug)]
struct Place {
    /// The server's signalling URL, as in ws://localhost:7880/v1/connect.
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
    /// Stop after so many seconds; without it, only when media stops.
    #[arg(long)]
    seconds: Option<u64>,
    /// Write the report as JSON.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    match run(CommandLine::parse().command).await {
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
        Command::Publish { place, bitrate, frame_rate } => {
            let mut canary = Canary::join(place.options("canary-publisher", false)).await?;
            canary.publish(Pattern { video_bitrate: bitrate, frame_rate }).await?;
            let stopped = tokio::select! {
                end = canary.ended() => Some(end),
                () = rest(place.seconds) => None,
            };
            Ok(place.finish(canary.leave().await, stopped))
        }
        Command::Watch { place, stall } => {
            let canary = Canary::join(place.options("canary-watcher", true)).await?;
            let stopped = tokio::select! {
                end = canary.ended() => Some(end),
                () = silence(&canary, Duration::from_secs(stall)) => Some(End::MediaLost("nothing arrives".into())),
                () = rest(place.seconds) => None,
            };
            Ok(place.finish(canary.leave().await, stopped))
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
    fn finish(&self, mut report: Report, stopped: Option<End>) -> bool {
        report.end = stopped;
        if self.json {
            println!("{}", serde_json::to_string(&report).expect("a report is plain data"));
        } else {
            println!("{report}");
        }
        report.end.is_none()
    }
}

/// Waits as long as asked, or for ever.
async fn rest(seconds: Option<u64>) {
    match seconds {
        Some(seconds) => sleep(Duration::from_secs(seconds)).await,
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
