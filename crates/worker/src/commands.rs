//! What control tells this worker to do. A command about something that is gone is ignored: the
//! event that says so is on its way.

use std::time::{Duration, Instant};

use rand_chacha::rand_core::Rng;
use switchyard_bus::command::{Command, Subscribe};
use switchyard_bus::event::Event;
use switchyard_congestion::pacer::Pacer;
use switchyard_congestion::twcc::arrivals::Arrivals;
use switchyard_forward::publication::Publication;
use switchyard_forward::publication::binding::Bindings;
use switchyard_forward::publication::demand::{Demands, Upstream};
use switchyard_forward::redundancy::Redundancy;
use switchyard_forward::subscription::{Seeds, Subscription};
use switchyard_transport::line::{Line, LineConfig};
use switchyard_vocab::ids::{PeerId, PublicationId};
use switchyard_vocab::line::IceCredentials;
use switchyard_vocab::negotiated::Receiving;
use switchyard_vocab::rtp::{RtpTimestamp, SeqNo, Ssrc};

use crate::Worker;
use crate::downlink::Downlink;
use crate::keyframe_budget::KeyframeBudget;
use crate::peers::{FoundBy, Peer, PeerKey};
use crate::resend_budget::ResendBudget;
use crate::routes::{Route, Source};
use crate::rtcp_budget::RtcpBudget;
use crate::subscriptions::SubscriptionKey;

/// Commands carried out in one turn: a burst of joins must not hold back media for long.
const COMMANDS_PER_TURN: usize = 64;

/// Round trip assumed until one was measured.
pub(crate) const DEFAULT_RTT: Duration = Duration::from_millis(100);

impl Worker {
    /// Carries out what waits, up to the bound of a turn.
    pub(crate) fn take_commands(&mut self, now: Instant) {
        let depth = &mut self.counters.lane_depths.command;
        *depth = (*depth).max(self.commands.depth() as u64);
        for _ in 0..COMMANDS_PER_TURN {
            let Some(command) = self.commands.recv() else { return };
            self.carry_out(now, command);
        }
    }

    fn carry_out(&mut self, now: Instant, command: Command) {
        match command {
            Command::OpenPeer { peer, local, .. } => self.open_peer(now, peer, local),
            Command::ConnectPeer { peer, remote } => {
                self.with_peer(peer, |peer| peer.line.connect(now, remote));
            }
            Command::RestartIce { peer, local, remote } => {
                let key = self.with_peer(peer, |peer| peer.line.restart_ice(now, local, remote.as_ref()));
                key.into_iter().for_each(|key| self.peers.refresh_ufrags(key));
            }
            Command::ClosePeer { peer } => {
                self.with_peer(peer, |peer| peer.line.close(now));
            }
            Command::Receive { peer, receiving } => self.receive_from(now, peer, &receiving),
            Command::SetMuted { publication, muted } => {
                if let Some(route) = self.routes.get_mut(publication) {
                    route.publication.set_muted(muted);
                    if let Source::Here { peer, .. } = route.source {
                        self.touch(peer);
                    }
                }
            }
            Command::Subscribe(subscribe) => self.subscribe(now, *subscribe),
            Command::Prefer { subscription, preference } => {
                let Some(key) = self.subscriptions.by_id(subscription) else { return };
                let Some(entry) = self.subscriptions.get_mut(key) else { return };
                entry.forwarding.set_preference(preference);
                self.reconsider(now, key);
            }
            Command::Unsubscribe { subscription } => {
                if let Some(key) = self.subscriptions.by_id(subscription) {
                    self.unsubscribe(key);
                }
            }
            Command::Shutdown => {
                self.is_stopping = true;
                for key in self.peers.keys() {
                    self.with_key(key, |peer| peer.line.close(now));
                }
            }
        }
    }

    fn open_peer(&mut self, now: Instant, id: PeerId, local: IceCredentials) {
        if self.is_stopping || self.peers.by_id(id).is_some() {
            return;
        }
        let config =
            LineConfig { local, certificate: self.config.certificate.clone(), dtls: self.config.dtls };
        let redundancy = Redundancy::new(self.config.redundancy);
        let mut downlink = Downlink::new(self.config.adapts);
        downlink.set_repeats(now, redundancy.repeats());
        let key = self.peers.insert(Peer {
            id,
            line: Line::new(now, config),
            bindings: Bindings::default(),
            publications: Vec::new(),
            arrivals: Arrivals::default(),
            feedback_number: 0,
            feedback_about: None,
            next_receiver_report: None,
            reference_time: None,
            feedback_ssrc: Ssrc(self.rng.next_u32().max(1)),
            subscriptions: Vec::new(),
            pacer: Pacer::new(),
            downlink,
            redundancy,
            subscriptions_due: None,
            rtt: DEFAULT_RTT,
            rtcp_budget: RtcpBudget::default(),
            resend_budget: ResendBudget::default(),
            keyframe_budget: KeyframeBudget::default(),
            ended: None,
            touched: false,
            found_by: FoundBy::default(),
        });
        self.with_key(key, |_| ());
    }

    /// Replaces what a peer may send: new publications begin, missing ones end.
    fn receive_from(&mut self, now: Instant, id: PeerId, receiving: &Receiving) {
        let Some(key) = self.peers.by_id(id) else { return };
        let Some(peer) = self.peers.get_mut(key) else { return };
        peer.bindings.update(receiving);
        // Probes may come on SSRC 0 before any stream: feedback about them has to name one all the same.
        let mut announced =
            receiving.sections.iter().flat_map(|section| &section.ssrcs).map(|&(media, _)| media);
        peer.feedback_about = peer.feedback_about.or_else(|| announced.next());
        let named: Vec<_> = receiving.sections.iter().map(|section| section.publication).collect();
        let before = std::mem::replace(&mut peer.publications, named.clone());
        for ended in before.into_iter().filter(|before| !named.contains(before)) {
            self.routes.remove(ended);
        }
        for section in &receiving.sections {
            if self.routes.get(section.publication).is_none() {
                let mut publication = Publication::new(section.kind);
                if let Some(first) = section.codecs.first() {
                    publication.expect_format(first.format());
                }
                self.begin_publication(now, key, section.publication, publication);
            }
            if let Some(route) = self.routes.get_mut(section.publication) {
                route.publication.set_max_bitrate(now, section.max_bitrate);
            }
        }
        self.touch(key);
    }

    fn begin_publication(
        &mut self,
        now: Instant,
        peer: PeerKey,
        id: PublicationId,
        publication: Publication,
    ) {
        let source = Source::Here { peer, demands: Demands::default() };
        self.routes.insert(id, Route::new(publication, source));
        // Another worker's demand may have been faster than control's command.
        let early: Vec<_> =
            self.early_demand.extract_if(.., |(_, demand)| demand.publication == id).collect();
        for (worker, demand) in early {
            self.on_demand(now, worker, demand);
        }
    }

    fn subscribe(&mut self, now: Instant, subscribe: Subscribe) {
        let Subscribe { peer, publication, home, section, preference, cname } = subscribe;
        let Some(key) = self.peers.by_id(peer) else { return };
        if self.subscriptions.by_id(section.subscription).is_some() {
            return;
        }
        if self.routes.get(publication).is_none() {
            if home == self.config.id {
                return;
            }
            let mirror = Publication::new(section.codec.codec.kind());
            let source = Source::There { home, upstream: Upstream::new(publication) };
            self.routes.insert(publication, Route::new(mirror, source));
        }
        let seeds = Seeds {
            seq: SeqNo(self.rng.next_u32() as u16),
            rtx_seq: SeqNo(self.rng.next_u32() as u16),
            timestamp: RtpTimestamp(self.rng.next_u32()),
            reports: self.rng.next_u64(),
        };
        let id = section.subscription;
        let forwarding = Subscription::new(&section, preference, seeds);
        let subscription = self.subscriptions.insert(id, key, publication, forwarding, cname);
        if let Some(route) = self.routes.get_mut(publication) {
            route.subscriptions.push(subscription);
        }
        self.with_key(key, |peer| peer.subscriptions.push(subscription));
        self.reconsider(now, subscription);
    }

    /// Ends a subscription; a mirror that nobody needs any more goes with it.
    pub(crate) fn unsubscribe(&mut self, key: SubscriptionKey) {
        let Some(entry) = self.subscriptions.remove(key) else { return };
        self.with_key(entry.peer, |peer| {
            peer.subscriptions.retain(|&other| other != key);
            peer.downlink.on_wishes_changed();
        });
        if let Some(route) = self.routes.get_mut(entry.publication) {
            route.subscriptions.retain(|&other| other != key);
        }
        self.update_demand(entry.publication);
        let is_idle_mirror = |route: &Route| route.subscriptions.is_empty() && !route.is_home();
        if self.routes.get(entry.publication).is_some_and(is_idle_mirror) {
            self.routes.remove(entry.publication);
        }
    }

    /// Forgets a peer with all that it published and subscribed to, and tells control.
    pub(crate) fn forget_peer(&mut self, key: PeerKey) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        for subscription in std::mem::take(&mut peer.subscriptions) {
            self.unsubscribe(subscription);
        }
        self.timers.set(key, None);
        self.handshakes.forget(key);
        let Some(peer) = self.peers.remove(key) else { return };
        for publication in peer.publications {
            self.routes.remove(publication);
        }
        if let Some(end) = peer.ended {
            self.news.note_peer(Event::PeerEnded { peer: peer.id, end });
        }
    }

    fn with_peer(&mut self, id: PeerId, change: impl FnOnce(&mut Peer)) -> Option<PeerKey> {
        let key = self.peers.by_id(id)?;
        self.with_key(key, change);
        Some(key)
    }

    /// Changes a peer and puts it on the list of those to be looked at.
    fn with_key(&mut self, key: PeerKey, change: impl FnOnce(&mut Peer)) {
        if let Some(peer) = self.peers.get_mut(key) {
            change(peer);
            self.touched.push(key, &mut peer.touched);
        }
    }

    /// Puts a peer on the list of those to be looked at.
    pub(crate) fn touch(&mut self, key: PeerKey) {
        self.with_key(key, |_| ());
    }
}

#[cfg(test)]
mod tests;
