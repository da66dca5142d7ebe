//! What control has to be told.
//!
//! The worker never waits for control. What changed is only marked here; its state of the moment is
//! sent when the event lane has room, so that a full lane loses nothing but steps in between.

use std::collections::VecDeque;

use switchyard_bus::event::Event;
use switchyard_bus::lane::Sender;
use switchyard_forward::publication::layers::Layers;
use switchyard_vocab::ids::PublicationId;

use crate::routes::{Route, Routes};
use crate::subscriptions::{Entry, SubscriptionKey, Subscriptions};

/// What is waiting to be told.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Ends and openings of peers: a peer has at most one of each.
    peers: VecDeque<Event>,
    publications: VecDeque<PublicationId>,
    subscriptions: VecDeque<SubscriptionKey>,
}

impl News {
    /// A peer opened or ended.
    pub(crate) fn note_peer(&mut self, event: Event) {
        self.peers.push_back(event);
    }

    /// The layers of a publication have changed, or its format.
    pub(crate) fn note_layers(&mut self, id: PublicationId, route: &mut Route) {
        if !std::mem::replace(&mut route.is_news, true) {
            self.publications.push_back(id);
        }
    }

    /// What a subscription gets may have changed.
    pub(crate) fn note_decision(&mut self, key: SubscriptionKey, entry: &mut Entry, layers: &Layers) {
        let is_told = entry.told == Some(entry.forwarding.decision(layers));
        if !is_told && !std::mem::replace(&mut entry.is_news, true) {
            self.subscriptions.push_back(key);
        }
    }

    /// Sends as much as the lane takes; the rest stays for the next turn.
    pub(crate) fn tell(
        &mut self,
        lane: &mut Sender<Event>,
        routes: &mut Routes,
        subscriptions: &mut Subscriptions,
    ) {
        self.tell_peers(lane);
        self.tell_publications(lane, routes);
        self.tell_subscriptions(lane, routes, subscriptions);
        lane.flush();
    }

    /// Whether something is left that found no room.
    pub(crate) fn is_empty(&self) -> bool {
        self.peers.is_empty() && self.publications.is_empty() && self.subscriptions.is_empty()
    }

    fn tell_peers(&mut self, lane: &mut Sender<Event>) {
        while lane.has_room() {
            let Some(event) = self.peers.pop_front() else { return };
            let _ = lane.send(event);
        }
    }

    fn tell_publications(&mut self, lane: &mut Sender<Event>, routes: &mut Routes) {
        while lane.has_room() {
            let Some(publication) = self.publications.pop_front() else { return };
            let Some(route) = routes.get_mut(publication) else { continue };
            route.is_news = false;
            // A mirror's layers are the home worker's to tell.
            if route.is_home() {
                let (layers, format) = (*route.publication.layers(), route.publication.format());
                let _ = lane.send(Event::PublicationChanged { publication, layers, format });
            }
        }
    }

    fn tell_subscriptions(
        &mut self,
        lane: &mut Sender<Event>,
        routes: &Routes,
        subscriptions: &mut Subscriptions,
    ) {
        while lane.has_room() {
            let Some(key) = self.subscriptions.pop_front() else { return };
            let Some(entry) = subscriptions.get_mut(key) else { continue };
            entry.is_news = false;
            let Some(route) = routes.get(entry.publication) else { continue };
            let decision = entry.forwarding.decision(route.publication.layers());
            if entry.told.replace(decision) != Some(decision) {
                let _ = lane.send(Event::SubscriptionChanged { subscription: entry.id, decision });
            }
        }
    }
}

#[cfg(test)]
mod tests;
