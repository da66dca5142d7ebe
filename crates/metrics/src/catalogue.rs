//! Every metric there is: name, type, unit, labels, help, and how it is read.
//!
//! `docs/metrics.md` is written from this table; a test compares the two.

mod document;
mod table;

use switchyard_vocab::counters::{BitrateHistogram, DurationHistogram, TallyByKind, WorkerCounters};

pub use document::document;
pub use table::METRICS;

use crate::shells::{ControlTotals, GatewayTotals};

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name: `switchyard_<stage>_<what>_<unit>`, with `_total` when it only rises.
    pub name: &'static str,
    /// What operators read.
    pub help: &'static str,
    /// How it moves.
    pub kind: Kind,
    /// Where its values come from.
    pub read: Read,
}

/// How a metric moves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Only rises, from zero at start.
    Counter,
    /// Rises and falls.
    Gauge,
    /// How many were how long, or how fast, by bound: quantiles can be taken of it.
    Histogram,
}

impl Kind {
    /// The word of the exposition format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// The values of a label, each with how it is read.
pub type ByName<T> = &'static [(&'static str, fn(&T) -> f64)];

/// Where the values of a metric come from.
#[derive(Clone, Copy, Debug)]
pub enum Read {
    /// Added up over all workers.
    Workers(fn(&WorkerCounters) -> f64),
    /// Packets by kind, added up over all workers.
    PacketsByKind(fn(&WorkerCounters) -> &TallyByKind),
    /// Bytes by kind, added up over all workers.
    BytesByKind(fn(&WorkerCounters) -> &TallyByKind),
    /// Refused packets by reason, added up over all workers.
    DropsByReason,
    /// Ended lines by reason, added up over all workers.
    LinesByEnd,
    /// One value per worker.
    EachWorker(fn(&WorkerCounters) -> f64),
    /// Added up over all workers, a value for each name of the label.
    WorkersBy(&'static str, ByName<WorkerCounters>),
    /// How long things took, added up over all workers.
    Durations(fn(&WorkerCounters) -> &DurationHistogram),
    /// How fast things went, added up over all workers.
    Bitrates(fn(&WorkerCounters) -> &BitrateHistogram),
    /// From control; left out when control did not answer.
    Control(fn(&ControlTotals) -> f64),
    /// From control, a value for each name of the label.
    ControlBy(&'static str, ByName<ControlTotals>),
    /// One when control answered in time, else zero.
    ControlAnswers,
    /// From the gateway.
    Gateway(fn(&GatewayTotals) -> f64),
    /// From the gateway, a value for each name of the label.
    GatewayBy(&'static str, ByName<GatewayTotals>),
    /// Answers of the admin API, by operation and by the class of the status.
    AdminAnswers,
    /// Answers to WHIP and WHEP, by dialect, method and by the class of the status.
    ResourceAnswers,
    /// Always one; the labels say what is running.
    Build,
}

impl Read {
    /// The labels of its values.
    pub fn labels(self) -> Vec<&'static str> {
        match self {
            Self::PacketsByKind(_) | Self::BytesByKind(_) => vec!["kind"],
            Self::DropsByReason | Self::LinesByEnd => vec!["reason"],
            Self::EachWorker(_) => vec!["worker"],
            Self::WorkersBy(label, _) | Self::ControlBy(label, _) | Self::GatewayBy(label, _) => vec![label],
            Self::AdminAnswers => vec!["operation", "status"],
            Self::ResourceAnswers => vec!["dialect", "method", "status"],
            Self::Build => vec!["version"],
            Self::Workers(_)
            | Self::Durations(_)
            | Self::Bitrates(_)
            | Self::Control(_)
            | Self::ControlAnswers
            | Self::Gateway(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
