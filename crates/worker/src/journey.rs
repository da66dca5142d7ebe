//! The packet's journey, top to bottom: receive, demux, decrypt, observe, route, select, pace,
//! rewrite, encrypt, send. Each step is a stage's own method; a refused packet is a `?` that carries
//! its reason, counted in one place.

use std::time::Instant;

use switchyard_congestion::pacer::{Class, Priority, Release, What};
use switchyard_forward::publication::Accepted;
use switchyard_forward::publication::binding::Stream;
use switchyard_forward::publication::cache::CacheRef;
use switchyard_forward::subscription::rewrite::Stamps;
use switchyard_forward::subscription::{WriteError, Written, releases};
use switchyard_transport::demux::Protocol;
use switchyard_transport::line::LineState;
use switchyard_transport::srtp::SrtpProfile;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::counters::PacketKind;
use switchyard_vocab::datagram::{MAX_DATAGRAM, Tuple};
use switchyard_vocab::decision::{SkipReason, Verdict};
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::ExtSeqNo;
use switchyard_wire::rtp::RtpPacket;
use switchyard_wire::rtp::extension::{AbsSendTime, KnownExtensions, TransportSeq};

use crate::Worker;
use crate::crossing::crossing_to;
use crate::io::{Datagram, Outbox};
use crate::peers::{Owner, Peer, PeerKey};
use crate::queue::{catch_up, on_wire, queue};
use crate::reports::earliest;
use crate::routes::Source;
use crate::subscriptions::{Queued, SubscriptionKey};

/// What a resend counts for in its budget, whatever its size: it is asked before it is written.
const TYPICAL_RESEND: usize = 1_200;

impl Worker {
    /// Receive to pace, for one RTP packet.
    pub(crate) fn handle_rtp(&mut self, now: Instant, datagram: Datagram<'_>) {
        let size = datagram.bytes.len();
        let mut known = Known { kind: PacketKind::Unbound, plain_len: None };
        if let Some(key) = self.demux_media(now, datagram.tuple, Protocol::Rtp, datagram.bytes)
            && let Err(reason) = self.take_in(now, key, datagram, &mut known)
        {
            self.counters.drops.add(reason);
        }
        self.counters.received.add(known.kind, size);
        known.plain_len.into_iter().for_each(|len| self.counters.decrypted.add(known.kind, len));
    }

    fn take_in(
        &mut self,
        now: Instant,
        key: PeerKey,
        Datagram { tuple, arrival, bytes }: Datagram<'_>,
        counted: &mut Known,
    ) -> Result<(), DropReason> {
        let peer = self.peers.get_mut(key).ok_or(DropReason::UnknownAddress)?;

        let len = peer.line.decrypt_rtp(now, tuple, bytes)?;
        counted.plain_len = Some(len);
        let packet = RtpPacket::parse(&bytes[..len]).map_err(|_| DropReason::MalformedRtp)?;
        let known = KnownExtensions::read(&packet, peer.bindings.extensions());
        let taken = self.observe(now, key, &packet, &known, counted);
        let peer = self.peers.get_mut(key).ok_or(DropReason::PeerGone)?;
        self.touched.push(key, &mut peer.touched);
        // Every packet counts for the sender's estimate, whatever becomes of it here, but for those
        // beyond its limit: were they called received, its estimator would see no reason to slow down.
        let is_reported = !matches!(taken, Err(DropReason::IngressLimited));
        if let Some(number) = known.transport_seq.filter(|_| is_reported) {
            peer.arrivals.on_packet(arrival, number, len);
        }
        let (publication, accepted) = taken?;
        if let Accepted::Packet { packet, observed } = accepted {
            self.counters.keyframes_received += u64::from(observed.keyframe_start);
            self.route(now, publication, packet, &observed);
        }
        Ok(())
    }

    /// Shows an authentic packet to the publication it belongs to.
    fn observe(
        &mut self,
        now: Instant,
        key: PeerKey,
        packet: &RtpPacket<'_>,
        known: &KnownExtensions,
        counted: &mut Known,
    ) -> Result<(PublicationId, Accepted), DropReason> {
        let peer = self.peers.get_mut(key).ok_or(DropReason::PeerGone)?;
        let bound = peer.bindings.bind(now, packet.ssrc(), packet.payload_type(), known)?;
        peer.feedback_about = Some(packet.ssrc());
        counted.kind = kind_of(bound.codec.codec.kind(), bound.stream, packet);
        let route = self.routes.get_mut(bound.publication).ok_or(DropReason::UnknownSsrc)?;
        let accepted = route.publication.handle_rtp(now, packet, known, &bound);
        let are_clocks_news = route.publication.take_clocks_changed();
        if route.publication.take_layers_changed() {
            // Before the packet that changed them: another worker's mirror has to know the layer when
            // its first keyframe comes.
            self.on_layers_changed(now, bound.publication);
        }
        if are_clocks_news {
            // It was unmuted: whoever starts anew with this packet has to know when it was captured.
            self.send_clocks(bound.publication);
        }
        Ok((bound.publication, accepted?))
    }

    /// Whose datagram it is. One of another worker's peer is handed over to that worker, one of nobody
    /// is counted.
    pub(crate) fn demux(&mut self, tuple: Tuple, bytes: &[u8]) -> Option<PeerKey> {
        match self.peers.owner_of(tuple) {
            Some(Owner::Here(key)) => return Some(key),
            Some(Owner::There(worker)) => self.hand_over(worker, tuple, bytes),
            None => self.counters.drops.add(DropReason::UnknownAddress),
        }
        None
    }

    /// Shows an observed packet to everybody who may want it, here and on other workers.
    pub(crate) fn route(
        &mut self,
        now: Instant,
        publication: PublicationId,
        packet: CacheRef,
        observed: &Observed,
    ) {
        let Some(route) = self.routes.get_mut(publication) else { return };
        if let Source::Here { demands, .. } = &route.source
            && let Some(cached) = route.publication.cache().get(packet)
        {
            for worker in demands.workers(packet.encoding) {
                if let Some(crossing) = crossing_to(&mut self.crossings, worker) {
                    crossing.send_packet(publication, *observed, cached.bytes, &mut self.counters);
                }
            }
        }
        let class = match route.publication.kind() {
            MediaKind::Audio => Class::Audio,
            MediaKind::Video => Class::Video(Priority::Normal),
        };
        let Some(len) = route.publication.cache().get(packet).map(|cached| cached.bytes.len()) else {
            return;
        };
        let size = on_wire(len);
        for &key in &route.subscriptions {
            let Some(entry) = self.subscriptions.get_mut(key) else { continue };
            let Some(peer) = self.peers.get_mut(entry.peer) else { continue };
            // Selection starts with the first packet that can be sent.
            if peer.line.state() != LineState::Open {
                continue;
            }
            let verdict = entry.forwarding.select(observed, route.publication.layers());
            if verdict == Verdict::Switch {
                entry.waits = false;
                self.counters.layer_switches += 1;
                self.news.note_decision(key, entry, route.publication.layers());
                self.changed_demand.push(publication);
            }
            if verdict == Verdict::Skip(SkipReason::AwaitingKeyframe)
                && !std::mem::replace(&mut entry.waits, true)
            {
                peer.subscriptions_due = Some(now);
                self.touched.push(entry.peer, &mut peer.touched);
            }
            if matches!(verdict, Verdict::Skip(_)) {
                continue;
            }
            self.touched.push(entry.peer, &mut peer.touched);
            for verdict in releases(verdict, observed) {
                queue(peer, (class, size), key, entry, (packet, verdict), &mut self.counters);
            }
            if verdict == Verdict::Switch {
                catch_up(peer, class, key, entry, packet, &route.publication, &mut self.counters);
            }
        }
    }

    /// Release to send: whatever may leave for one peer now.
    pub(crate) fn release(&mut self, now: Instant, key: PeerKey, outbox: &mut impl Outbox) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        if peer.pacer.is_idle() {
            return;
        }
        peer.pacer.begin_release(now);
        while let Some(release) = self.peers.get_mut(key).and_then(|peer| peer.pacer.pop(now)) {
            let Release { what: What::Packet(queued), .. } = release else { continue };
            if let Err(reason) = self.send_one(now, key, queued, outbox) {
                self.counters.drops.add(reason);
            }
        }
    }

    /// Rewrite, encrypt, send, for one packet.
    fn send_one(
        &mut self,
        now: Instant,
        key: PeerKey,
        queued: Queued,
        outbox: &mut impl Outbox,
    ) -> Result<(), DropReason> {
        let peer = self.peers.get_mut(key).ok_or(DropReason::PeerGone)?;
        let path = peer.line.send_path().ok_or(DropReason::PeerGone)?;
        let (Queued::New { subscription, .. } | Queued::Again { subscription, .. }) = queued;
        if matches!(queued, Queued::Again { .. }) && !peer.resend_budget.admits(now, TYPICAL_RESEND) {
            self.counters.nacks_suppressed += 1;
            return Ok(());
        }
        let entry = self.subscriptions.get_mut(subscription).ok_or(DropReason::PeerGone)?;
        let route = self.routes.get(entry.publication).ok_or(DropReason::PeerGone)?;
        let Some(room) = outbox.reserve(path, MAX_DATAGRAM) else {
            if let Queued::New { packet, .. } = queued {
                entry.handle_dropped(packet);
            }
            return Err(DropReason::SendBufferFull);
        };

        let cache = route.publication.cache();
        let stamps = stamps(peer, self.wall.anchor, now);
        let tag = peer.line.profile().map_or(SrtpProfile::MAX_RTP_OVERHEAD, SrtpProfile::rtp_overhead);
        let plain = room.get_mut(..MAX_DATAGRAM - tag).ok_or(DropReason::TooLong)?;
        let written = match queued {
            Queued::New { packet, verdict, .. } => {
                let clocks = route.publication.clocks();
                entry.forwarding.write(now, (packet, verdict), cache, clocks, stamps, plain)
            }
            Queued::Again { seq, .. } => entry.forwarding.write_resend(seq, cache, stamps, plain),
        };
        if let Err(WriteError::Overwritten(_)) = written {
            entry.waits = false;
        }
        let Written { len, seq, stamped, ssrc, .. } = written.map_err(reason_of)?;
        let is_rtx = ssrc != entry.forwarding.section().ssrc;
        // The number is given by now, so this must not fail, and does not: only open lines are queued for,
        // the header is our own, and there is room for the tag.
        let len = peer.line.encrypt_rtp(seq, room, len)?;
        outbox.commit(len);
        if stamped && entry.forwarding.section().extensions.id(Extension::TransportCc).is_some() {
            peer.numbering.advance();
        }
        peer.subscriptions_due = earliest(peer.subscriptions_due, entry.forwarding.poll_timeout());

        let kind = match (is_rtx, route.publication.kind()) {
            (true, _) => PacketKind::Rtx,
            (false, MediaKind::Audio) => PacketKind::Audio,
            (false, MediaKind::Video) => PacketKind::Video,
        };
        self.counters.sent.add(kind, len);
        match queued {
            Queued::New { .. } => peer.resend_budget.note_sent(now, len),
            Queued::Again { .. } => self.counters.resent.add(len),
        }
        Ok(())
    }

    /// Queues a packet that a subscriber asked for again.
    pub(crate) fn queue_resend(&mut self, key: SubscriptionKey, peer: PeerKey, seq: ExtSeqNo) {
        let Some(peer) = self.peers.get_mut(peer) else { return };
        if peer
            .pacer
            .push(Class::Retransmission, on_wire(TYPICAL_RESEND), Queued::Again { subscription: key, seq })
            .is_err()
        {
            self.counters.drops.add(DropReason::PacerFull);
        }
    }
}

/// What was found out about a packet, for counting it.
struct Known {
    kind: PacketKind,
    /// How long it is decrypted, if it is authentic.
    plain_len: Option<usize>,
}

/// What is stamped on the next packet for this peer; used up only if it really leaves.
fn stamps(peer: &Peer, origin: Instant, now: Instant) -> Stamps {
    Stamps {
        transport_seq: Some(TransportSeq(peer.numbering.peek())),
        abs_send_time: Some(AbsSendTime::at(now.saturating_duration_since(origin))),
    }
}

const fn reason_of(error: WriteError) -> DropReason {
    match error {
        WriteError::Overwritten(_) => DropReason::TooOld,
        WriteError::NoPlace(_) => DropReason::NoPlace,
        WriteError::NoRoom(_) => DropReason::TooLong,
    }
}

const fn kind_of(kind: MediaKind, stream: Stream, packet: &RtpPacket<'_>) -> PacketKind {
    match (stream, kind) {
        (Stream::Rtx, _) => PacketKind::Rtx,
        (Stream::Media, _) if packet.is_padding_only() => PacketKind::Padding,
        (Stream::Media, MediaKind::Audio) => PacketKind::Audio,
        (Stream::Media, MediaKind::Video) => PacketKind::Video,
    }
}

#[cfg(test)]
mod tests;
