//! What a run is to do, checked against the limits.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use switchyard_vocab::units::Bitrate;

use crate::destination::{Destination, DestinationError};

/// Most clients of one run: each has a socket, and the usual limit of open files is 1024 for those
/// and as many WebSockets. More load is more processes.
pub(crate) const MAX_CLIENTS: u32 = 480;
/// Longest run, so that one that was forgotten ends by itself.
pub(crate) const MAX_DURATION: Duration = Duration::from_secs(3600);
/// Highest video bitrate of one publisher: above what any browser sends.
pub(crate) const MAX_BITRATE: Bitrate = Bitrate::mbps(20);
/// Highest frame rate.
pub(crate) const MAX_FPS: u32 = 120;
/// Fastest ramp. Faster is no crowd but an attack.
pub(crate) const MAX_JOINS_PER_SECOND: u32 = 200;
/// Most datagrams per second that all subscribers together may have to receive: one thread counts them.
pub(crate) const MAX_DATAGRAMS_PER_SECOND: u64 = 400_000;

/// Bytes of payload in one datagram of video.
pub(crate) const PAYLOAD: u64 = 1_100;
/// Sound packets per second.
pub(crate) const AUDIO_PACKETS: u64 = 50;

/// What a run is to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The server.
    pub destination: Destination,
    /// How many rooms.
    pub rooms: u32,
    /// How many publishers in each room.
    pub publishers: u32,
    /// How many subscribers in each room.
    pub subscribers: u32,
    /// What each publisher sends.
    pub media: MediaPlan,
    /// How long to go on once everybody is there.
    pub duration: Duration,
    /// How fast clients come.
    pub joins_per_second: u32,
    /// The server's process, if it is to be watched.
    pub server_pid: Option<u32>,
    /// Where random numbers come from.
    pub seed: u64,
}

/// What a publisher sends.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct MediaPlan {
    /// Pictures.
    pub video: Option<VideoPlan>,
    /// Sound: 50 packets per second.
    pub audio: bool,
}

/// The pictures a publisher sends.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct VideoPlan {
    /// Payload of all encodings together.
    #[serde(serialize_with = "as_bps")]
    pub bitrate: Bitrate,
    /// Frames per second.
    pub fps: u32,
    /// Three encodings instead of one.
    pub simulcast: bool,
}

/// Why a run does not begin: what to change.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The server's address is no good.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// Something is zero that cannot be.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
    /// More of something than one run takes.
    #[error("{what}: {wanted} wanted, at most {most} in one run")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much was asked for.
        wanted: u64,
        /// How much there may be.
        most: u64,
    },
    /// Neither sound nor pictures.
    #[error("there is nothing to publish: add --audio, or a --video-bitrate above 0")]
    NothingToPublish,
}

impl Plan {
    /// How many clients there are in all.
    pub const fn clients(&self) -> u32 {
        self.rooms.saturating_mul(self.publishers.saturating_add(self.subscribers))
    }

    /// How many datagrams per second all subscribers should receive, roughly.
    pub fn datagrams_per_second(&self) -> u64 {
        let video = self.media.video.map_or(0, |video| {
            u64::from(video.fps) * (video.bitrate.as_bps() / 8 / u64::from(video.fps.max(1)) / PAYLOAD + 1)
        });
        let audio = if self.media.audio { AUDIO_PACKETS } else { 0 };
        let ways = u64::from(self.rooms) * u64::from(self.publishers) * u64::from(self.subscribers);
        ways.saturating_mul(video + audio)
    }

    pub(crate) fn check(&self) -> Result<(), PlanError> {
        let fps = self.media.video.map_or(1, |video| video.fps);
        let bitrate = self.media.video.map_or(0, |video| video.bitrate.as_bps());
        let at_least_one = [
            ("--rooms", self.rooms),
            ("--publishers", self.publishers),
            ("--ramp", self.joins_per_second),
            ("--fps", fps),
        ];
        if let Some((what, _)) = at_least_one.into_iter().find(|(_, number)| *number == 0) {
            return Err(PlanError::Zero(what));
        }
        if self.media.video.is_none() && !self.media.audio {
            return Err(PlanError::NothingToPublish);
        }
        let bounded = [
            ("clients", u64::from(self.clients()), u64::from(MAX_CLIENTS)),
            ("--fps", u64::from(fps), u64::from(MAX_FPS)),
            ("--ramp", u64::from(self.joins_per_second), u64::from(MAX_JOINS_PER_SECOND)),
            ("--video-bitrate in bits per second", bitrate, MAX_BITRATE.as_bps()),
            ("--duration in seconds", self.duration.as_secs(), MAX_DURATION.as_secs()),
            ("datagrams to receive per second", self.datagrams_per_second(), MAX_DATAGRAMS_PER_SECOND),
        ];
        match bounded.into_iter().find(|(_, wanted, most)| wanted > most) {
            Some((what, wanted, most)) => Err(PlanError::TooMuch { what, wanted, most }),
            None => Ok(()),
        }
    }
}

/// A seed that differs from run to run.
pub(crate) fn fresh_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_nanos() as u64 ^ (u64::from(std::process::id()) << 32)
}

fn as_bps<S: serde::Serializer>(bitrate: &Bitrate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(bitrate.as_bps())
}

#[cfg(test)]
mod tests;
