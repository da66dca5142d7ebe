//! The network between clients and workers: links that delay, reorder and lose datagrams.

mod link;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::time::Instant;

use link::Arrivals;
use rand_chacha::ChaCha12Rng;
use rustc_hash::FxHashMap;
use switchyard_vocab::datagram::Tuple;

pub use link::{Capacity, Direction, Link, LinkConditions, Loss, Queue, QueueLimit};

/// A datagram under way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Flight {
    /// Sender and receiver, seen from the receiver: `local` is where it arrives.
    pub tuple: Tuple,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All datagrams under way, in the order of their arrival.
#[derive(Debug)]
pub struct Network {
    under_way: BinaryHeap<Reverse<(Instant, u64)>>,
    flights: FxHashMap<u64, Flight>,
    links: FxHashMap<SocketAddr, Link>,
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
            let down = self.links.get_mut(&to).map(|link| link.down.pass(at, bytes.len(), &mut self.rng));
            let down = down.unwrap_or(Arrivals { first: Some(at), again: None });
            for arrival in down.first.into_iter().chain(down.again) {
                self.under_way.push(Reverse((arrival, self.sent)));
                let tuple = Tuple { local: to, remote: from };
                self.flights.insert(self.sent, Flight { tuple, bytes: bytes.clone() });
                self.sent += 1;
            }
        }
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

#[cfg(test)]
mod tests;
