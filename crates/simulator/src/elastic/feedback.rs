//! A receiver that reports every packet's arrival.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

use super::flow::Packet;

/// What a report costs on the wire: its head, …
const HEAD: usize = 20;

/// … and each packet it tells of.
const EACH: usize = 2;

/// A report under way.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) base: SeqNo,
    pub(super) end: SeqNo,
    /// What arrived, and when by the receiver's clock, in steps of 250 µs.
    pub(super) arrivals: Vec<(SeqNo, i64)>,
}

impl Report {
    pub(super) const fn len(&self) -> usize {
        HEAD + EACH * self.arrivals.len()
    }
}

/// The receiver of one flow.
#[derive(Debug)]
pub(super) struct Receiver {
    start: Instant,
    interval: Duration,
    next_at: Option<Instant>,
    told_below: ExtSeqNo,
    arrived: BTreeMap<ExtSeqNo, Instant>,
}

impl Receiver {
    pub(super) const fn new(start: Instant, first: ExtSeqNo, interval: Duration) -> Self {
        Self { start, interval, next_at: None, told_below: first, arrived: BTreeMap::new() }
    }

    pub(super) fn on_packet(&mut self, now: Instant, packet: &Packet) -> Option<Report> {
        self.arrived.entry(packet.number).or_insert(now);
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
        let base = first.min(self.told_below.max(first.min(self.told_below)));
        let micros = |at: Instant| (at.duration_since(self.start).as_micros() as i64) / 250 * 250;
        let arrivals = self.arrived.iter().map(|(number, at)| (number.on_wire(), micros(*at))).collect();
        self.arrived.clear();
        self.told_below = self.told_below.max(last.plus(1));
        Some(Report { base: base.on_wire(), end: last.plus(1).on_wire(), arrivals })
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        self.next_at
    }
}
