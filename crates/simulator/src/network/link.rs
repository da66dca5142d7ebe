//! One link, two directions: what each does to the datagrams that pass.

use std::time::{Duration, Instant};

use rand::RngExt;
use rand_chacha::ChaCha12Rng;

/// What one direction of a link does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkConditions {
    /// Time every datagram takes.
    pub delay: Duration,
    /// Further time, drawn evenly between zero and this for each datagram: reorders when it is
    /// larger than the distance between two.
    pub jitter: Duration,
    /// Share of datagrams that are lost, 0 to 1, each drawn by itself.
    pub loss: f64,
}

impl LinkConditions {
    /// Nothing lost, the same delay for all.
    pub const fn clean(delay: Duration) -> Self {
        Self { delay, jitter: Duration::ZERO, loss: 0.0 }
    }

    /// The same with random loss.
    pub const fn with_loss(self, loss: f64) -> Self {
        Self { loss, ..self }
    }

    /// The same with jitter.
    pub const fn with_jitter(self, jitter: Duration) -> Self {
        Self { jitter, ..self }
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

/// One direction.
#[derive(Debug)]
pub struct Direction {
    conditions: LinkConditions,
}

impl Link {
    /// A link with these conditions.
    pub const fn new(up: LinkConditions, down: LinkConditions) -> Self {
        Self { up: Direction { conditions: up }, down: Direction { conditions: down } }
    }
}

impl Direction {
    /// When a datagram that enters at `now` leaves again; `None` when it is lost.
    pub(super) fn pass(&mut self, now: Instant, rng: &mut ChaCha12Rng) -> Option<Instant> {
        let LinkConditions { delay, jitter, loss } = self.conditions;
        let lost = loss > 0.0 && rng.random_bool(loss.clamp(0.0, 1.0));
        let extra = jitter.mul_f64(if jitter.is_zero() { 0.0 } else { rng.random_range(0.0..1.0) });
        (!lost).then(|| now + delay + extra)
    }
}
