//! The command line.

mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use switchyard_vocab::units::Bitrate;

use crate::destination::Destination;
use crate::plan::{self, MediaPlan, Plan, PlanError, VideoPlan};

/// Puts a Switchyard server under load and counts every packet.
#[derive(Clone, Debug, Parser)]
#[command(name = "switchyard-load", version)]
pub struct Options {
    /// The server's signalling URL.
    #[arg(long, default_value = "ws://127.0.0.1:7880/v1/connect")]
    pub url: String,
    /// How many rooms.
    #[arg(long, default_value_t = 1)]
    pub rooms: u32,
    /// How many clients publish in each room.
    #[arg(long, default_value_t = 1)]
    pub publishers: u32,
    /// How many clients receive everything in each room.
    #[arg(long, default_value_t = 1)]
    pub subscribers: u32,
    /// Payload of each publisher's video per second, as in 500kbps or 2.5Mbps; 0 publishes none.
    #[arg(long, default_value = "500kbps", value_parser = values::bitrate)]
    pub video_bitrate: Bitrate,
    /// Frames per second.
    #[arg(long, default_value_t = 30)]
    pub fps: u32,
    /// Publish three encodings of each picture; they share the bitrate.
    #[arg(long)]
    pub simulcast: bool,
    /// Publish sound as well.
    #[arg(long)]
    pub audio: bool,
    /// How long to go on once everybody is there, as in 60s or 2m.
    #[arg(long, default_value = "60s", value_parser = values::duration)]
    pub duration: Duration,
    /// How many clients join per second, as in 20/s.
    #[arg(long, default_value = "20/s", value_parser = values::per_second)]
    pub ramp: u32,
    /// The server's process, on this machine: its CPU time and memory are reported.
    #[arg(long)]
    pub server_pid: Option<u32>,
    /// Write the report to a file as JSON, too.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// End with success even if packets were lost, doubled or out of order.
    #[arg(long)]
    pub tolerate_loss: bool,
    /// Allow a server on a public address.
    #[arg(long)]
    pub i_own_this_server: bool,
    /// Number from which everything random is made.
    #[arg(long)]
    pub seed: Option<u64>,
}

impl Options {
    /// Checks everything against the limits and finds the server's address.
    ///
    /// # Errors
    ///
    /// What to change.
    pub fn plan(&self) -> Result<Plan, PlanError> {
        let video = (self.video_bitrate.as_bps() > 0).then_some(VideoPlan {
            bitrate: self.video_bitrate,
            fps: self.fps,
            simulcast: self.simulcast,
        });
        let plan = Plan {
            destination: Destination::find(&self.url, self.i_own_this_server)?,
            rooms: self.rooms,
            publishers: self.publishers,
            subscribers: self.subscribers,
            media: MediaPlan { video, audio: self.audio },
            duration: self.duration,
            joins_per_second: self.ramp,
            server_pid: self.server_pid,
            seed: self.seed.unwrap_or_else(plan::fresh_seed),
        };
        plan.check()?;
        Ok(plan)
    }
}
