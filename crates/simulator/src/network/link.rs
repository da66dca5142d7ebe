//! One link, two directions: what each does to the datagrams that pass.
//!
//! ```text
//! datagram ─► MTU ─► loss ─► queue (full? too long in it?) ─► serialised at the capacity ─► delay ─► arrival
//! ```

mod capacity;
mod codel;
mod loss;

use std::time::{Duration, Instant};

use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use switchyard_vocab::units::Bitrate;

pub use capacity::Capacity;
pub use loss::Loss;

use codel::CoDel;
use loss::LossState;

/// Bytes that UDP and IPv4 put in front of every datagram.
pub(super) const HEADERS: usize = 28;

/// What one direction of a link does.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkConditions {
    /// Time every datagram takes behind the queue.
    pub delay: Duration,
    /// Further time, drawn evenly between zero and this for each datagram. The order is kept: a path
    /// that jitters holds back what follows.
    pub jitter: Duration,
    /// What is lost, whatever is sent.
    pub loss: Loss,
    /// How much passes in a time; without a limit nothing waits.
    pub capacity: Capacity,
    /// What waits when more comes than passes.
    pub queue: Queue,
    /// Share of datagrams that are overtaken by those behind them, 0 to 1.
    pub reordered: f64,
    /// By how much those are late.
    pub late_by: Duration,
    /// Share of datagrams that arrive twice, 0 to 1.
    pub duplicated: f64,
    /// Larger datagrams are lost, headers of UDP and IP included.
    pub mtu: usize,
}

/// How a queue decides what to drop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Queue {
    /// What finds it full.
    DropTail(QueueLimit),
    /// What has waited too long, ever more often (RFC 8289); and what finds it full.
    CoDel(QueueLimit),
}

/// When a queue is full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum QueueLimit {
    /// When it holds so many bytes.
    Bytes(usize),
    /// When what comes now would have to wait longer than this.
    Wait(Duration),
}

impl LinkConditions {
    /// Nothing lost, nothing waits, the same delay for all.
    pub const fn clean(delay: Duration) -> Self {
        Self {
            delay,
            jitter: Duration::ZERO,
            loss: Loss::None,
            capacity: Capacity::unlimited(),
            queue: Queue::DropTail(QueueLimit::Wait(Duration::from_millis(300))),
            reordered: 0.0,
            late_by: Duration::ZERO,
            duplicated: 0.0,
            mtu: 1_500,
        }
    }

    /// The same with random loss.
    pub fn with_loss(self, share: f64) -> Self {
        Self { loss: Loss::Random(share), ..self }
    }

    /// The same with loss that comes in bursts of so many datagrams on average.
    pub fn with_bursts(self, share: f64, length: f64) -> Self {
        Self { loss: Loss::Bursts { share, length }, ..self }
    }

    /// The same with jitter.
    pub fn with_jitter(self, jitter: Duration) -> Self {
        Self { jitter, ..self }
    }

    /// The same with a capacity.
    pub fn with_capacity(self, capacity: Capacity) -> Self {
        Self { capacity, ..self }
    }

    /// The same with another queue.
    pub fn with_queue(self, queue: Queue) -> Self {
        Self { queue, ..self }
    }

    /// The same with a share of datagrams overtaken.
    pub fn with_reordering(self, share: f64, late_by: Duration) -> Self {
        Self { reordered: share, late_by, ..self }
    }

    /// The same with a share of datagrams doubled.
    pub fn with_duplication(self, share: f64) -> Self {
        Self { duplicated: share, ..self }
    }
}

/// Both directions of one client's link.
#[derive(Debug)]
pub struct Link {
    /// From the client.
    pub up: Direction,
    /// To the client.
    pub down: Direction,
}

impl Link {
    /// A link with these conditions, from `now` on.
    pub fn new(now: Instant, up: LinkConditions, down: LinkConditions) -> Self {
        Self { up: Direction::new(now, up), down: Direction::new(now, down) }
    }
}

/// When a datagram arrives, and once more if it was doubled; never if it was lost.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Arrivals {
    /// When it arrives.
    pub first: Option<Instant>,
    /// When it arrives again.
    pub again: Option<Instant>,
}

/// One direction.
#[derive(Debug)]
pub struct Direction {
    conditions: LinkConditions,
    /// Capacities count from here.
    since: Instant,
    /// When everything in the queue will have passed.
    idle_at: Instant,
    last_arrival: Instant,
    loss: LossState,
    codel: CoDel,
}

impl Direction {
    /// A direction with an empty queue; time-varying conditions count from `now`.
    pub fn new(now: Instant, conditions: LinkConditions) -> Self {
        let (loss, codel) = (LossState::default(), CoDel::default());
        Self { conditions, since: now, idle_at: now, last_arrival: now, loss, codel }
    }

    /// Other conditions from `now` on, from which theirs count; what is in the queue stays there.
    pub fn change(&mut self, now: Instant, conditions: LinkConditions) {
        self.conditions = conditions;
        self.since = now;
    }

    /// How much passes now, if there is a limit.
    pub fn capacity(&self, now: Instant) -> Option<Bitrate> {
        self.conditions.capacity.at(now.saturating_duration_since(self.since))
    }

    /// How long what comes now would wait.
    pub fn wait(&self, now: Instant) -> Duration {
        self.idle_at.saturating_duration_since(now)
    }

    /// When a datagram with so many bytes of payload that enters at `now` leaves again. Call it in the
    /// order of time.
    pub fn pass(&mut self, now: Instant, len: usize, rng: &mut ChaCha12Rng) -> Arrivals {
        let size = len + HEADERS;
        if size > self.conditions.mtu || self.loss.loses(self.conditions.loss, rng) || !self.admits(now, size)
        {
            return Arrivals::default();
        }
        let begins = self.idle_at.max(now);
        if matches!(self.conditions.queue, Queue::CoDel(_)) && self.codel.drops(begins, begins - now) {
            return Arrivals::default();
        }
        let passed = self.since + self.conditions.capacity.finish(begins - self.since, size);
        self.idle_at = passed;
        let arrival = self.delayed(passed, rng);
        let again = draws(self.conditions.duplicated, rng).then_some(arrival);
        Arrivals { first: Some(arrival), again }
    }

    fn delayed(&mut self, passed: Instant, rng: &mut ChaCha12Rng) -> Instant {
        let LinkConditions { delay, jitter, late_by, reordered, .. } = self.conditions;
        let extra = jitter.mul_f64(if jitter.is_zero() { 0.0 } else { rng.random_range(0.0..1.0) });
        if draws(reordered, rng) {
            return passed + delay + late_by;
        }
        self.last_arrival = self.last_arrival.max(passed + delay + extra);
        self.last_arrival
    }

    /// Whether the queue has room.
    fn admits(&self, now: Instant, size: usize) -> bool {
        let (Queue::DropTail(limit) | Queue::CoDel(limit)) = self.conditions.queue;
        let waits = self.wait(now);
        match limit {
            QueueLimit::Wait(longest) => waits <= longest,
            QueueLimit::Bytes(most) => {
                let held = self
                    .conditions
                    .capacity
                    .bytes_between(now - self.since, self.idle_at.max(now) - self.since);
                held + size <= most
            }
        }
    }
}

fn draws(share: f64, rng: &mut ChaCha12Rng) -> bool {
    share > 0.0 && rng.random_bool(share.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests;
