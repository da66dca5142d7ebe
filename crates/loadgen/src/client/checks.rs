//! Connectivity checks of a full ICE agent towards a lite server (RFC 8445 §7.2, RFC 7675).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::Rng;
use switchyard_vocab::line::IceCredentials;
use switchyard_wire::stun::{
    BindingResponse, Key, Outcome, RequestFields, Role, TransactionId, write_request,
};

/// Time between the first checks; doubled each time up to [`SLOWEST`].
const FIRST: Duration = Duration::from_millis(50);
/// Slowest pace of checks that are not answered.
const SLOWEST: Duration = Duration::from_millis(800);
/// Pace of checks once they are answered, which keep consent alive. That of browsers.
const KEEPALIVE: Duration = Duration::from_millis(2_500);
/// Time without any answer after which there is no consent any more (RFC 7675 §5.1).
const CONSENT: Duration = Duration::from_secs(30);
/// Time without a first answer after which the server counts as unreachable.
const REACH: Duration = Duration::from_secs(15);

/// Priority of a host candidate (RFC 8445 §5.1.2.1).
const PRIORITY: u32 = 2_130_706_431;

/// Longest check.
const ROOM: usize = 256;

/// Checks on the one path there is.
#[derive(Debug)]
pub(super) struct Checks {
    username: String,
    key: Key,
    tie_breaker: u64,
    /// Transactions are this and a count.
    base: [u8; 8],
    count: u32,
    next: Instant,
    pace: Duration,
    deadline: Instant,
    mapped: Option<SocketAddr>,
}

/// What an answer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answered {
    /// The first good one: the server is reachable.
    Reached,
    /// One more.
    Again,
    /// Not an answer to us.
    Nothing,
}

impl Checks {
    pub(super) fn new(
        now: Instant,
        local: &IceCredentials,
        remote: &IceCredentials,
        rng: &mut impl Rng,
    ) -> Self {
        Self {
            username: format!("{}:{}", remote.ufrag, local.ufrag),
            key: Key::new(&remote.pwd),
            tie_breaker: rng.next_u64(),
            base: rng.next_u64().to_be_bytes(),
            count: 0,
            next: now,
            pace: FIRST,
            deadline: now + REACH,
            mapped: None,
        }
    }

    /// When the next check is due, or patience ends.
    pub(super) fn poll_timeout(&self) -> Instant {
        self.next.min(self.deadline)
    }

    /// Whether the server has been silent for too long; and whether it ever was there.
    pub(super) fn is_over(&self, now: Instant) -> Option<bool> {
        (now >= self.deadline).then_some(self.mapped.is_some())
    }

    /// The check that is due.
    pub(super) fn poll_check(&mut self, now: Instant) -> Option<Vec<u8>> {
        if now < self.next {
            return None;
        }
        let is_reached = self.mapped.is_some();
        self.next = now + if is_reached { KEEPALIVE } else { self.pace };
        self.pace = (self.pace * 2).min(SLOWEST);
        self.count = self.count.wrapping_add(1);
        let fields = RequestFields {
            transaction: self.transaction(self.count),
            username: &self.username,
            priority: PRIORITY,
            role: Role::Controlling(self.tie_breaker),
            use_candidate: true,
            nomination: None,
        };
        let mut out = vec![0; ROOM];
        let len = write_request(&mut out, &fields, &self.key).ok()?;
        out.truncate(len);
        Some(out)
    }

    /// Takes what may be an answer.
    pub(super) fn handle_answer(&mut self, now: Instant, datagram: &[u8]) -> Answered {
        let Ok(response) = BindingResponse::parse(datagram) else { return Answered::Nothing };
        let is_ours = response.transaction().0.starts_with(&self.base) && response.verify(&self.key);
        let (true, Outcome::Success(mapped)) = (is_ours, response.outcome()) else {
            return Answered::Nothing;
        };
        self.deadline = now + CONSENT;
        if self.mapped.replace(mapped).is_some() {
            return Answered::Again;
        }
        self.next = now + KEEPALIVE;
        Answered::Reached
    }

    fn transaction(&self, count: u32) -> TransactionId {
        let mut id = [0; 12];
        id[..8].copy_from_slice(&self.base);
        id[8..].copy_from_slice(&count.to_be_bytes());
        TransactionId(id)
    }
}

#[cfg(test)]
mod tests;
