//! The way out: from a plain packet to a datagram of one client's socket.

use std::time::Instant;

use switchyard_net::{Outbox, UdpPort};
use switchyard_transport::srtp::{Outbound, SrtpProfile};
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::rtp::ExtSeqNo;

/// Takes plain packets.
pub(crate) trait Exit {
    /// Sends one RTP packet with this extended number.
    fn rtp(&mut self, index: ExtSeqNo, packet: &[u8]);
    /// Sends one compound RTCP packet.
    fn rtcp(&mut self, compound: &[u8]);
}

/// Where datagrams of one client are posted.
pub(crate) struct Postbox<'a> {
    pub(crate) port: &'a mut UdpPort,
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) tuple: Tuple,
    pub(crate) now: Instant,
    /// Datagrams that the kernel did not take: the generator's own loss.
    pub(crate) failed: &'a mut u64,
}

impl Postbox<'_> {
    /// Posts a datagram as it is.
    pub(crate) fn post(&mut self, datagram: &[u8]) {
        self.post_with(datagram.len(), |slot| {
            slot.copy_from_slice(datagram);
            datagram.len()
        });
    }

    /// Hands everything to the kernel. What it refuses is given up: sockets of a client are hardly
    /// ever full, and waiting would delay all others.
    pub(crate) fn flush(&mut self) {
        let report = self.outbox.flush(self.port, self.now);
        *self.failed += report.failed + report.expired + report.held;
        if report.held > 0 {
            *self.outbox = Outbox::new();
        }
    }

    fn post_with(&mut self, room: usize, write: impl FnOnce(&mut [u8]) -> usize) {
        if !self.outbox.has_room(self.tuple, room) {
            self.flush();
        }
        let Some(slot) = self.outbox.reserve(self.tuple, room) else {
            *self.failed += 1;
            return;
        };
        let len = write(slot);
        self.outbox.commit(len);
    }
}

/// Seals what goes out.
pub(super) struct Sealed<'a, 'b> {
    pub(super) outbound: &'a mut Outbound,
    pub(super) postbox: &'a mut Postbox<'b>,
}

impl Exit for Sealed<'_, '_> {
    fn rtp(&mut self, index: ExtSeqNo, packet: &[u8]) {
        let Self { outbound, postbox } = self;
        postbox.post_with(packet.len() + SrtpProfile::MAX_RTP_OVERHEAD, |slot| {
            slot[..packet.len()].copy_from_slice(packet);
            outbound.protect_rtp(index, slot, packet.len()).unwrap_or(0)
        });
    }

    fn rtcp(&mut self, compound: &[u8]) {
        let Self { outbound, postbox } = self;
        postbox.post_with(compound.len() + SrtpProfile::MAX_RTCP_OVERHEAD, |slot| {
            slot[..compound.len()].copy_from_slice(compound);
            outbound.protect_rtcp(slot, compound.len()).unwrap_or(0)
        });
    }
}
