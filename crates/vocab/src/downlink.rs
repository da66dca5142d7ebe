//! What is known of the way to one subscriber: figures for people who ask why somebody's picture is bad.

use std::time::Duration;

use crate::units::Bitrate;

/// The way to one subscriber over the last second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DownlinkFigures {
    /// What is sent, with the network's headers, repairs and probes.
    pub sent: Bitrate,
    /// How long a picture waits here before it leaves, at the end of the second.
    pub queue_delay: Duration,
    /// Time there and back; taken for 100 ms until it was measured.
    pub rtt: Duration,
    /// What is estimated; `None` where nothing adapts.
    pub estimated: Option<Estimated>,
}

/// What an estimator makes of a subscriber's feedback.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimated {
    /// What fits.
    pub bitrate: Bitrate,
    /// What arrives of what is sent, where each packet is reported on.
    pub arriving: Option<Bitrate>,
    /// The share lost, 0 to 1.
    pub loss: f64,
    /// What pictures and sound take of it, as it was divided last.
    pub spent: Bitrate,
    /// What would have to fit for the next better layer that does not; `None` when all have all they want.
    pub wanted: Option<Bitrate>,
    /// What keeps it from being more.
    pub held_by: HeldBy,
}

/// What keeps an estimate from rising.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HeldBy {
    /// Nothing has been heard of the subscriber yet.
    Unheard,
    /// Queues on the way grew.
    Delay,
    /// Packets are lost on the way.
    Loss,
    /// The subscriber tells nothing any more: it falls.
    Silence,
    /// The subscriber takes no more (REMB).
    Receiver,
    /// Less is sent than fits: how much more would fit is not known.
    Demand,
    /// Nothing: it rises.
    Nothing,
}

impl HeldBy {
    /// All of them, in the order of their indexes.
    pub const ALL: [Self; 7] =
        [Self::Unheard, Self::Delay, Self::Loss, Self::Silence, Self::Receiver, Self::Demand, Self::Nothing];

    /// The label in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unheard => "unheard",
            Self::Delay => "delay",
            Self::Loss => "loss",
            Self::Silence => "silence",
            Self::Receiver => "receiver",
            Self::Demand => "demand",
            Self::Nothing => "nothing",
        }
    }
}
