//! The stages decrypt and encrypt.

use std::time::Instant;

use switchyard_benches::rounds::{PACKETS, Stage};
use switchyard_transport::srtp::{Inbound, Outbound, SrtpKeys, SrtpProfile};
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

use crate::source::Source;

/// Room for a datagram and its tag.
pub(crate) const ROOM: usize = 1_500;

/// Keys of a profile. Any will do.
pub(crate) fn keys(profile: SrtpProfile) -> SrtpKeys {
    let material: Vec<u8> = (0..profile.keying_material_len() as u8).collect();
    SrtpKeys::from_exporter(profile, &material).expect("the length is the profile's")
}

/// The number of the `count`-th packet of a [`Source`].
pub(crate) const fn number(count: u64) -> ExtSeqNo {
    ExtSeqNo::starting_at(SeqNo(0)).plus(count)
}

/// Plain packets in buffers that are used again and again.
struct Batch {
    source: Source,
    size: usize,
    packets: Vec<(ExtSeqNo, usize, [u8; ROOM])>,
}

impl Batch {
    fn new(size: usize) -> Self {
        Self { source: Source::default(), size, packets: vec![(number(0), 0, [0; ROOM]); PACKETS] }
    }

    fn refill(&mut self) {
        for (index, len, packet) in &mut self.packets {
            *index = number(self.source.written());
            *len = self.source.write(self.size, packet);
        }
    }
}

/// Stage *encrypt*.
pub(crate) struct Protect {
    profile: SrtpProfile,
    outbound: Outbound,
    batch: Batch,
}

impl Protect {
    pub(crate) fn new(profile: SrtpProfile, size: usize) -> Self {
        Self { profile, outbound: Outbound::new(&keys(profile).server), batch: Batch::new(size) }
    }
}

impl Stage for Protect {
    fn name(&self) -> String {
        format!("encrypt {} B, {:?}", self.batch.size, self.profile)
    }

    fn prepare(&mut self) {
        self.batch.refill();
    }

    fn run(&mut self) -> usize {
        let packets = self.batch.packets.iter_mut();
        packets
            .filter_map(|(index, len, packet)| self.outbound.protect_rtp(*index, packet, *len).ok())
            .count()
    }
}

/// Stage *decrypt*, with the replay window.
pub(crate) struct Unprotect {
    profile: SrtpProfile,
    now: Instant,
    sender: Outbound,
    inbound: Inbound,
    batch: Batch,
}

impl Unprotect {
    pub(crate) fn new(profile: SrtpProfile, size: usize) -> Self {
        let keys = keys(profile);
        let (sender, inbound) = (Outbound::new(&keys.client), Inbound::new(&keys.client));
        Self { profile, now: Instant::now(), sender, inbound, batch: Batch::new(size) }
    }
}

impl Stage for Unprotect {
    fn name(&self) -> String {
        format!("decrypt {} B, {:?}", self.batch.size, self.profile)
    }

    fn prepare(&mut self) {
        self.batch.refill();
        for (index, len, packet) in &mut self.batch.packets {
            *len = self.sender.protect_rtp(*index, packet, *len).expect("there is room for the tag");
        }
    }

    fn run(&mut self) -> usize {
        let packets = self.batch.packets.iter_mut();
        packets
            .filter_map(|(_, len, packet)| self.inbound.unprotect_rtp(self.now, &mut packet[..*len]).ok())
            .count()
    }
}
