//! One turn: phases in a fixed order, each with bounded work, so that checks are answered under any
//! load and a burst of handshakes never stalls media.

use std::time::{Duration, Instant};

use switchyard_transport::demux::{Protocol, classify};
use switchyard_vocab::counters::LaneDepths;
use switchyard_vocab::datagram::MAX_DATAGRAM;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::PublicationId;

use crate::Worker;
use crate::crossing::Crossing;
use crate::io::{Datagram, Inbox, Outbox};
use crate::peers::PeerKey;

/// How often the counters are left for whoever wants them.
const SNAPSHOT_INTERVAL: Duration = Duration::from_millis(500);

/// What follows a turn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Turn {
    /// Sleep until a datagram comes, somebody wakes us, or this moment is there.
    Until(Option<Instant>),
    /// Everything is said; there is no other turn.
    Finished,
}

impl Worker {
    /// Takes one turn.
    pub fn turn(&mut self, now: Instant, inbox: &mut impl Inbox, outbox: &mut impl Outbox) -> Turn {
        self.counters.turns += 1;
        self.take_commands(now);
        self.take_datagrams(now, inbox, outbox);
        self.take_crossings(now, outbox);
        self.take_timers(now);
        self.serve(now, outbox);
        self.repeat_demand(now);
        self.flush_crossings();
        self.tell_control(now);
        if self.is_stopping && self.peers.len() == 0 {
            Turn::Finished
        } else {
            Turn::Until(self.deadline(now))
        }
    }

    /// Takes what came in, the urgent first.
    fn take_datagrams(&mut self, now: Instant, inbox: &mut impl Inbox, outbox: &mut impl Outbox) {
        inbox.for_each(&mut |Datagram { tuple, bytes, .. }| match classify(bytes) {
            _ if bytes.len() > MAX_DATAGRAM => self.counters.drops.add(DropReason::TooLong),
            Protocol::Stun => self.handle_check(now, tuple, bytes, outbox),
            Protocol::Unknown => self.counters.drops.add(DropReason::NotWebRtc),
            Protocol::Dtls | Protocol::Rtp | Protocol::Rtcp => {}
        });
        self.resume_handshakes(now);
        only(inbox, Protocol::Dtls, &mut |Datagram { tuple, bytes, .. }| {
            self.handle_handshake(now, tuple, bytes);
        });
        only(inbox, Protocol::Rtcp, &mut |datagram| self.handle_rtcp(now, datagram.tuple, datagram.bytes));
        only(inbox, Protocol::Rtp, &mut |datagram| self.handle_rtp(now, datagram));
    }

    fn take_timers(&mut self, now: Instant) {
        while let Some(key) = self.timers.pop_due(now) {
            self.touch(key);
        }
    }

    /// Looks at every peer to which something happened. What one peer needs of another (a keyframe)
    /// puts that one on the list again; a second round serves those, the rest waits for the next turn.
    fn serve(&mut self, now: Instant, outbox: &mut impl Outbox) {
        for _round in 0..2 {
            self.settle(now);
            let mut keys = std::mem::take(&mut self.scratch.peers);
            self.touched.take(&mut keys);
            for &key in &keys {
                self.serve_peer(now, key, outbox);
            }
            self.scratch.peers = keys;
        }
    }

    fn serve_peer(&mut self, now: Instant, key: PeerKey, outbox: &mut impl Outbox) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        peer.touched = false;
        peer.line.handle_timeout(now);
        self.note_line_events(now, key);
        self.send_handshake(key, outbox);
        if self.finish_line(key) {
            return;
        }
        self.report_to_publisher(now, key, outbox);
        self.adapt(now, key);
        self.serve_subscriptions(now, key, outbox);
        self.release(now, key, outbox);
        self.arm(key);
    }

    fn arm(&mut self, key: PeerKey) {
        let Some(peer) = self.peers.get(key) else { return };
        let routes = &self.routes;
        let publications =
            peer.publications.iter().filter_map(|&id| routes.get(id)?.publication.poll_timeout());
        let deadline = [
            peer.line.poll_timeout(),
            peer.arrivals.poll_timeout(),
            peer.next_receiver_report.filter(|_| !peer.publications.is_empty()),
            peer.subscriptions_due,
            peer.pacer.poll_timeout(),
        ]
        .into_iter()
        .flatten()
        .chain(publications)
        .min();
        self.timers.set(key, deadline);
    }

    /// Acts on what changed for whole publications: those who get them choose anew, other workers and
    /// control are told.
    fn settle(&mut self, now: Instant) {
        while let Some(publication) = self.changed_layers.pop() {
            self.on_layers_changed(now, publication);
        }
        while let Some(publication) = self.changed_rates.pop() {
            self.send_layers(publication);
        }
        while let Some(publication) = self.changed_demand.pop() {
            self.update_demand(publication);
        }
    }

    pub(crate) fn on_layers_changed(&mut self, now: Instant, publication: PublicationId) {
        let Some(route) = self.routes.get_mut(publication) else { return };
        self.news.note_layers(publication, route);
        let subscriptions = route.subscriptions.clone();
        self.send_layers(publication);
        for key in subscriptions {
            self.reconsider(now, key);
            // Before the packet that shows the layer is selected: else its keyframe would be sent to those
            // for whom it is too much.
            if let Some(peer) = self.subscriptions.get(key).map(|entry| entry.peer) {
                self.divide(now, peer);
            }
        }
    }

    fn flush_crossings(&mut self) {
        for crossing in &mut self.crossings {
            crossing.flush(&mut self.counters);
        }
    }

    fn tell_control(&mut self, now: Instant) {
        self.news.tell(&mut self.events, &mut self.routes, &mut self.subscriptions);
        if self.next_snapshot.is_some_and(|next| now < next) && !self.is_stopping {
            return;
        }
        self.next_snapshot = Some(now + SNAPSHOT_INTERVAL);
        self.sample_downlinks(now);
        let (publications, mirrors) = self.routes.count();
        self.counters.peers = self.peers.len() as u64;
        self.counters.publications = publications as u64;
        self.counters.mirrors = mirrors as u64;
        self.counters.subscriptions = self.subscriptions.len() as u64;
        self.counters.addresses = self.peers.addresses() as u64;
        self.snapshot.publish(self.counters);
        self.counters.lane_depths = LaneDepths::default();
    }

    fn deadline(&self, now: Instant) -> Option<Instant> {
        let is_behind = self.handshakes.len() > 0
            || !self.touched.is_empty()
            || !self.changed_layers.is_empty()
            || !self.changed_rates.is_empty()
            || !self.changed_demand.is_empty()
            || self.commands.depth() > 0
            || self.crossings.iter().any(Crossing::is_behind);
        let at_once = is_behind.then_some(now);
        let found_no_room = !self.news.is_empty() || self.crossings.iter().any(Crossing::has_unsent_demand);
        let soon = found_no_room.then(|| now + RETRY_AFTER);
        [at_once, soon, self.next_snapshot, self.next_repeat]
            .into_iter()
            .flatten()
            .min()
            .into_iter()
            .chain(self.timers.next())
            .min()
    }
}

/// How soon what found its lane full is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(1);

fn only(inbox: &mut impl Inbox, wanted: Protocol, handle: &mut dyn FnMut(Datagram<'_>)) {
    inbox.for_each(&mut |datagram| {
        if datagram.bytes.len() <= MAX_DATAGRAM && classify(datagram.bytes) == wanted {
            handle(datagram);
        }
    });
}

#[cfg(test)]
mod tests;
