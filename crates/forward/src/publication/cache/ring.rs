//! The ring of one encoding: bytes, and an index by sequence number.

use std::time::Instant;

use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::ExtSeqNo;

use super::{CachedPacket, KEPT, Limits};

/// Where a packet lies.
#[derive(Clone, Copy, Debug)]
struct Slot {
    observed: Observed,
    /// Counted over everything ever written: position modulo capacity is the place.
    position: u64,
    len: u16,
}

/// Bytes and index. Both sizes are powers of two.
#[derive(Debug)]
pub(super) struct Ring {
    limits: Limits,
    bytes: Vec<u8>,
    /// Where the next packet goes.
    head: u64,
    /// When the head last passed the start of the bytes.
    lap_began: Option<Instant>,
    slots: Vec<Option<Slot>>,
}

impl Ring {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            bytes: vec![0; limits.first_bytes],
            head: 0,
            lap_began: None,
            slots: vec![None; limits.first_slots],
        }
    }

    pub(super) fn insert(&mut self, observed: &Observed, payload: &[u8]) -> bool {
        let Ok(len) = u16::try_from(payload.len()) else { return false };
        if payload.len() > self.bytes.len() || !self.claim_slot(observed) {
            return false;
        }
        self.lap_began.get_or_insert(observed.arrival);
        self.grow_bytes_at_lap_end(observed.arrival, payload.len());
        let position = self.position_for(payload.len());
        let start = self.place(position);
        let Some(target) = self.bytes.get_mut(start..start + payload.len()) else { return false };
        target.copy_from_slice(payload);
        self.head = position + u64::from(len);
        let slot = self.slot_of(observed.seq);
        self.slots[slot] = Some(Slot { observed: *observed, position, len });
        true
    }

    pub(super) fn get(&self, seq: ExtSeqNo) -> Option<CachedPacket<'_>> {
        let slot = self.slots.get(self.slot_of(seq))?.as_ref()?;
        if slot.observed.seq != seq || !self.is_intact(slot) {
            return None;
        }
        let start = self.place(slot.position);
        let payload = self.bytes.get(start..start + usize::from(slot.len))?;
        Some(CachedPacket { observed: &slot.observed, payload })
    }

    /// Bytes and slots it has.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.bytes.len(), self.slots.len())
    }

    /// Whether the slot of this packet is free for it; widens the index while that would lose a
    /// young packet.
    fn claim_slot(&mut self, observed: &Observed) -> bool {
        loop {
            let Some(owner) = self.slots[self.slot_of(observed.seq)] else { return true };
            if owner.observed.seq >= observed.seq {
                return false;
            }
            let is_young = observed.arrival.saturating_duration_since(owner.observed.arrival) < KEPT;
            if !is_young || !self.is_intact(&owner) || self.slots.len() >= self.limits.most_slots {
                return true;
            }
            self.widen_index();
        }
    }

    fn widen_index(&mut self) {
        let wider = vec![None; self.slots.len() * 2];
        let narrow = std::mem::replace(&mut self.slots, wider);
        for slot in narrow.into_iter().flatten() {
            let index = self.slot_of(slot.observed.seq);
            self.slots[index] = Some(slot);
        }
    }

    /// Doubles the bytes when one lap around them took less than [`KEPT`].
    fn grow_bytes_at_lap_end(&mut self, now: Instant, len: usize) {
        let lap = |position: u64, capacity: usize| position / capacity as u64;
        let ends = self.head > 0
            && lap(self.position_for(len), self.bytes.len()) > lap(self.head - 1, self.bytes.len());
        if !ends {
            return;
        }
        let took = now.saturating_duration_since(self.lap_began.unwrap_or(now));
        if took < KEPT && self.bytes.len() < self.limits.most_bytes {
            self.double_bytes();
        } else {
            self.lap_began = Some(now);
        }
    }

    /// No packet crosses the end of the old bytes, so none crosses the end of twice as many. What
    /// was overwritten has to be forgotten now: by the new size it would look intact.
    fn double_bytes(&mut self) {
        let mut doubled = vec![0; self.bytes.len() * 2];
        for index in 0..self.slots.len() {
            let Some(slot) = self.slots[index] else { continue };
            if !self.is_intact(&slot) {
                self.slots[index] = None;
                continue;
            }
            let (from, len) = (self.place(slot.position), usize::from(slot.len));
            let to = (slot.position % doubled.len() as u64) as usize;
            doubled[to..to + len].copy_from_slice(&self.bytes[from..from + len]);
        }
        self.bytes = doubled;
    }

    /// The next position at which `len` bytes lie in one piece.
    fn position_for(&self, len: usize) -> u64 {
        let left = self.bytes.len() - self.place(self.head);
        if len > left { self.head + left as u64 } else { self.head }
    }

    /// Whether nothing was written over it.
    fn is_intact(&self, slot: &Slot) -> bool {
        self.head.saturating_sub(slot.position) <= self.bytes.len() as u64
    }

    fn place(&self, position: u64) -> usize {
        (position % self.bytes.len() as u64) as usize
    }

    fn slot_of(&self, seq: ExtSeqNo) -> usize {
        (seq.0 % self.slots.len() as u64) as usize
    }
}
