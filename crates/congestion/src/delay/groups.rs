//! Packets that left together are looked at together: within a burst delay says nothing of the network.

use std::time::{Duration, Instant};

use crate::packet::RemoteTime;

/// Packets sent within this time make a group: one turn of a pacer.
const GROUP_SPAN: Duration = Duration::from_millis(5);

/// Packets that arrive this close behind one another, sooner than they were sent, were held up and let go
/// together somewhere on the way, and belong to one group.
const BURST_GAP_MS: f64 = 5.0;

/// A burst is no longer than this.
const MAX_BURST_MS: f64 = 100.0;

/// After so many groups in a row that arrived before their predecessors, clocks or routes have changed.
const MAX_REORDERED: u32 = 3;

/// From one group to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// By how much longer the way took than for the group before, in milliseconds.
    pub(super) delay_ms: f64,
    /// Time between the sending of the two, in milliseconds.
    pub(super) sent_apart_ms: f64,
    /// When the later one had arrived.
    pub(super) arrival: RemoteTime,
}

/// The last two groups.
#[derive(Debug, Default)]
pub(super) struct Groups {
    current: Option<Group>,
    previous: Option<Group>,
    reordered: u32,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    first_sent: Instant,
    last_sent: Instant,
    first_arrival: RemoteTime,
    last_arrival: RemoteTime,
}

impl Groups {
    /// Adds a packet; a packet that opens a new group closes the one before, which is then compared with
    /// its predecessor.
    pub(super) fn on_arrival(&mut self, sent: Instant, arrival: RemoteTime) -> Option<Step> {
        let Some(current) = &mut self.current else {
            self.current = Some(Group::new(sent, arrival));
            return None;
        };
        if sent < current.first_sent {
            return None;
        }
        if current.takes(sent, arrival) {
            current.last_sent = current.last_sent.max(sent);
            current.last_arrival = current.last_arrival.max(arrival);
            return None;
        }
        let closed = self.current.replace(Group::new(sent, arrival))?;
        let previous = self.previous.replace(closed)?;
        self.compare(&previous, &closed)
    }

    fn compare(&mut self, previous: &Group, closed: &Group) -> Option<Step> {
        let arrived_apart_ms = closed.last_arrival.millis_since(previous.last_arrival);
        if arrived_apart_ms < 0.0 {
            self.reordered += 1;
            if self.reordered >= MAX_REORDERED {
                *self = Self::default();
            }
            return None;
        }
        self.reordered = 0;
        let sent_apart_ms =
            closed.last_sent.saturating_duration_since(previous.last_sent).as_secs_f64() * 1e3;
        let delay_ms = arrived_apart_ms - sent_apart_ms;
        Some(Step { delay_ms, sent_apart_ms, arrival: closed.last_arrival })
    }
}

impl Group {
    const fn new(sent: Instant, arrival: RemoteTime) -> Self {
        Self { first_sent: sent, last_sent: sent, first_arrival: arrival, last_arrival: arrival }
    }

    fn takes(&self, sent: Instant, arrival: RemoteTime) -> bool {
        sent.saturating_duration_since(self.first_sent) <= GROUP_SPAN || self.is_burst(sent, arrival)
    }

    fn is_burst(&self, sent: Instant, arrival: RemoteTime) -> bool {
        let arrived_apart = arrival.millis_since(self.last_arrival);
        let sent_apart = sent.saturating_duration_since(self.last_sent).as_secs_f64() * 1e3;
        let caught_up = arrived_apart < sent_apart;
        let lasts = arrival.millis_since(self.first_arrival);
        sent_apart == 0.0 || caught_up && arrived_apart <= BURST_GAP_MS && lasts < MAX_BURST_MS
    }
}
