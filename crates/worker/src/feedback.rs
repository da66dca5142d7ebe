//! The way back: what receivers say of what we sent, what senders say of what they send, and what
//! other workers want of ours.

use std::time::{Duration, Instant};

use switchyard_bus::demand::Demand;
use switchyard_forward::publication::binding::Stream;
use switchyard_forward::redundancy::Redundancy;
use switchyard_forward::subscription::KeyframeOutcome;
use switchyard_forward::subscription::sent::ResendOutcome;
use switchyard_transport::demux::Protocol;
use switchyard_vocab::counters::PacketKind;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::{PublicationId, WorkerId};
use switchyard_vocab::layer::EncodingIndex;
use switchyard_vocab::observed::ClockPair;
use switchyard_vocab::rtp::Ssrc;
use switchyard_wire::rtcp::{self, Nack, ReportBlock, RtcpPacket, SenderInfo, XrBlock};

use crate::Worker;
use crate::crossing::crossing_to;
use crate::downlink::Downlink;
use crate::peers::{PeerKey, ReferenceTime};
use crate::reports::earliest;
use crate::routes::Source;
use crate::subscriptions::SubscriptionKey;

/// Demands kept for publications that control has not announced here yet. Two lanes lead to us and
/// either may be faster; a burst of subscriptions to a new room fits.
const MAX_EARLY_DEMAND: usize = 1_024;

/// How often demand is told again that nobody has answered. Sooner costs every worker a look at all it
/// mirrors; later and what found no room starts later.
const REPEAT_DEMAND: Duration = Duration::from_secs(1);

impl Worker {
    /// Reads one RTCP datagram.
    pub(crate) fn handle_rtcp(&mut self, now: Instant, tuple: Tuple, bytes: &mut [u8]) {
        self.counters.received.add(PacketKind::Rtcp, bytes.len());
        let Some(key) = self.demux_media(now, tuple, Protocol::Rtcp, bytes) else { return };
        if let Err(reason) = self.read_rtcp(now, tuple, key, bytes) {
            self.counters.drops.add(reason);
        }
    }

    fn read_rtcp(
        &mut self,
        now: Instant,
        tuple: Tuple,
        key: PeerKey,
        bytes: &mut [u8],
    ) -> Result<(), DropReason> {
        let peer = self.peers.get_mut(key).ok_or(DropReason::UnknownAddress)?;
        let len = peer.line.decrypt_rtcp(now, tuple, bytes)?;
        let tracks = peer.subscriptions.len() + peer.publications.len();
        if !peer.rtcp_budget.admits(now, tracks) {
            return Err(DropReason::RtcpRateLimited);
        }
        self.counters.decrypted.add(PacketKind::Rtcp, len);
        self.touched.push(key, &mut peer.touched);
        let mut outcome = Ok(());
        for packet in rtcp::packets(&bytes[..len]) {
            match packet {
                Ok(packet) => self.on_rtcp(now, key, &packet),
                Err(_) => outcome = Err(DropReason::MalformedRtcp),
            }
        }
        outcome
    }

    fn on_rtcp(&mut self, now: Instant, key: PeerKey, packet: &RtcpPacket<'_>) {
        match packet {
            RtcpPacket::SenderReport(report) => {
                self.on_sender_report(now, key, &report.info);
                report.blocks.for_each(|block| self.on_report_block(now, key, &block));
            }
            RtcpPacket::ReceiverReport(report) => {
                report.blocks.for_each(|block| self.on_report_block(now, key, &block));
            }
            RtcpPacket::Bye(bye) => bye.ssrcs().for_each(|ssrc| self.on_bye(now, key, ssrc)),
            RtcpPacket::Nack(nack) => self.on_nack(now, key, nack),
            RtcpPacket::Pli(pli) => self.on_pli(now, key, pli.media),
            RtcpPacket::Fir(fir) => {
                fir.entries().for_each(|entry| self.on_fir(now, key, entry.ssrc, entry.request));
            }
            RtcpPacket::TransportFeedback(feedback) => {
                self.counters.twcc_received += 1;
                let told = feedback.end().0.wrapping_sub(feedback.head.base.0);
                let came = feedback.received().count().min(told.into()) as u32;
                self.on_loss(now, key, |redundancy| {
                    redundancy.on_feedback(now, told.into(), u32::from(told) - came);
                });
                self.with_downlink(key, |downlink| downlink.on_feedback(now, feedback));
            }
            RtcpPacket::CongestionFeedback(feedback) => {
                self.counters.ccfb_received += 1;
                let Some(peer) = self.peers.get_mut(key) else { return };
                let (told, lost) = peer.downlink.on_feedback_by_stream(now, feedback);
                self.on_loss(now, key, |redundancy| redundancy.on_feedback(now, told, lost));
            }
            RtcpPacket::Remb(remb) => {
                self.with_downlink(key, |downlink| downlink.on_remb(now, remb.bitrate));
            }
            RtcpPacket::Xr(xr) => xr.blocks().for_each(|block| {
                if let (XrBlock::ReferenceTime(ntp), Some(peer)) = (block, self.peers.get_mut(key)) {
                    let (ssrc, ntp_middle) = (xr.sender, ntp.middle());
                    peer.reference_time = Some(ReferenceTime { ssrc, ntp_middle, arrival: now });
                }
            }),
            // Names change nothing here.
            RtcpPacket::Sdes(_) | RtcpPacket::Unknown { .. } => {}
        }
    }

    fn on_sender_report(&mut self, now: Instant, key: PeerKey, info: &SenderInfo) {
        let Some(peer) = self.peers.get(key) else { return };
        let Some((publication, encoding, stream)) = peer.bindings.lookup(info.ssrc) else { return };
        let Some(route) = self.routes.get_mut(publication) else { return };
        let pair = ClockPair { ntp: info.ntp, rtp: info.rtp, arrival: now };
        route.publication.handle_sender_report(info.ssrc, encoding, stream, pair);
        if !route.publication.take_clocks_changed() {
            return;
        }
        self.send_clocks(publication);
        // The lane may lose things: with every report the layers are told again.
        self.send_layers(publication);
    }

    /// Tells the other workers that get a publication what its layers are.
    pub(crate) fn send_layers(&mut self, publication: PublicationId) {
        let Some(route) = self.routes.get(publication) else { return };
        let Source::Here { demands, .. } = &route.source else { return };
        for worker in demands.all_workers() {
            if let Some(crossing) = crossing_to(&mut self.crossings, worker) {
                crossing.send_layers(publication, *route.publication.layers());
            }
        }
    }

    /// Tells the other workers that get a publication what its clocks are.
    pub(crate) fn send_clocks(&mut self, publication: PublicationId) {
        let Some(route) = self.routes.get(publication) else { return };
        let Source::Here { demands, .. } = &route.source else { return };
        for worker in demands.all_workers() {
            if let Some(crossing) = crossing_to(&mut self.crossings, worker) {
                crossing.send_clocks(publication, route.publication.clocks());
            }
        }
    }

    fn on_report_block(&mut self, now: Instant, key: PeerKey, block: &ReportBlock) {
        let Some(subscription) = self.subscription_of(key, block.ssrc) else { return };
        let Some(entry) = self.subscriptions.get_mut(subscription) else { return };
        let rtt = entry.forwarding.handle_report(now, block);
        let Some(peer) = self.peers.get_mut(key) else { return };
        peer.rtt = rtt.unwrap_or(peer.rtt);
        self.on_loss(now, key, |redundancy| redundancy.on_report(now, block.fraction_lost));
        self.with_downlink(key, |downlink| downlink.on_report_block(now, block, rtt));
    }

    /// A subscriber tells of loss: sound may have to be repeated.
    fn on_loss(&mut self, now: Instant, key: PeerKey, tell: impl FnOnce(&mut Redundancy)) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        tell(&mut peer.redundancy);
        peer.downlink.set_repeats(now, peer.redundancy.repeats());
    }

    fn with_downlink(&mut self, key: PeerKey, change: impl FnOnce(&mut Downlink)) {
        if let Some(peer) = self.peers.get_mut(key).filter(|peer| peer.downlink.adapts()) {
            change(&mut peer.downlink);
        }
    }

    fn on_bye(&mut self, now: Instant, key: PeerKey, ssrc: Ssrc) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        let Some((publication, encoding, stream)) = peer.bindings.handle_bye(ssrc) else { return };
        let Some(route) = self.routes.get_mut(publication) else { return };
        if stream == Stream::Media {
            route.publication.handle_end(now, encoding);
            if route.publication.take_layers_changed() {
                self.changed_layers.push(publication);
            }
        }
    }

    fn on_nack(&mut self, now: Instant, key: PeerKey, nack: &Nack<'_>) {
        let Some(subscription) = self.subscription_of(key, nack.media) else { return };
        for lost in nack.lost() {
            self.counters.nacks_received += 1;
            let rtt = self.peers.get(key).map_or(crate::commands::DEFAULT_RTT, |peer| peer.rtt);
            let Some(entry) = self.subscriptions.get_mut(subscription) else { return };
            let Some(route) = self.routes.get(entry.publication) else { return };
            if entry.switching.is_some() {
                // The keyframe of another layer waits behind it, and makes it useless.
                self.counters.nacks_suppressed += 1;
                continue;
            }
            match entry.forwarding.handle_nack(now, lost, route.publication.cache(), rtt) {
                ResendOutcome::Resend(seq) => self.queue_resend(subscription, key, seq),
                ResendOutcome::Suppressed => self.counters.nacks_suppressed += 1,
                ResendOutcome::Missed => self.counters.nacks_missed += 1,
            }
        }
    }

    fn on_pli(&mut self, now: Instant, key: PeerKey, media: Ssrc) {
        self.counters.plis_received += 1;
        let Some(rtt) = self.peers.get(key).map(|peer| peer.rtt) else { return };
        let Some(subscription) = self.subscription_of(key, media) else { return };
        let Some(entry) = self.subscriptions.get_mut(subscription) else { return };
        let outcome = entry.forwarding.handle_pli(now, rtt);
        self.on_keyframe_outcome(now, key, subscription, outcome);
    }

    fn on_fir(&mut self, now: Instant, key: PeerKey, media: Ssrc, count: u8) {
        self.counters.firs_received += 1;
        let Some(rtt) = self.peers.get(key).map(|peer| peer.rtt) else { return };
        let Some(subscription) = self.subscription_of(key, media) else { return };
        let Some(entry) = self.subscriptions.get_mut(subscription) else { return };
        let outcome = entry.forwarding.handle_fir(now, count, rtt);
        self.on_keyframe_outcome(now, key, subscription, outcome);
    }

    /// Does what a request for a keyframe leads to.
    pub(crate) fn on_keyframe_outcome(
        &mut self,
        now: Instant,
        key: PeerKey,
        subscription: SubscriptionKey,
        outcome: KeyframeOutcome,
    ) {
        let Some(entry) = self.subscriptions.get(subscription) else { return };
        match outcome {
            KeyframeOutcome::Ask(encoding) => self.want_keyframe(now, entry.publication, encoding),
            KeyframeOutcome::Served => {}
            KeyframeOutcome::Suppressed => {
                self.counters.keyframe_requests_suppressed += 1;
                if let Some(peer) = self.peers.get_mut(key) {
                    peer.subscriptions_due =
                        earliest(peer.subscriptions_due, entry.forwarding.poll_timeout());
                }
            }
        }
    }

    /// The subscription whose packets carry `ssrc` to this peer.
    fn subscription_of(&self, key: PeerKey, ssrc: Ssrc) -> Option<SubscriptionKey> {
        let is_it = |&&key: &&SubscriptionKey| {
            let entry = self.subscriptions.get(key);
            entry.is_some_and(|entry| entry.forwarding.section().ssrc == ssrc)
        };
        self.peers.get(key)?.subscriptions.iter().find(is_it).copied()
    }

    /// Somebody here can't go on without a keyframe: asks the publisher, or the worker it is on.
    pub(crate) fn want_keyframe(
        &mut self,
        now: Instant,
        publication: PublicationId,
        encoding: EncodingIndex,
    ) {
        let Some(route) = self.routes.get_mut(publication) else { return };
        match &mut route.source {
            Source::Here { peer, .. } => {
                route.publication.want_keyframe(now, encoding);
                let peer = *peer;
                self.touch(peer);
            }
            Source::There { upstream, .. } => {
                upstream.want_keyframe(encoding);
                self.send_demand(publication);
            }
        }
    }

    /// A subscription may get something else from now on: it is looked at in this turn.
    pub(crate) fn reconsider(&mut self, now: Instant, key: SubscriptionKey) {
        let Some(entry) = self.subscriptions.get_mut(key) else { return };
        self.changed_demand.push(entry.publication);
        let peer = entry.peer;
        self.with_downlink(peer, Downlink::on_wishes_changed);
        self.look_at_subscriptions(now, peer);
    }

    /// Finds out soon which keyframes a subscriber needs.
    pub(crate) fn look_at_subscriptions(&mut self, now: Instant, key: PeerKey) {
        if let Some(peer) = self.peers.get_mut(key) {
            peer.subscriptions_due = Some(now);
            self.touched.push(key, &mut peer.touched);
        }
    }

    /// Works out anew what the subscriptions on this worker want of a publication.
    pub(crate) fn update_demand(&mut self, publication: PublicationId) {
        let Some(route) = self.routes.get_mut(publication) else { return };
        let layers = route.publication.layers();
        let entries = route.subscriptions.iter().filter_map(|&key| self.subscriptions.get(key));
        let wanted = entries.map(|entry| entry.forwarding.wanted(layers));
        let wanted = wanted.reduce(|all, more| all.union(more)).unwrap_or_default();
        match &mut route.source {
            Source::Here { demands, .. } => demands.set_local(wanted),
            Source::There { upstream, .. } => {
                upstream.set(wanted);
                self.send_demand(publication);
            }
        }
    }

    fn send_demand(&mut self, publication: PublicationId) {
        let Some(route) = self.routes.get_mut(publication) else { return };
        let Source::There { home, upstream } = &mut route.source else { return };
        let Some(demand) = upstream.poll() else { return };
        let Some(crossing) = crossing_to(&mut self.crossings, *home) else {
            return;
        };
        // From here on the crossing keeps the latest value until the lane has room for it.
        crossing.want(demand);
        upstream.sent();
    }

    /// Tells the publishers' workers once more what is wanted of publications whose layers they have
    /// not told: they may have had no room for what nobody had announced to them yet.
    pub(crate) fn repeat_demand(&mut self, now: Instant) {
        if self.next_repeat.is_some_and(|due| now < due) {
            return;
        }
        self.next_repeat = Some(now + REPEAT_DEMAND);
        for publication in self.routes.unanswered() {
            if let Some(route) = self.routes.get_mut(publication)
                && let Source::There { upstream, .. } = &mut route.source
            {
                upstream.repeat();
            }
            self.send_demand(publication);
        }
    }

    /// Another worker says what it wants of a publication that lives here.
    pub(crate) fn on_demand(&mut self, now: Instant, worker: WorkerId, demand: Demand) {
        let Some(route) = self.routes.get_mut(demand.publication) else {
            self.early_demand
                .retain(|(from, early)| *from != worker || early.publication != demand.publication);
            if !demand.encodings.is_empty() {
                if self.early_demand.len() < MAX_EARLY_DEMAND {
                    self.early_demand.push((worker, demand));
                } else {
                    self.counters.early_demands_dropped += 1;
                }
            }
            return;
        };
        let Source::Here { demands, .. } = &mut route.source else { return };
        let is_new = !demands.all_workers().any(|known| known == worker);
        demands.set_worker(worker, demand.encodings);
        if is_new && let Some(crossing) = crossing_to(&mut self.crossings, worker) {
            crossing.send_layers(demand.publication, *route.publication.layers());
            crossing.send_clocks(demand.publication, route.publication.clocks());
        }
        for encoding in demand.keyframes.iter() {
            self.want_keyframe(now, demand.publication, encoding);
        }
    }
}

#[cfg(test)]
mod tests;
