//! Media from an address that no check proved: a NAT gave its peer another port.

use std::time::Instant;

use switchyard_transport::demux::Protocol;
use switchyard_vocab::datagram::Tuple;

use crate::Worker;
use crate::peers::PeerKey;

/// Peers of one host that are looked at for one packet. In a larger crowd behind one address some wait for
/// their next check; more would let a flood of packets from there cost more.
const MAX_LOOKED_AT: usize = 1_024;

/// Of these, peers that have fallen silent and whose keys are tried, at up to a microsecond each. The next packet
/// tries the next ones.
const MAX_TRIED: usize = 8;

impl Worker {
    /// Whose packet it is, of RTP or RTCP.
    pub(crate) fn demux_media(
        &mut self,
        now: Instant,
        tuple: Tuple,
        protocol: Protocol,
        bytes: &[u8],
    ) -> Option<PeerKey> {
        if self.peers.owner_of(tuple).is_none()
            && let Some(key) = self.rebound(now, tuple, protocol, bytes)
        {
            return Some(key);
        }
        self.demux(tuple, bytes)
    }

    /// The silent peer at this host whose keys open the packet. It is known by the new address from now on.
    fn rebound(&mut self, now: Instant, tuple: Tuple, protocol: Protocol, bytes: &[u8]) -> Option<PeerKey> {
        let host = tuple.remote.ip();
        if !self.peers.is_anybody_at(host) || !self.rebinding_limit.admits(now, host) {
            return None;
        }
        let silent: Vec<(usize, PeerKey)> = (self.peers.at_host(host).take(MAX_LOOKED_AT))
            .filter(|&(_, key)| self.peers.get(key).is_some_and(|peer| peer.line.may_be_rebound(now, tuple)))
            .take(MAX_TRIED)
            .collect();
        if let Some(&(last, _)) = silent.last() {
            self.peers.go_on_behind(host, last);
        }
        let mut copy = std::mem::take(&mut self.scratch.packet);
        let found = silent.into_iter().map(|(_, key)| key).find(|&key| {
            copy.clear();
            copy.extend_from_slice(bytes);
            let peer = self.peers.get_mut(key);
            peer.is_some_and(|peer| peer.line.follow(now, tuple, protocol, &mut copy))
        });
        self.scratch.packet = copy;
        if let Some(key) = found {
            self.counters.rebindings += 1;
            self.note_line_events(now, key);
        }
        found
    }
}

#[cfg(test)]
mod tests;
