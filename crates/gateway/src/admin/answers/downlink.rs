//! The way to a participant, as callers read it.

use schemars::JsonSchema;
use serde::Serialize;
use switchyard_vocab::downlink::{DownlinkFigures, Estimated, HeldBy};

/// The way to a participant over the last second.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "Downlink")]
pub(super) struct Downlink {
    /// What is sent, with the network's headers, repairs and probes.
    sent_bits_per_second: u64,
    /// How long a picture waits in the server before it leaves, in milliseconds.
    queue_ms: u64,
    /// Time there and back, in milliseconds; taken for 100 until it was measured.
    round_trip_ms: u64,
    /// What feedback tells of how much fits; null unless the server adapts (`media.adapt`).
    estimate: Option<Estimate>,
}

/// What feedback tells of how much fits.
#[derive(Debug, JsonSchema, Serialize)]
struct Estimate {
    /// What is taken to fit.
    bits_per_second: u64,
    /// What arrives of what is sent; null where packets are not reported on one by one.
    arriving_bits_per_second: Option<u64>,
    /// The share that is lost, 0 to 1.
    loss: f64,
    /// What pictures and sound were given of it.
    spent_bits_per_second: u64,
    /// What would have to fit for the next better layer that does not; null when all have all they want.
    wanted_bits_per_second: Option<u64>,
    /// What keeps it from rising.
    held_by: Hold,
}

/// What keeps an estimate from rising: nothing was heard of the participant yet, queues grew, packets are
/// lost, they tell nothing any more, they take no more by their own estimate, less is sent than fits; or nothing does.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Hold {
    Unheard,
    Delay,
    Loss,
    Silence,
    Receiver,
    Demand,
    Nothing,
}

impl From<DownlinkFigures> for Downlink {
    fn from(figures: DownlinkFigures) -> Self {
        Self {
            sent_bits_per_second: figures.sent.as_bps(),
            queue_ms: figures.queue_delay.as_millis() as u64,
            round_trip_ms: figures.rtt.as_millis() as u64,
            estimate: figures.estimated.map(Estimate::from),
        }
    }
}

impl From<Estimated> for Estimate {
    fn from(estimated: Estimated) -> Self {
        Self {
            bits_per_second: estimated.bitrate.as_bps(),
            arriving_bits_per_second: estimated.arriving.map(|rate| rate.as_bps()),
            loss: estimated.loss,
            spent_bits_per_second: estimated.spent.as_bps(),
            wanted_bits_per_second: estimated.wanted.map(|rate| rate.as_bps()),
            held_by: estimated.held_by.into(),
        }
    }
}

impl From<HeldBy> for Hold {
    fn from(held_by: HeldBy) -> Self {
        match held_by {
            HeldBy::Unheard => Self::Unheard,
            HeldBy::Delay => Self::Delay,
            HeldBy::Loss => Self::Loss,
            HeldBy::Silence => Self::Silence,
            HeldBy::Receiver => Self::Receiver,
            HeldBy::Demand => Self::Demand,
            HeldBy::Nothing => Self::Nothing,
        }
    }
}
