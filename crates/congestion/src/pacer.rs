//! In which order and how fast packets leave for one subscriber.
//!
//! ```text
//! sound ───────────────────────────────────────► leaves at once
//! asked for again ─┐
//! pictures, by priority ─┼─► leaves while there is credit
//! probe: a cluster ┘         (credit grows with the rate, up to a burst)
//! ```
//!
//! A keyframe arrives as a burst of a hundred packets; sent on as it came, it overflows the short
//! queues of wireless links. So pictures leave in portions at the rate that fits; sound never waits behind
//! them, and what was lost goes before what is new.
//!
//! The pacer holds whatever stands for a packet before it has a number: a packet that is dropped
//! here leaves no gap.

mod credit;
mod queues;

use std::time::{Duration, Instant};

use switchyard_vocab::units::{Bitrate, DataSize};

use crate::packet::ClusterId;
use crate::probe::cluster::{Cluster, Sending};
use credit::Credit;
use queues::Queues;

pub use queues::{Class, Priority, QueueFull};

/// Time between two portions. Shorter costs wake-ups, longer adds delay to every keyframe.
pub const TICK: Duration = Duration::from_millis(5);

/// Packets that leave at once at most. More would save wake-ups, and fill the short queues of wireless
/// links.
const PORTION: usize = 8;

/// Without a rate a longer queue is emptied within this many ticks, so that delay stays below 20 ms however
/// much a subscriber receives.
const TICKS_TO_EMPTY: usize = 4;

/// Pictures wait no longer than this: what would, is refused, and its stream goes on at a keyframe that
/// fits. A keyframe of a screen takes about half of it on a slow link.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What was asked for again waits no longer than this: later its receiver has asked once more, or has given up
/// and wants a keyframe. Without this bound a link that loses half of everything is buried in repairs.
const LONGEST_REPAIR: Duration = Duration::from_millis(250);

/// A cluster that has not left by then was not meant to: its link is slower than its sender.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// The largest packet a probe is padded with.
const PADDING: u64 = 1_200;

/// The queues of one subscriber.
#[derive(Debug)]
pub struct Pacer<T> {
    queues: Queues<T>,
    credit: Credit,
    /// Packets, sound aside, that may still leave in this portion.
    allowance: usize,
    next_portion: Option<Instant>,
    probe: Option<Probe>,
}

#[derive(Clone, Copy, Debug)]
struct Probe {
    sending: Sending,
    until: Instant,
}

/// What may leave now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Release<T> {
    /// What.
    pub what: What<T>,
    /// The cluster it is part of, if a probe is under way.
    pub probe: Option<ClusterId>,
    /// What it was taken for.
    pub size: DataSize,
}

/// A packet, or padding in its place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum What<T> {
    /// A packet that waited.
    Packet(T),
    /// Nothing waits, but a probe needs a packet of about this size. To be followed by
    /// [`padded`](Pacer::padded).
    Padding(DataSize),
}

impl<T> Default for Pacer<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Pacer<T> {
    /// Empty queues. Until a rate is set, packets leave in portions as large as it takes.
    pub fn new() -> Self {
        Self {
            queues: Queues::default(),
            credit: Credit::default(),
            allowance: 0,
            next_portion: None,
            probe: None,
        }
    }

    /// From now on this much leaves, headers included.
    pub fn set_rate(&mut self, now: Instant, rate: Bitrate) {
        self.credit.set_rate(now, rate);
    }

    /// How long what is pushed now would wait, sound aside.
    pub fn wait(&self) -> Duration {
        self.credit.time_for(self.queues.bytes())
    }

    /// How many bytes wait.
    pub const fn queued(&self) -> DataSize {
        DataSize::bytes(self.queues.bytes() as u64)
    }

    /// Queues a packet of `size` bytes, headers included.
    ///
    /// # Errors
    /// [`QueueFull`] gives it back when its class holds as many as it may, or when a picture or a repair would
    /// have to wait for too long.
    pub fn push(&mut self, class: Class, size: DataSize, packet: T) -> Result<(), QueueFull<T>> {
        let waits_too_long = match class {
            Class::Audio => false,
            Class::Retransmission => self.credit.time_for(self.queues.again()) > LONGEST_REPAIR,
            Class::Video(_) => self.wait() > LONGEST_WAIT,
        };
        if waits_too_long { Err(QueueFull(packet)) } else { self.queues.push(class, size, packet) }
    }

    /// Takes back the packets pushed last to a class, for as long as they are `of_no_use`: those of a frame
    /// of which a later packet was refused. Returns how many.
    pub fn take_back(&mut self, class: Class, of_no_use: impl FnMut(&T) -> bool) -> usize {
        self.queues.take_back(class, of_no_use)
    }

    /// Drops whatever of pictures waits and is `of_no_use` any more, repairs as well.
    pub fn discard(&mut self, of_no_use: impl FnMut(&T) -> bool) -> usize {
        self.queues.discard(of_no_use)
    }

    /// What was released was of no use and has not left: others may leave in its place.
    pub fn take_place_of(&mut self, release: &Release<T>) {
        self.credit.refund(release.size);
        if release.probe.is_none() {
            self.allowance += 1;
        }
    }

    /// Sends a cluster as soon as may be. One that is still being sent gives way.
    pub fn start_probe(&mut self, now: Instant, cluster: Cluster) {
        self.probe = Some(Probe { sending: Sending::new(cluster), until: now + PROBE_TIMEOUT });
    }

    /// Opens a new portion if it is time. Then [`pop`](Self::pop).
    pub fn begin_release(&mut self, now: Instant) {
        self.credit.grow(now);
        self.probe.take_if(|probe| now >= probe.until);
        if self.next_portion.is_none_or(|next| now >= next) {
            let queued = if self.credit.has_rate() { 0 } else { self.queues.packets() };
            self.allowance = PORTION.max(queued.div_ceil(TICKS_TO_EMPTY));
            self.next_portion = Some(now + TICK);
        }
    }

    /// What may leave now, the most urgent first.
    pub fn pop(&mut self, now: Instant) -> Option<Release<T>> {
        if let Some((size, packet)) = self.queues.pop_audio() {
            self.credit.spend(size);
            return Some(Release { what: What::Packet(packet), probe: None, size });
        }
        // While a probe is under way nothing else leaves: what left beside it would be measured as well.
        let may_leave = match &self.probe {
            Some(probe) => probe.sending.next_at().is_none_or(|at| now >= at),
            None => self.allowance > 0 && self.credit.is_left(),
        };
        if !may_leave {
            return None;
        }
        if let Some((size, packet)) = self.queues.pop() {
            let probe = self.account(now, size);
            return Some(Release { what: What::Packet(packet), probe, size });
        }
        let probe = self.probe?.sending.cluster().id;
        let size = DataSize::bytes(PADDING);
        Some(Release { what: What::Padding(size), probe: Some(probe), size })
    }

    /// Padding of this size has left; with `None` there was nothing to pad with, and the probe is off.
    pub fn padded(&mut self, now: Instant, size: Option<DataSize>) {
        match size {
            Some(size) => {
                self.account(now, size);
            }
            None => self.probe = None,
        }
    }

    /// When there may be something to release; `None` while nothing waits.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let probe = self.probe.map(|probe| probe.sending.next_at().unwrap_or(probe.until - PROBE_TIMEOUT));
        let waiting = if self.queues.is_empty() { None } else { self.next_portion };
        [probe, waiting].into_iter().flatten().min()
    }

    /// Whether a cluster is being sent.
    pub const fn is_probing(&self) -> bool {
        self.probe.is_some()
    }

    /// Whether nothing waits and no probe is under way.
    pub fn is_idle(&self) -> bool {
        self.queues.is_empty() && self.probe.is_none()
    }

    /// Takes account of what leaves, sound aside. The cluster it is part of, if a probe is under way.
    fn account(&mut self, now: Instant, size: DataSize) -> Option<ClusterId> {
        self.credit.spend(size);
        let Some(probe) = &mut self.probe else {
            self.allowance -= 1;
            self.next_portion = Some(now + self.credit.time_to_next(PORTION).min(TICK));
            return None;
        };
        let id = probe.sending.cluster().id;
        if probe.sending.on_sent(now, size) {
            self.probe = None;
        }
        Some(id)
    }
}

#[cfg(test)]
mod tests;
