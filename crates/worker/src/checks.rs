//! Connectivity checks and handshakes: what comes before media.

use std::time::Instant;

use switchyard_transport::ice_lite::{StunOutcome, worker_of};
use switchyard_transport::line::LineState;
use switchyard_vocab::counters::PacketKind;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::WorkerId;
use switchyard_wire::stun::{BindingRequest, StunError};

use crate::Worker;
use crate::crossing::crossing_to;
use crate::handshakes::Share;
use crate::io::{Outbox, send};
use crate::peers::{PeerKey, Peers};

impl Worker {
    /// Answers a connectivity check.
    pub(crate) fn handle_check(
        &mut self,
        now: Instant,
        tuple: Tuple,
        bytes: &[u8],
        outbox: &mut impl Outbox,
    ) {
        self.counters.received.add(PacketKind::Stun, bytes.len());
        if let Err(reason) = self.check(now, tuple, bytes, outbox) {
            self.counters.drops.add(reason);
        }
    }

    fn check(
        &mut self,
        now: Instant,
        tuple: Tuple,
        bytes: &[u8],
        outbox: &mut impl Outbox,
    ) -> Result<(), DropReason> {
        let request = BindingRequest::parse(bytes).map_err(|error| match error {
            StunError::Unexpected(_) => DropReason::StunUnexpected,
            _ => DropReason::MalformedStun,
        })?;
        let ufrag = request.server_ufrag().ok_or(DropReason::UnknownUfrag)?;
        let key = self.peers.by_ufrag(ufrag);
        // Not answered: the answer would go to the peer that is there and has asked nothing. Who has got
        // the address of somebody who left goes on checking, while an error would make it give up.
        if self.peers.is_held(now, tuple, key) {
            return Err(DropReason::AddressHeld);
        }
        let Some(key) = key else {
            let owner = self.other_owner(ufrag).ok_or(DropReason::UnknownUfrag)?;
            // Nobody has proved anything yet: strangers must not fill the other worker's lane, nor use up
            // what is meant for checks of our own peers.
            if !self.strays_limit.admits(now, tuple.remote.ip()) {
                return Err(DropReason::StunRateLimited);
            }
            self.counters.stray_addresses_evicted += u64::from(self.peers.add_stray(tuple, owner));
            self.hand_over(owner, tuple, bytes);
            return Ok(());
        };
        let peer = self.peers.get_mut(key).ok_or(DropReason::UnknownUfrag)?;
        // Who proved itself on this path before is not the one to be slowed down.
        if !peer.line.knows(tuple) && !self.checks_limit.admits(now, tuple.remote.ip()) {
            return Err(DropReason::StunRateLimited);
        }

        let answer = &mut self.scratch.stun;
        answer.clear();
        let outcome = peer.line.handle_binding_request(now, tuple, &request, answer)?;
        self.touched.push(key, &mut peer.touched);
        send(outbox, &mut self.counters, tuple, PacketKind::Stun, answer);
        self.note_line_events(now, key);
        match outcome {
            StunOutcome::Answered => {
                // Should another peer have claimed the address since, it is taken back here.
                self.peers.add_address(tuple, key);
                Ok(())
            }
            StunOutcome::Refused(reason) => Err(reason),
        }
    }

    /// The other worker, of those there are, that issued this ufrag.
    fn other_owner(&self, ufrag: &str) -> Option<WorkerId> {
        let owner = worker_of(ufrag).filter(|&owner| owner != self.config.id)?;
        self.crossings.iter().any(|crossing| crossing.other() == owner).then_some(owner)
    }

    /// Takes a handshake datagram, now or in a later turn.
    pub(crate) fn handle_handshake(&mut self, now: Instant, tuple: Tuple, bytes: &[u8]) {
        self.counters.received.add(PacketKind::Dtls, bytes.len());
        let Some(key) = self.demux(tuple, bytes) else { return };
        let share = share_of(&self.peers, key);
        if self.handshakes.admits(key, share) {
            self.shake_hands(now, tuple, key, bytes);
        } else if !self.handshakes.keep(key, share, tuple, bytes) {
            self.counters.drops.add(DropReason::DtlsOverload);
        }
    }

    /// Handles what waited from earlier turns, as far as this turn's budget goes.
    pub(crate) fn resume_handshakes(&mut self, now: Instant) {
        self.handshakes.begin_turn();
        while let Some((key, tuple, bytes)) = self.handshakes.next(|key| share_of(&self.peers, key)) {
            self.shake_hands(now, tuple, key, &bytes);
        }
    }

    fn shake_hands(&mut self, now: Instant, tuple: Tuple, key: PeerKey, bytes: &[u8]) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        if let Err(reason) = peer.line.handle_dtls(now, tuple, bytes) {
            self.counters.drops.add(reason);
        }
        self.touched.push(key, &mut peer.touched);
        self.note_line_events(now, key);
    }

    /// Gives a datagram to the worker whose peer it is from.
    pub(crate) fn hand_over(&mut self, owner: WorkerId, tuple: Tuple, bytes: &[u8]) {
        let Some(crossing) = crossing_to(&mut self.crossings, owner) else {
            return self.counters.drops.add(DropReason::UnknownAddress);
        };
        if let Err(reason) = crossing.send_stray(tuple, bytes) {
            self.counters.drops.add(reason);
        }
    }
}

fn share_of(peers: &Peers, key: PeerKey) -> Share {
    match peers.get(key).map(|peer| peer.line.state()) {
        Some(LineState::Open) => Share::OPEN,
        _ => Share::SHAKING,
    }
}

#[cfg(test)]
mod tests;
