//! The packet's journey, top to bottom: receive, demux, decrypt, observe, route, select, pace; and, in
//! `release`, rewrite, encrypt, send. Each step is a stage's own method; a refused packet is a `?` that
//! carries its reason, counted in one place.

use std::time::Instant;

use switchyard_congestion::pacer::{Class, Priority};
use switchyard_forward::publication::Accepted;
use switchyard_forward::publication::binding::Stream;
use switchyard_forward::publication::cache::CacheRef;
use switchyard_forward::subscription::releases;
use switchyard_transport::demux::Protocol;
use switchyard_transport::line::LineState;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::counters::PacketKind;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::decision::{SkipReason, Verdict};
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::observed::Observed;
use switchyard_wire::rtp::RtpPacket;
use switchyard_wire::rtp::extension::KnownExtensions;

use crate::Worker;
use crate::crossing::crossing_to;
use crate::io::Datagram;
use crate::peers::{Owner, PeerKey};
use crate::queue::{catch_up, on_wire, queue};
use crate::routes::Source;

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
            self.route_recovered(now, publication);
            self.route(now, publication, packet, &observed);
        }
        Ok(())
    }

    /// Shows everybody what was lost before a packet and found in it.
    fn route_recovered(&mut self, now: Instant, publication: PublicationId) {
        let Some(route) = self.routes.get_mut(publication) else { return };
        for (packet, observed) in route.publication.take_recovered().into_iter().flatten() {
            self.counters.red_recovered += 1;
            self.route(now, publication, packet, &observed);
        }
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
        let are_rates_news = route.publication.take_rates_changed();
        if route.publication.take_layers_changed() {
            // Before the packet that changed them: another worker's mirror has to know the layer when
            // its first keyframe comes.
            self.on_layers_changed(now, bound.publication);
        }
        if are_rates_news {
            self.send_layers(bound.publication);
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
            let size = on_wire(entry.forwarding.longest(observed, len));
            for verdict in releases(verdict, observed) {
                queue(peer, (class, size), key, entry, (packet, verdict), &mut self.counters);
            }
            // Of sound nothing was passed over; what is cached behind a packet that was recovered is yet to be shown.
            if verdict == Verdict::Switch && class != Class::Audio {
                catch_up(peer, class, key, entry, packet, &route.publication, &mut self.counters);
            }
        }
    }
}

/// What was found out about a packet, for counting it.
struct Known {
    kind: PacketKind,
    /// How long it is decrypted, if it is authentic.
    plain_len: Option<usize>,
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
