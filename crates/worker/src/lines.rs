//! What lines report: addresses, openings, ends.

use std::time::{Duration, Instant};

use switchyard_bus::event::Event;
use switchyard_transport::dtls::HANDSHAKE_MTU;
use switchyard_transport::line::LineEvent;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::counters::{LineEnd, PacketKind};
use switchyard_vocab::datagram::Tuple;

use crate::Worker;
use crate::io::{Outbox, send};
use crate::peers::PeerKey;

/// How long a path may have been silent before another took its place, without a keyframe for it. What is lost in
/// less is asked for again, and is still in the cache.
const LOST_AFTER: Duration = Duration::from_millis(500);

impl Worker {
    /// Acts on what happened to a peer's line. Its end is left for [`finish_line`](Self::finish_line).
    pub(crate) fn note_line_events(&mut self, now: Instant, key: PeerKey) {
        while let Some(event) = self.peers.get_mut(key).and_then(|peer| peer.line.poll_event()) {
            match event {
                LineEvent::AddressAdded(tuple) => self.peers.add_address(tuple, key),
                LineEvent::AddressForgotten(tuple) => self.peers.forget_address(tuple, key),
                LineEvent::CredentialsDropped => self.peers.refresh_ufrags(key),
                LineEvent::Opened { after, .. } => self.on_opened(now, key, after),
                LineEvent::Ended(end) => self.on_ended(key, end),
                LineEvent::PathChanged(path) => self.on_path_changed(now, key, path),
                LineEvent::Disconnected | LineEvent::Reconnected => {}
            }
        }
    }

    fn on_opened(&mut self, now: Instant, key: PeerKey, after: Duration) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        self.counters.lines_opened += 1;
        self.counters.line_open_times.add(after);
        self.news.note_peer(Event::PeerOpened { peer: peer.id, took: after });
        peer.next_receiver_report = Some(now);
        peer.subscriptions_due = Some(now);
        self.touched.push(key, &mut peer.touched);
    }

    fn on_path_changed(&mut self, now: Instant, key: PeerKey, path: Tuple) {
        if let Some(peer) = self.peers.get_mut(key) {
            peer.downlink.on_path_changed(now, path);
        }
        self.start_pictures_anew(now, key);
    }

    /// What was sent to where the peer no longer is has not come: its pictures go on at keyframes, for which
    /// browsers ask only after three seconds without a picture.
    fn start_pictures_anew(&mut self, now: Instant, key: PeerKey) {
        let Some(peer) = self.peers.get(key).filter(|peer| peer.line.pause() >= LOST_AFTER) else { return };
        for subscription in peer.subscriptions.clone() {
            let entry = self.subscriptions.get_mut(subscription);
            let Some(entry) = entry.filter(|entry| entry.forwarding.kind() == MediaKind::Video) else {
                continue;
            };
            let outcome = entry.forwarding.handle_pli(now, Duration::ZERO);
            self.on_keyframe_outcome(now, key, subscription, outcome);
        }
    }

    fn on_ended(&mut self, key: PeerKey, end: LineEnd) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        peer.ended = Some(end);
        self.touched.push(key, &mut peer.touched);
    }

    /// Sends what the handshake, or a goodbye, has to say.
    pub(crate) fn send_handshake(&mut self, key: PeerKey, outbox: &mut impl Outbox) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        let mut datagram = [0; HANDSHAKE_MTU];
        while let Some((path, len)) = peer.line.poll_transmit(&mut datagram) {
            send(outbox, &mut self.counters, path, PacketKind::Dtls, &datagram[..len]);
        }
    }

    /// Forgets a peer whose line has ended. Whether it was there to be forgotten.
    pub(crate) fn finish_line(&mut self, key: PeerKey) -> bool {
        let Some(end) = self.peers.get(key).and_then(|peer| peer.ended) else { return false };
        self.forget_peer(key);
        self.counters.lines_ended[end as usize] += 1;
        true
    }
}
