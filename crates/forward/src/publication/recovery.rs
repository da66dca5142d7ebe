//! Sound that was lost on its way here and is found in a later packet (RED, RFC 2198).
//!
//! It goes on as if it had come: so those who don't read RED lose nothing either, and those on other workers.

use std::time::Instant;

use switchyard_vocab::observed::{Attached, Observed};
use switchyard_vocab::rtp::ExtSeqNo;
use switchyard_wire::payload::red::{Red, Redundant};

use super::Publication;
use super::cache::CacheRef;

/// Most packets that are taken out of one. Browsers repeat one or two; with more, one packet of a hostile publisher
/// would become many for each subscriber.
pub const MAX_RECOVERED: usize = 2;

/// So far back a packet has to have come: what lies before the first one is nobody's loss.
const LOOKED_BACK: u64 = 8;

/// What was found in one packet, the oldest first.
pub type Recovered = [Option<(CacheRef, Observed)>; MAX_RECOVERED];

impl Publication {
    /// What was found in the packet that was taken last, since this was last asked: it comes before that packet.
    pub const fn take_recovered(&mut self) -> Recovered {
        std::mem::replace(&mut self.recovered, [None; MAX_RECOVERED])
    }

    /// Takes what is missing out of the payload of a packet. Its blocks have no numbers: the last one is taken for
    /// the packet before this one, as all senders do it, and the times are held against those of the packets around.
    pub(super) fn recover(&mut self, now: Instant, carrier: &Observed, payload: &[u8]) {
        self.recovered = [None; MAX_RECOVERED];
        let Ok(red) = Red::parse(payload) else { return };
        let blocks = red.redundant().count();
        let skipped = blocks.saturating_sub(MAX_RECOVERED);
        for (place, block) in red.redundant().skip(skipped).enumerate() {
            let back = (blocks - skipped - place) as u64;
            let found = self.recover_one(now, carrier, (back, block));
            if let Some(free) = self.recovered.get_mut(place) {
                *free = found;
            }
        }
    }

    fn recover_one(
        &mut self,
        now: Instant,
        carrier: &Observed,
        (back, block): (u64, Redundant<'_>),
    ) -> Option<(CacheRef, Observed)> {
        let seq = ExtSeqNo(carrier.seq.0.checked_sub(back)?);
        let at = |seq| CacheRef { encoding: carrier.encoding, seq };
        if block.data.is_empty() || block.timestamp_offset == 0 || self.cache.get(at(seq)).is_some() {
            return None;
        }
        let timestamp = carrier.timestamp.plus(-i64::from(block.timestamp_offset));
        let mut earlier = (1..=LOOKED_BACK).filter_map(|back| seq.0.checked_sub(back)).map(ExtSeqNo);
        let before = earlier.find_map(|seq| self.cache.get(at(seq)))?.observed.timestamp;
        if timestamp.since(before) <= 0 {
            return None;
        }
        // What has come before, or was found before, is not counted again.
        let encoding = self.encodings.get_mut(carrier.encoding.index())?.as_mut()?;
        encoding.handle_recovered(now, seq).ok()?;
        // Whoever forwards them, they are more than was sent once.
        self.excess.note(now, carrier.encoding, block.data.len());
        let found =
            Observed { seq, timestamp, marker: false, red: false, attached: Attached::default(), ..*carrier };
        let packet = self.keep(now, &found, (&[], block.data)).ok()?;
        Some((packet, found))
    }
}

#[cfg(test)]
mod tests;
