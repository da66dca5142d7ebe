//! What we report by ourselves: arrivals, losses and wishes to publishers; clocks to subscribers.

use std::time::{Duration, Instant};

use switchyard_forward::publication::Feedback;
use switchyard_transport::line::LineState;
use switchyard_vocab::counters::PacketKind;
use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::layer::EncodingIndex;
use switchyard_wire::rtcp::twcc::FeedbackHead;
use switchyard_wire::rtcp::{DlrrItem, FirEntry, Pli, Writer};

use crate::Worker;
use crate::io::{Outbox, send};
use crate::peers::{Peer, PeerKey};
use crate::subscriptions::SubscriptionKey;

/// Largest compound we write, before encryption: it passes every path that media passes.
const MAX_COMPOUND: usize = 1_200;

/// Room for what encryption adds.
const MAX_TAG: usize = 32;

/// Time between receiver reports to a publisher: its own estimator takes round trip and loss from
/// them.
const RECEIVER_REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// Blocks of one report (RFC 3550 §6.4.2: the count has five bits).
const MAX_BLOCKS: usize = 31;

/// A compound being written.
struct Compound {
    buffer: [u8; MAX_COMPOUND + MAX_TAG],
    len: usize,
}

impl Compound {
    const fn new() -> Self {
        Self { buffer: [0; MAX_COMPOUND + MAX_TAG], len: 0 }
    }

    /// Adds packets behind those that are there. What finds no room is left out: feedback is
    /// repeated as long as its reason lasts.
    fn add<T>(&mut self, write: impl FnOnce(&mut Writer<'_>) -> T) -> T {
        let mut writer = Writer::new(&mut self.buffer[self.len..MAX_COMPOUND]);
        let result = write(&mut writer);
        self.len += writer.len();
        result
    }
}

impl Worker {
    /// Tells a publisher what it has to hear now.
    pub(crate) fn report_to_publisher(&mut self, now: Instant, key: PeerKey, outbox: &mut impl Outbox) {
        let mut compound = Compound::new();
        self.write_receiver_report(now, key, &mut compound, outbox);
        self.write_requests(now, key, &mut compound);
        while self.write_arrivals(now, key, &mut compound) {
            self.send_rtcp(key, &mut compound, outbox);
        }
        self.send_rtcp(key, &mut compound, outbox);
    }

    fn write_receiver_report(
        &mut self,
        now: Instant,
        key: PeerKey,
        compound: &mut Compound,
        outbox: &mut impl Outbox,
    ) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        if peer.publications.is_empty() || peer.next_receiver_report.is_none_or(|due| now < due) {
            return;
        }
        peer.next_receiver_report = Some(now + RECEIVER_REPORT_INTERVAL);
        let mut blocks = std::mem::take(&mut self.scratch.blocks);
        blocks.clear();
        for &publication in &peer.publications {
            if let Some(route) = self.routes.get_mut(publication) {
                route.publication.take_reception_blocks(now, |block| blocks.push(block));
            }
        }
        let us = peer.feedback_ssrc;
        for chunk in blocks.chunks(MAX_BLOCKS) {
            let _ = compound.add(|out| out.receiver_report(us, chunk));
            // Requests that find no room behind them would wait for their repetition.
            if compound.len > MAX_COMPOUND / 2 {
                self.send_rtcp(key, compound, outbox);
            }
        }
        self.scratch.blocks = blocks;
        if let Some(peer) = self.peers.get_mut(key) {
            answer_clock(now, peer, compound);
        }
    }

    /// Packets to send again, keyframes to make.
    fn write_requests(&mut self, now: Instant, key: PeerKey, compound: &mut Compound) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        let us = peer.feedback_ssrc;
        for &id in &peer.publications {
            let Some(route) = self.routes.get_mut(id) else { continue };
            if route.publication.poll_timeout().is_none_or(|due| now < due) {
                continue;
            }
            let wanted = route.wanted();
            let counters = &mut self.counters;
            route.publication.poll_feedback(now, peer.rtt, wanted, |feedback| match feedback {
                Feedback::Nack { ssrc, lost } => {
                    let written = compound.add(|out| out.nack(us, ssrc, lost.iter().copied()));
                    counters.nacks_sent += written.unwrap_or_default() as u64;
                }
                Feedback::Pli { ssrc } => {
                    counters.keyframe_requests_sent += 1;
                    let _ = compound.add(|out| out.pli(Pli { sender: us, media: ssrc }));
                }
                Feedback::Fir { ssrc, count } => {
                    counters.keyframe_requests_sent += 1;
                    let _ = compound.add(|out| out.fir(us, &[FirEntry { ssrc, request: count }]));
                }
                // Only mirrors say this, and no mirror belongs to a peer.
                Feedback::Keyframe { .. } => {}
            });
            if route.publication.take_layers_changed() {
                self.changed_layers.push(id);
            }
            if route.publication.take_rates_changed() {
                self.changed_rates.push(id);
            }
        }
    }

    /// Writes as many arrivals as fit; whether more are due at once.
    fn write_arrivals(&mut self, now: Instant, key: PeerKey, compound: &mut Compound) -> bool {
        let epoch = self.wall.anchor;
        let Some(peer) = self.peers.get_mut(key) else { return false };
        let Some(report) = peer.arrivals.report(now) else { return false };
        let head = FeedbackHead {
            sender: peer.feedback_ssrc,
            media: peer.feedback_about.unwrap_or(peer.feedback_ssrc),
            base: report.base,
            feedback: peer.feedback_number,
        };
        let written = compound.add(|out| out.transport_feedback(&head, epoch, report.arrivals));
        let count = match written {
            // An empty compound that has no room for a single arrival will never have.
            Err(_) if compound.len == 0 => report.arrivals.len(),
            Err(_) => return true,
            // Nothing was written, and so it would be next time.
            Ok(0) => report.arrivals.len(),
            Ok(count) => {
                peer.feedback_number = peer.feedback_number.wrapping_add(1);
                self.counters.twcc_sent += 1;
                count
            }
        };
        peer.arrivals.reported(now, count);
        peer.arrivals.poll_timeout().is_some_and(|due| due <= now)
    }

    /// Tells a subscriber the publishers' clocks, and finds out which keyframes it needs.
    pub(crate) fn serve_subscriptions(&mut self, now: Instant, key: PeerKey, outbox: &mut impl Outbox) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        if peer.subscriptions_due.is_none_or(|due| now < due) {
            return;
        }
        peer.subscriptions_due = None;
        if peer.line.state() != LineState::Open {
            // Looked at again when it opens: nothing can be sent before.
            return;
        }
        let keys = std::mem::take(&mut peer.subscriptions);
        let mut compound = Compound::new();
        for &subscription in &keys {
            if let Some((publication, encoding)) =
                self.serve_subscription(now, key, subscription, &mut compound)
            {
                self.want_keyframe(now, publication, encoding);
            }
            if compound.len > MAX_COMPOUND / 2 {
                self.send_rtcp(key, &mut compound, outbox);
            }
        }
        self.send_rtcp(key, &mut compound, outbox);
        if let Some(peer) = self.peers.get_mut(key) {
            peer.subscriptions = keys;
        }
    }

    fn serve_subscription(
        &mut self,
        now: Instant,
        key: PeerKey,
        subscription: SubscriptionKey,
        compound: &mut Compound,
    ) -> Option<(PublicationId, EncodingIndex)> {
        let entry = self.subscriptions.get_mut(subscription)?;
        let route = self.routes.get(entry.publication)?;
        let peer = self.peers.get_mut(key)?;
        let layers = route.publication.layers();
        let needed = entry.forwarding.poll_keyframe(now, peer.rtt, layers);
        let keyframe = needed.filter(|_| peer.keyframe_budget.admits(now, entry.publication));
        self.counters.keyframe_requests_suppressed += u64::from(needed != keyframe);
        if let Some(reports) = entry.forwarding.poll_reports(now, route.publication.clocks()) {
            for report in [Some(reports.media), reports.rtx].into_iter().flatten() {
                let _ = compound.add(|out| out.sender_report(&report, &[]));
                let _ = compound.add(|out| out.cname(report.ssrc, &entry.cname));
            }
            answer_clock(now, peer, compound);
        }
        peer.subscriptions_due = earliest(peer.subscriptions_due, entry.forwarding.poll_timeout());
        self.news.note_decision(subscription, entry, layers);
        keyframe.map(|encoding| (entry.publication, encoding))
    }

    fn send_rtcp(&mut self, key: PeerKey, compound: &mut Compound, outbox: &mut impl Outbox) {
        let len = std::mem::take(&mut compound.len);
        if len == 0 {
            return;
        }
        let Some(peer) = self.peers.get_mut(key) else { return };
        let Some(path) = peer.line.send_path() else { return };
        let Ok(len) = peer.line.encrypt_rtcp(&mut compound.buffer, len) else { return };
        send(outbox, &mut self.counters, path, PacketKind::Rtcp, &compound.buffer[..len]);
    }
}

/// Answers the clock that a peer told last, once (RFC 3611 §4.5): the round trip of who only receives.
fn answer_clock(now: Instant, peer: &mut Peer, compound: &mut Compound) {
    let Some(clock) = peer.reference_time.take() else { return };
    let delay = now.saturating_duration_since(clock.arrival);
    let item = DlrrItem { ssrc: clock.ssrc, ntp_middle: clock.ntp_middle, delay };
    let _ = compound.add(|out| out.xr_dlrr(peer.feedback_ssrc, &[item]));
}

/// The earlier of two deadlines.
pub(crate) fn earliest(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    a.into_iter().chain(b).min()
}

#[cfg(test)]
mod tests;
