//! A receiver that reports every packet's arrival.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

use super::flow::Packet;

/// What a report costs on the wire: its head, …
const HEAD: usize = 20;

/// … and each packet it tells of.
const EACH: usize = 2;

/// A receiver report with one block.
const TOTALS: usize = 32;

/// What a receiver tells of.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reports {
    /// Each packet (transport-wide feedback).
    #[default]
    Packets,
    /// How much was lost, and nothing of single packets (receiver reports).
    Totals,
}

/// A report under way.
#[derive(Clone, Debug)]
pub(super) enum Report {
    Packets {
        base: SeqNo,
        end: SeqNo,
        /// What arrived, and when by the receiver's clock, in steps of 250 µs.
        arrivals: Vec<(SeqNo, i64)>,
    },
    Totals {
        /// The share of packets lost since the last one, 0 to 1.
        lost: f64,
        /// When the newest packet would have been sent to arrive now: what has passed since is time there and back.
        echo: Instant,
    },
}

impl Report {
    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Packets { arrivals, .. } => HEAD + EACH * arrivals.len(),
            Self::Totals { .. } => TOTALS,
        }
    }
}

/// The receiver of one flow.
#[derive(Debug)]
pub(super) struct Receiver {
    start: Instant,
    reports: Reports,
    interval: Duration,
    next_at: Option<Instant>,
    told_below: ExtSeqNo,
    arrived: BTreeMap<ExtSeqNo, Instant>,
    newest: Option<(Instant, Instant)>,
}

impl Receiver {
    pub(super) const fn new(start: Instant, first: ExtSeqNo, reports: Reports, interval: Duration) -> Self {
        let arrived = BTreeMap::new();
        Self { start, reports, interval, next_at: None, told_below: first, arrived, newest: None }
    }

    pub(super) fn on_packet(&mut self, now: Instant, packet: &Packet) -> Option<Report> {
        self.arrived.entry(packet.number).or_insert(now);
        self.newest = Some((packet.sent_at, now));
        self.next_at.get_or_insert(now + self.interval);
        self.on_time(now)
    }

    pub(super) fn on_time(&mut self, now: Instant) -> Option<Report> {
        if self.next_at.is_none_or(|at| now < at) {
            return None;
        }
        self.next_at = None;
        let (&first, _) = self.arrived.first_key_value()?;
        let (&last, _) = self.arrived.last_key_value()?;
        let report = match self.reports {
            Reports::Packets => self.each(first, last),
            Reports::Totals => self.totals(now, last)?,
        };
        self.arrived.clear();
        self.told_below = self.told_below.max(last.plus(1));
        Some(report)
    }

    fn each(&self, first: ExtSeqNo, last: ExtSeqNo) -> Report {
        let base = first.min(self.told_below);
        let micros = |at: Instant| (at.duration_since(self.start).as_micros() as i64) / 250 * 250;
        let arrivals = self.arrived.iter().map(|(number, at)| (number.on_wire(), micros(*at))).collect();
        Report::Packets { base: base.on_wire(), end: last.plus(1).on_wire(), arrivals }
    }

    fn totals(&self, now: Instant, last: ExtSeqNo) -> Option<Report> {
        let (sent_at, arrived_at) = self.newest?;
        let expected = (last.0 + 1).saturating_sub(self.told_below.0).max(1);
        let come = self.arrived.range(self.told_below..).count() as f64;
        let lost = (1.0 - come / expected as f64).clamp(0.0, 1.0);
        Some(Report::Totals { lost, echo: sent_at + now.duration_since(arrived_at) })
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        self.next_at
    }
}
