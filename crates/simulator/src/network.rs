//! The network between clients and workers: links that delay, reorder and lose datagrams.

mod link;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use link::Arrivals;
use rand_chacha::ChaCha12Rng;
use rustc_hash::FxHashMap;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::units::{Bitrate, DataSize};

pub use link::{Capacity, Direction, Link, LinkConditions, Loss, Queue, QueueLimit};

/// A datagram under way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Flight {
    /// Sender and receiver, seen from the receiver: `local` is where it arrives.
    pub tuple: Tuple,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What was sent down one client's link since somebody asked last.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// All of it, with the headers of IP and UDP.
    pub sent: DataSize,
    /// What of it the link lost.
    pub lost: DataSize,
    /// The longest that anything has to wait in the link's queue.
    pub longest_wait: Duration,
}

/// All datagrams under way, in the order of their arrival.
#[derive(Debug)]
pub struct Network {
    under_way: BinaryHeap<Reverse<(Instant, u64)>>,
    flights: FxHashMap<u64, Flight>,
    links: FxHashMap<SocketAddr, Link>,
    tallies: FxHashMap<SocketAddr, Tally>,
    sent: u64,
    rng: ChaCha12Rng,
}

impl Network {
    /// A network without links: everything arrives at once.
    pub fn new(rng: ChaCha12Rng) -> Self {
        Self {
            under_way: BinaryHeap::new(),
            flights: FxHashMap::default(),
            links: FxHashMap::default(),
            tallies: FxHashMap::default(),
            sent: 0,
            rng,
        }
    }

    /// Puts a link in front of a client, or changes the one there is. It works both ways, each with
    /// its own conditions. What is under way arrives as if nothing had changed.
    pub fn attach(&mut self, now: Instant, client: SocketAddr, up: LinkConditions, down: LinkConditions) {
        self.links.insert(client, Link::new(now, up, down));
    }

    /// Takes a client's link away, with all that is under way to it.
    pub fn detach(&mut self, client: SocketAddr) {
        self.links.remove(&client);
        self.flights.retain(|_, flight| flight.tuple.local != client);
        let flights = &self.flights;
        self.under_way.retain(|Reverse((_, number))| flights.contains_key(number));
    }

    /// Sends a datagram from `from` to `to`; a link on the way may lose it, or double it.
    pub fn send(&mut self, now: Instant, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        let up = self.links.get_mut(&from).map(|link| link.up.pass(now, bytes.len(), &mut self.rng));
        let up = up.unwrap_or(Arrivals { first: Some(now), again: None });
        for at in up.first.into_iter().chain(up.again) {
            let wait = self.links.get(&to).map(|link| link.down.wait(at));
            let down = self.links.get_mut(&to).map(|link| link.down.pass(at, bytes.len(), &mut self.rng));
            if let (Some(wait), Some(tally)) = (wait, self.tallies.get_mut(&to)) {
                tally.count(bytes.len() + link::HEADERS, wait, down.is_some_and(|down| down.first.is_none()));
            }
            let down = down.unwrap_or(Arrivals { first: Some(at), again: None });
            for arrival in down.first.into_iter().chain(down.again) {
                self.under_way.push(Reverse((arrival, self.sent)));
                let tuple = Tuple { local: to, remote: from };
                self.flights.insert(self.sent, Flight { tuple, bytes: bytes.clone() });
                self.sent += 1;
            }
        }
    }

    /// What was sent down a client's link since it was asked for last; nothing is counted before that.
    pub fn take_tally(&mut self, client: SocketAddr) -> Tally {
        self.tallies.insert(client, Tally::default()).unwrap_or_default()
    }

    /// How much passes down a client's link now, if there is a limit.
    pub fn capacity(&self, now: Instant, client: SocketAddr) -> Option<Bitrate> {
        self.links.get(&client)?.down.capacity(now)
    }

    /// When the next datagram arrives.
    pub fn next_arrival(&self) -> Option<Instant> {
        self.under_way.peek().map(|Reverse((at, _))| *at)
    }

    /// The next datagram that has arrived by `now`.
    pub fn receive(&mut self, now: Instant) -> Option<Flight> {
        let Reverse((at, number)) = *self.under_way.peek()?;
        if at > now {
            return None;
        }
        self.under_way.pop();
        self.flights.remove(&number)
    }
}

impl Tally {
    fn count(&mut self, size: usize, wait: Duration, is_lost: bool) {
        let size = size as u64;
        self.sent = DataSize::bytes(self.sent.as_bytes() + size);
        self.lost = DataSize::bytes(self.lost.as_bytes() + if is_lost { size } else { 0 });
        self.longest_wait = self.longest_wait.max(wait);
    }
}

#[cfg(test)]
mod tests;
