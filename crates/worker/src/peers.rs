//! The peers of one worker, and how a datagram finds its own.

use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use slab::Slab;
use switchyard_congestion::pacer::Pacer;
use switchyard_congestion::twcc::arrivals::Arrivals;
use switchyard_forward::publication::binding::Bindings;
use switchyard_forward::redundancy::Redundancy;
use switchyard_transport::line::Line;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::ids::{PeerId, PublicationId, WorkerId};
use switchyard_vocab::rtp::Ssrc;

use crate::downlink::Downlink;
use crate::keyframe_budget::KeyframeBudget;
use crate::resend_budget::ResendBudget;
use crate::rtcp_budget::RtcpBudget;
use crate::subscriptions::{Queued, SubscriptionKey};

/// Place of a peer in the table.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct PeerKey(pub(crate) usize);

/// The media side of one connection.
pub(crate) struct Peer {
    pub(crate) id: PeerId,
    pub(crate) line: Line,

    /// What it sends.
    pub(crate) bindings: Bindings,
    pub(crate) publications: Vec<PublicationId>,
    pub(crate) arrivals: Arrivals,
    pub(crate) feedback_number: u8,
    /// One of its streams: libwebrtc ignores feedback that names none of its own.
    pub(crate) feedback_about: Option<Ssrc>,
    pub(crate) next_receiver_report: Option<Instant>,
    /// The clock it told last, to be answered with the next report.
    pub(crate) reference_time: Option<ReferenceTime>,
    /// Our name in feedback to it.
    pub(crate) feedback_ssrc: Ssrc,

    /// What it gets.
    pub(crate) subscriptions: Vec<SubscriptionKey>,
    pub(crate) pacer: Pacer<Queued>,
    pub(crate) downlink: Downlink,
    /// How often its sound should be repeated.
    pub(crate) redundancy: Redundancy,
    /// When one of its subscriptions has to be looked at.
    pub(crate) subscriptions_due: Option<Instant>,
    /// Round trip to it, as last measured.
    pub(crate) rtt: Duration,

    pub(crate) rtcp_budget: RtcpBudget,
    pub(crate) resend_budget: ResendBudget,
    pub(crate) keyframe_budget: KeyframeBudget,
    /// Its line is over; it is forgotten once its goodbye was sent.
    pub(crate) ended: Option<LineEnd>,
    /// It is on the list of peers to look at in this turn.
    pub(crate) touched: bool,
    /// The entries of the tables that lead to it.
    pub(crate) found_by: FoundBy,
}

/// A receiver's clock (RFC 3611 §4.4).
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReferenceTime {
    pub(crate) ssrc: Ssrc,
    pub(crate) ntp_middle: u32,
    pub(crate) arrival: Instant,
}

/// What leads to one peer. Kept beside the tables so that removing a peer need not search them.
#[derive(Debug, Default)]
pub(crate) struct FoundBy {
    ufrags: Vec<String>,
    addresses: Vec<Tuple>,
}

/// Those who have an address of a host, each once however many it has there.
#[derive(Debug, Default)]
struct AtHost {
    peers: Vec<PeerKey>,
    /// Where the next look begins, so that those at the front don't hide those behind them.
    turn: usize,
}

/// Whose datagrams come from an address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Owner {
    /// A peer of this worker.
    Here(PeerKey),
    /// A peer of another worker, which sent its check to the wrong port.
    There(WorkerId),
}

/// Addresses remembered that belong to other workers: strays are rare, and forgetting one costs it a
/// single check.
const MAX_STRAY_ADDRESSES: usize = 1_024;

/// All peers of one worker.
#[derive(Default)]
pub(crate) struct Peers {
    slots: Slab<Peer>,
    by_id: FxHashMap<PeerId, PeerKey>,
    by_ufrag: FxHashMap<String, PeerKey>,
    by_address: FxHashMap<Tuple, PeerKey>,
    by_host: FxHashMap<IpAddr, AtHost>,
    strays: FxHashMap<Tuple, WorkerId>,
}

impl Peers {
    /// Adds a peer, to be found by its id and by the ufrags of its line.
    pub(crate) fn insert(&mut self, peer: Peer) -> PeerKey {
        let id = peer.id;
        let key = PeerKey(self.slots.insert(peer));
        self.by_id.insert(id, key);
        self.refresh_ufrags(key);
        key
    }

    /// Takes a peer out, with everything that led to it.
    pub(crate) fn remove(&mut self, key: PeerKey) -> Option<Peer> {
        let peer = self.slots.try_remove(key.0)?;
        self.by_id.remove(&peer.id);
        for ufrag in &peer.found_by.ufrags {
            self.by_ufrag.remove(ufrag);
        }
        for &address in &peer.found_by.addresses {
            if self.by_address.get(&address) == Some(&key) {
                self.by_address.remove(&address);
            }
            self.leave_host(address.remote.ip(), key);
        }
        Some(peer)
    }

    /// Makes the peer known by the ufrags its line answers to now.
    pub(crate) fn refresh_ufrags(&mut self, key: PeerKey) {
        let Some(peer) = self.slots.get_mut(key.0) else { return };
        for ufrag in peer.found_by.ufrags.drain(..) {
            self.by_ufrag.remove(&ufrag);
        }
        peer.found_by.ufrags.extend(peer.line.ufrags().map(str::to_owned));
        for ufrag in &peer.found_by.ufrags {
            self.by_ufrag.insert(ufrag.clone(), key);
        }
    }

    /// Whether an address is in use by a peer that is there beyond doubt, and that is not `except`.
    ///
    /// See [`Line::holds`] for what that takes.
    pub(crate) fn is_held(&self, now: Instant, tuple: Tuple, except: Option<PeerKey>) -> bool {
        let owner = self.by_address.get(&tuple).filter(|&&owner| Some(owner) != except);
        owner.and_then(|&owner| self.get(owner)).is_some_and(|owner| owner.line.holds(now, tuple))
    }

    /// Binds an authenticated address to its peer. Unless it is [held](Self::is_held), whoever proved
    /// itself on it last has it.
    pub(crate) fn add_address(&mut self, tuple: Tuple, key: PeerKey) {
        let Some(peer) = self.slots.get_mut(key.0) else { return };
        if !peer.found_by.addresses.contains(&tuple) {
            let host = tuple.remote.ip();
            if !peer.found_by.addresses.iter().any(|known| known.remote.ip() == host) {
                self.by_host.entry(host).or_default().peers.push(key);
            }
            peer.found_by.addresses.push(tuple);
        }
        self.strays.remove(&tuple);
        self.by_address.insert(tuple, key);
    }

    /// Forgets an address, unless it belongs to another peer by now.
    pub(crate) fn forget_address(&mut self, tuple: Tuple, key: PeerKey) {
        if self.by_address.get(&tuple) == Some(&key) {
            self.by_address.remove(&tuple);
        }
        if let Some(peer) = self.slots.get_mut(key.0) {
            peer.found_by.addresses.retain(|&known| known != tuple);
            let host = tuple.remote.ip();
            if !peer.found_by.addresses.iter().any(|known| known.remote.ip() == host) {
                self.leave_host(host, key);
            }
        }
    }

    /// Whether any peer has an address of this host.
    pub(crate) fn is_anybody_at(&self, host: IpAddr) -> bool {
        self.by_host.contains_key(&host)
    }

    /// The peers that have addresses of this host, in turn, with the places where they stand.
    pub(crate) fn at_host(&self, host: IpAddr) -> impl Iterator<Item = (usize, PeerKey)> {
        let there = self.by_host.get(&host);
        there.into_iter().flat_map(|AtHost { peers, turn }| {
            let in_order = || peers.iter().copied().enumerate();
            in_order().skip(*turn).chain(in_order().take(*turn))
        })
    }

    /// Has the next look at a host begin behind a place.
    pub(crate) fn go_on_behind(&mut self, host: IpAddr, place: usize) {
        if let Some(there) = self.by_host.get_mut(&host) {
            there.turn = (place + 1) % there.peers.len().max(1);
        }
    }

    fn leave_host(&mut self, host: IpAddr, key: PeerKey) {
        let Entry::Occupied(mut there) = self.by_host.entry(host) else { return };
        if let Some(at) = there.get().peers.iter().position(|&one| one == key) {
            there.get_mut().peers.swap_remove(at);
        }
        if there.get().peers.is_empty() {
            there.remove();
        }
    }

    /// Remembers that datagrams from an address belong to another worker. Whether another address had
    /// to be forgotten for it.
    pub(crate) fn add_stray(&mut self, tuple: Tuple, owner: WorkerId) -> bool {
        let is_full = self.strays.len() >= MAX_STRAY_ADDRESSES && !self.strays.contains_key(&tuple);
        // Any one: a flood of made-up addresses costs each real one a check now and then.
        let evicted = self.strays.keys().next().copied().filter(|_| is_full);
        evicted.and_then(|evicted| self.strays.remove(&evicted));
        self.strays.insert(tuple, owner);
        evicted.is_some()
    }

    /// Whose datagrams come from this address.
    pub(crate) fn owner_of(&self, tuple: Tuple) -> Option<Owner> {
        let here = self.by_address.get(&tuple).copied().map(Owner::Here);
        here.or_else(|| self.strays.get(&tuple).copied().map(Owner::There))
    }

    /// Whether datagrams from this address belong to another worker.
    pub(crate) fn is_stray(&self, tuple: Tuple) -> bool {
        matches!(self.owner_of(tuple), Some(Owner::There(_)))
    }

    /// The peer that a connectivity check is for.
    pub(crate) fn by_ufrag(&self, ufrag: &str) -> Option<PeerKey> {
        self.by_ufrag.get(ufrag).copied()
    }

    /// The peer that control means.
    pub(crate) fn by_id(&self, id: PeerId) -> Option<PeerKey> {
        self.by_id.get(&id).copied()
    }

    /// The peer in a place, if it is still taken.
    pub(crate) fn get(&self, key: PeerKey) -> Option<&Peer> {
        self.slots.get(key.0)
    }

    /// The peer in a place, if it is still taken.
    pub(crate) fn get_mut(&mut self, key: PeerKey) -> Option<&mut Peer> {
        self.slots.get_mut(key.0)
    }

    /// Every peer's place.
    pub(crate) fn keys(&self) -> Vec<PeerKey> {
        self.slots.iter().map(|(index, _)| PeerKey(index)).collect()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// How many addresses are bound.
    pub(crate) fn addresses(&self) -> usize {
        self.by_address.len() + self.strays.len()
    }
}
