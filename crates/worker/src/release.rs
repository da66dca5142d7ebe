//! The second half of a packet's journey: what may leave for one subscriber is rewritten, encrypted and sent.

use std::time::Instant;

use switchyard_congestion::pacer::{Class, Release, What};
use switchyard_congestion::packet::ClusterId;
use switchyard_forward::subscription::rewrite::Stamps;
use switchyard_forward::subscription::{Subscription, Wrapping, WriteError, Written};
use switchyard_transport::srtp::SrtpProfile;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::counters::PacketKind;
use switchyard_vocab::datagram::MAX_DATAGRAM;
use switchyard_vocab::decision::Verdict;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::rtp::ExtSeqNo;
use switchyard_vocab::units::DataSize;
use switchyard_wire::rtp::extension::{AbsSendTime, TransportSeq};

use crate::Worker;
use crate::io::Outbox;
use crate::peers::{Peer, PeerKey};
use crate::queue::{encrypted_on_wire, on_wire};
use crate::reports::earliest;
use crate::subscriptions::{Queued, SubscriptionKey};

/// What a resend counts for in its budget, whatever its size: it is asked before it is written.
const TYPICAL_RESEND: usize = 1_200;

/// What is to be written.
#[derive(Clone, Copy, Debug)]
enum Order {
    /// What was queued.
    Queued(Queued),
    /// A filling for a probe, on the stream of this subscription.
    Padding(SubscriptionKey),
}

impl Worker {
    /// Sends whatever may leave for one peer now.
    pub(crate) fn release(&mut self, now: Instant, key: PeerKey, outbox: &mut impl Outbox) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        if peer.pacer.is_idle() {
            return;
        }
        peer.pacer.begin_release(now);
        while let Some(release) = self.peers.get_mut(key).and_then(|peer| peer.pacer.pop(now)) {
            let Release { what, probe, .. } = release;
            if let What::Packet(Queued::New { subscription, packet, verdict }) = what
                && matches!(verdict, Verdict::Switch | Verdict::Introduce)
                && let Some(entry) = self.subscriptions.get_mut(subscription)
            {
                entry.note_left(packet);
            }
            let order = match what {
                What::Packet(queued) => Some(Order::Queued(queued)),
                What::Padding(_) => self.paddable(key).map(Order::Padding),
            };
            let sent = order.map_or(Ok(None), |order| self.send_one(now, key, order, probe, outbox));
            if let Some(peer) = self.peers.get_mut(key) {
                match (what, sent) {
                    (What::Padding(_), _) => peer.pacer.padded(now, sent.ok().flatten()),
                    (What::Packet(_), Ok(Some(_))) => {}
                    (What::Packet(_), _) => peer.pacer.take_place_of(&release),
                }
            }
            if let Err(reason) = sent {
                self.counters.drops.add(reason);
            }
        }
    }

    /// The subscription on whose stream a probe for this peer can be filled.
    fn paddable(&self, key: PeerKey) -> Option<SubscriptionKey> {
        let subscriptions = &self.peers.get(key)?.subscriptions;
        let find = |is_fit: fn(&Subscription) -> bool| {
            let fits = |&&key: &&SubscriptionKey| {
                self.subscriptions.get(key).is_some_and(|entry| is_fit(&entry.forwarding))
            };
            subscriptions.iter().find(fits).copied()
        };
        find(Subscription::has_copies).or_else(|| find(Subscription::can_pad))
    }

    /// Rewrite, encrypt, send, for one packet. Its size with all headers, if it was sent.
    fn send_one(
        &mut self,
        now: Instant,
        key: PeerKey,
        order: Order,
        probe: Option<ClusterId>,
        outbox: &mut impl Outbox,
    ) -> Result<Option<DataSize>, DropReason> {
        let peer = self.peers.get_mut(key).ok_or(DropReason::PeerGone)?;
        let path = peer.line.send_path().ok_or(DropReason::PeerGone)?;
        if matches!(order, Order::Queued(Queued::Again { .. }))
            && !peer.resend_budget.admits(now, TYPICAL_RESEND)
        {
            self.counters.nacks_suppressed += 1;
            return Ok(None);
        }
        let entry = self.subscriptions.get_mut(order.subscription()).ok_or(DropReason::PeerGone)?;
        let route = self.routes.get(entry.publication).ok_or(DropReason::PeerGone)?;
        let Some(room) = outbox.reserve(path, MAX_DATAGRAM) else {
            if let Order::Queued(Queued::New { packet, .. }) = order {
                entry.handle_dropped(packet);
            }
            return Err(DropReason::SendBufferFull);
        };

        let cache = route.publication.cache();
        let stamps = stamps(peer, self.wall.anchor, now);
        let tag = peer.line.profile().map_or(SrtpProfile::MAX_RTP_OVERHEAD, SrtpProfile::rtp_overhead);
        let plain = room.get_mut(..MAX_DATAGRAM - tag).ok_or(DropReason::TooLong)?;
        let written = match order {
            Order::Queued(Queued::New { packet, verdict, .. }) => {
                let clocks = route.publication.clocks();
                entry.forwarding.set_repeats(peer.downlink.repeats());
                entry.forwarding.write(now, (packet, verdict), cache, clocks, stamps, plain)
            }
            Order::Queued(Queued::Again { seq, .. }) => {
                entry.forwarding.write_resend(seq, cache, stamps, plain)
            }
            Order::Padding(_) => match entry.forwarding.write_padding(now, cache, stamps, plain) {
                Some(written) => written,
                None => return Ok(None),
            },
        };
        if let Err(WriteError::Overwritten(_)) = written {
            entry.waits = false;
        }
        let Written { len, seq, stamped, ssrc, wrapping, repeats, .. } = written.map_err(reason_of)?;
        let is_rtx = ssrc != entry.forwarding.section().ssrc;
        // The number is given by now, so this must not fail, and does not: only open lines are queued for,
        // the header is our own, and there is room for the tag.
        let len = peer.line.encrypt_rtp(seq, room, len)?;
        outbox.commit(len);
        let size = encrypted_on_wire(len);
        peer.downlink.count(size);
        let kind = match (is_rtx, route.publication.kind()) {
            (true, _) => PacketKind::Rtx,
            (false, MediaKind::Audio) => PacketKind::Audio,
            (false, MediaKind::Video) => PacketKind::Video,
        };
        if kind == PacketKind::Audio {
            peer.downlink.count_sound(now, size, repeats);
        }
        let section = entry.forwarding.section();
        if stamped && section.codec.ccfb {
            peer.downlink.on_named(ssrc, seq.on_wire());
        }
        if stamped && (section.codec.ccfb || section.extensions.id(Extension::TransportCc).is_some()) {
            peer.downlink.on_sent(now, size, kind, probe);
        }
        peer.subscriptions_due = earliest(peer.subscriptions_due, entry.forwarding.poll_timeout());
        self.counters.sent.add(kind, len);
        self.counters.red_wrapped += u64::from(wrapping == Wrapping::Wrapped);
        self.counters.red_unwrapped += u64::from(wrapping == Wrapping::Unwrapped);
        match order {
            Order::Queued(Queued::New { .. }) => peer.resend_budget.note_sent(now, len),
            Order::Queued(Queued::Again { .. }) => self.counters.resent.add(len),
            Order::Padding(_) => self.counters.padding_sent.add(len),
        }
        Ok(Some(size))
    }

    /// Queues a packet that a subscriber asked for again.
    pub(crate) fn queue_resend(&mut self, key: SubscriptionKey, peer: PeerKey, seq: ExtSeqNo) {
        let Some(peer) = self.peers.get_mut(peer) else { return };
        let again = Queued::Again { subscription: key, seq };
        if peer.pacer.push(Class::Retransmission, on_wire(TYPICAL_RESEND), again).is_err() {
            self.counters.drops.add(DropReason::PacerFull);
        }
    }
}

impl Order {
    const fn subscription(self) -> SubscriptionKey {
        match self {
            Self::Queued(queued) => queued.subscription(),
            Self::Padding(subscription) => subscription,
        }
    }
}

/// What is stamped on the next packet for this peer; used up only if it really leaves.
fn stamps(peer: &Peer, origin: Instant, now: Instant) -> Stamps {
    Stamps {
        transport_seq: Some(TransportSeq(peer.downlink.next_number())),
        abs_send_time: Some(AbsSendTime::at(now.saturating_duration_since(origin))),
    }
}

const fn reason_of(error: WriteError) -> DropReason {
    match error {
        WriteError::Overwritten(_) => DropReason::TooOld,
        WriteError::NoPlace(_) => DropReason::NoPlace,
        WriteError::NumberGiven(_) => DropReason::NumberGiven,
        WriteError::NoRoom(_) => DropReason::TooLong,
    }
}
