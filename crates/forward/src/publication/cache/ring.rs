//! The ring of one encoding: bytes, and an index by sequence number.

use std::collections::VecDeque;
use std::time::Instant;

use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::ExtSeqNo;

use super::{CachedPacket, Elements, KEPT, Limits};

/// Stretches into which the bytes are divided to know their age. Fewer make a ring grow a little
/// before it must; more cost memory and nothing else.
const STRETCHES: usize = 16;

/// Where a packet lies.
#[derive(Clone, Copy, Debug)]
struct Slot {
    observed: Observed,
    /// When it came into this ring. Of a packet from another worker that is not its arrival there: one
    /// that was long on the way is as young as any, because it has not been sent yet.
    kept: Instant,
    /// Counted over everything ever written: position modulo capacity is the place.
    position: u64,
    len: u16,
}

/// Some packets that lie in a row.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: u64,
    end: u64,
    /// When the last of them was written.
    written: Instant,
}

/// Bytes and index. Both sizes are powers of two.
#[derive(Debug)]
pub(super) struct Ring {
    limits: Limits,
    bytes: Vec<u8>,
    /// Where the next packet goes.
    head: u64,
    /// What was written, the oldest first, as far as it is not known to be gone.
    stretches: VecDeque<Stretch>,
    slots: Vec<Option<Slot>>,
}

impl Ring {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            bytes: vec![0; limits.first_bytes],
            head: 0,
            stretches: VecDeque::with_capacity(STRETCHES + 2),
            slots: vec![None; limits.first_slots],
        }
    }

    pub(super) fn insert(&mut self, now: Instant, observed: &Observed, front: &[u8], payload: &[u8]) -> bool {
        let all = front.len() + payload.len();
        let Ok(len) = u16::try_from(all) else { return false };
        if all > self.bytes.len() || !self.claim_slot(now, observed) {
            return false;
        }
        self.make_room(now, all);
        let position = self.position_for(all);
        let start = self.place(position);
        let Some(target) = self.bytes.get_mut(start..start + all) else { return false };
        let (before, behind) = target.split_at_mut(front.len());
        before.copy_from_slice(front);
        behind.copy_from_slice(payload);
        self.head = position + u64::from(len);
        self.note_written(now, position);
        let slot = self.slot_of(observed.seq);
        self.slots[slot] = Some(Slot { observed: *observed, kept: now, position, len });
        true
    }

    pub(super) fn get(&self, seq: ExtSeqNo) -> Option<CachedPacket<'_>> {
        let slot = self.slots.get(self.slot_of(seq))?.as_ref()?;
        if slot.observed.seq != seq || !self.is_intact(slot) {
            return None;
        }
        let start = self.place(slot.position);
        let bytes = self.bytes.get(start..start + usize::from(slot.len))?;
        let (attached, payload) = Elements::split(slot.observed.attached, bytes)?;
        Some(CachedPacket { observed: &slot.observed, payload, attached, bytes })
    }

    /// Bytes and slots it has.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        assert!(self.stretches.len() <= STRETCHES + 2);
        (self.bytes.len(), self.slots.len())
    }

    /// Whether the slot of this packet is free for it; widens the index while that would lose a
    /// young packet.
    fn claim_slot(&mut self, now: Instant, observed: &Observed) -> bool {
        loop {
            let Some(owner) = self.slots[self.slot_of(observed.seq)] else { return true };
            if owner.observed.seq >= observed.seq {
                return false;
            }
            let is_young = now.saturating_duration_since(owner.kept) < KEPT;
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

    /// Doubles the bytes while `len` more would overwrite a packet younger than [`KEPT`].
    fn make_room(&mut self, now: Instant, len: usize) {
        loop {
            let kept_from = (self.position_for(len) + len as u64).saturating_sub(self.bytes.len() as u64);
            let Some(&oldest) = self.stretches.front().filter(|oldest| oldest.start < kept_from) else {
                return;
            };
            let is_young = now.saturating_duration_since(oldest.written) < KEPT;
            if is_young && self.bytes.len() < self.limits.most_bytes {
                self.double_bytes();
            } else if oldest.end <= kept_from {
                self.stretches.pop_front();
            } else {
                return;
            }
        }
    }

    /// The bytes from `start` to the head have been written. There are never more than two stretches
    /// beyond those that the bytes are divided into, the oldest and the last: all between are of full
    /// length, also after growth, which joins them, and what is gone is forgotten.
    fn note_written(&mut self, now: Instant, start: u64) {
        let full = (self.bytes.len() / STRETCHES) as u64;
        let last = self.stretches.back_mut().filter(|last| last.end - last.start < full);
        match last {
            Some(last) => (last.end, last.written) = (self.head, now),
            None => self.stretches.push_back(Stretch { start, end: self.head, written: now }),
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
        self.join_stretches();
    }

    /// Stretches of a ring twice as large are twice as long. Two count as young as the younger.
    fn join_stretches(&mut self) {
        let mut joined = VecDeque::with_capacity(STRETCHES + 2);
        while let Some(first) = self.stretches.pop_front() {
            let second = self.stretches.pop_front().unwrap_or(first);
            joined.push_back(Stretch { start: first.start, ..second });
        }
        self.stretches = joined;
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
