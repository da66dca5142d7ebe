//! Assembly: from packets, in any order, to whole frames.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use switchyard_vocab::rtp::ExtSeqNo;

use super::{Fault, Frame, Part};

/// Packets remembered: libwebrtc's buffer grows to as many.
const CAPACITY: u64 = 2_048;

/// The packets of one stream until their frames are whole.
#[derive(Debug, Default)]
pub struct Assembly {
    parts: BTreeMap<ExtSeqNo, Part>,
    /// Encoding, frame and part of everything in `parts`.
    known: FxHashSet<(u8, u32, u16)>,
}

impl Assembly {
    /// Takes a packet and gives back the frame it completed, if it did.
    pub fn insert(&mut self, part: Part) -> Result<Option<Frame>, Fault> {
        if self.parts.contains_key(&part.seq) {
            return Ok(None);
        }
        let is_new = self.known.insert(key(&part));
        self.parts.insert(part.seq, part);
        self.forget_before(part.seq);
        if !is_new {
            return Err(Fault::Repeated { at: part.seq });
        }
        self.frame_around(&part)
    }

    /// Whether this packet is among those remembered.
    pub fn contains(&self, seq: ExtSeqNo) -> bool {
        self.parts.contains_key(&seq)
    }

    fn forget_before(&mut self, newest: ExtSeqNo) {
        while let Some(oldest) = self.parts.first_entry() {
            if newest.since(*oldest.key()) < CAPACITY {
                return;
            }
            self.known.remove(&key(oldest.get()));
            oldest.remove();
        }
    }

    /// The frame that `part` belongs to: from the packet that starts it to the one that ends it,
    /// without a gap and all at one media time.
    fn frame_around(&self, part: &Part) -> Result<Option<Frame>, Fault> {
        let Some(first) = self.walk(part, Part::is_start, |seq| ExtSeqNo(seq.0 - 1)) else { return Ok(None) };
        let Some(last) = self.walk(part, Part::is_end, |seq| seq.plus(1)) else { return Ok(None) };
        let parts = self.parts.range(first.seq..=last.seq).map(|(_, part)| part);
        let is_one_frame = parts.enumerate().all(|(position, part)| {
            let expected = super::Stamp { part: position as u16, ..first.stamp };
            part.stamp == expected && part.claim.number == first.claim.number
        });
        let count = last.seq.since(first.seq) + 1;
        if !is_one_frame || count != u64::from(first.stamp.parts) || first.claim.needs.is_none() {
            return Err(Fault::MixedFrame { first: first.seq, last: last.seq });
        }
        Ok(Some(Frame {
            first: first.seq,
            last: last.seq,
            timestamp: first.timestamp,
            claim: first.claim,
            stamp: first.stamp,
        }))
    }

    fn walk(
        &self,
        from: &Part,
        is_goal: impl Fn(&Part) -> bool,
        step: impl Fn(ExtSeqNo) -> ExtSeqNo,
    ) -> Option<&Part> {
        let mut part = self.parts.get(&from.seq)?;
        while !is_goal(part) {
            part = self.parts.get(&step(part.seq)).filter(|next| next.timestamp == from.timestamp)?;
        }
        Some(part)
    }
}

impl Part {
    const fn is_start(&self) -> bool {
        self.claim.starts
    }

    const fn is_end(&self) -> bool {
        self.marker
    }
}

const fn key(part: &Part) -> (u8, u32, u16) {
    (part.stamp.encoding, part.stamp.frame, part.stamp.part)
}

#[cfg(test)]
mod tests;
