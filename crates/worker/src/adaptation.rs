//! What each subscriber gets follows what fits on its way.

use std::time::Instant;

use switchyard_forward::allocation::{Grant, Wish, allocate};
use switchyard_transport::line::LineState;

use crate::Worker;
use crate::peers::{Peer, PeerKey};
use crate::subscriptions::{Queued, SubscriptionKey};

/// All pictures are of the same importance for now: nobody says which one is looked at.
const PRIORITY: u8 = 1;

impl Worker {
    /// Looks at what fits to one peer, sets its pacer by it, and divides it anew where that is due.
    pub(crate) fn adapt(&mut self, now: Instant, key: PeerKey) {
        let Some(peer) = self.peers.get_mut(key).filter(has_something_to_adapt) else { return };
        if let Some(rate) = peer.downlink.on_time(now) {
            peer.pacer.set_rate(now, rate);
        }
        if !peer.pacer.is_probing()
            && let Some(cluster) = peer.downlink.poll_probe()
        {
            peer.pacer.start_probe(now, cluster);
        }
        self.divide(now, key);
    }

    /// Divides what fits to one peer anew where that is due.
    pub(crate) fn divide(&mut self, now: Instant, key: PeerKey) {
        let Some(peer) = self.peers.get_mut(key).filter(has_something_to_adapt) else { return };
        let Some(budget) = peer.downlink.poll_division(now) else { return };
        let mut wishes: Vec<(SubscriptionKey, Wish)> = Vec::with_capacity(peer.subscriptions.len());
        for &subscription in &peer.subscriptions {
            let Some(entry) = self.subscriptions.get(subscription) else { continue };
            let Some(route) = self.routes.get(entry.publication) else { continue };
            wishes.extend(
                entry.forwarding.wish(route.publication.layers(), PRIORITY).map(|wish| (subscription, wish)),
            );
        }
        let plain: Vec<Wish> = wishes.iter().map(|&(_, wish)| wish).collect();
        let allocation = allocate(budget, &plain);
        peer.downlink.on_divided(now, &allocation);
        for (&(subscription, _), &grant) in wishes.iter().zip(&allocation.grants) {
            let Some(entry) = self.subscriptions.get_mut(subscription) else { continue };
            if !entry.forwarding.set_grant(grant) {
                continue;
            }
            self.changed_demand.push(entry.publication);
            peer.subscriptions_due = Some(now);
            if grant == Grant::Pause {
                // What waits of it would hold up those that go on.
                let is_of_it = |queued: &Queued| queued.subscription() == subscription;
                self.counters.superseded += peer.pacer.discard(is_of_it) as u64;
                entry.switching = None;
            }
        }
    }
}

fn has_something_to_adapt(peer: &&mut Peer) -> bool {
    peer.downlink.adapts() && !peer.subscriptions.is_empty() && peer.line.state() == LineState::Open
}
