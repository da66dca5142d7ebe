//! In which order and in what portions packets leave for one subscriber.
//!
//! A keyframe arrives as a burst of a hundred packets; sent on as it came, it overflows the short
//! queues of wireless links. So video leaves in portions, one per [`TICK`]; sound never waits behind
//! pictures, and what was lost goes before what is new.
//!
//! The pacer holds whatever stands for a packet before it has a number: a packet that is dropped
//! here leaves no gap.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Time between two portions. Shorter costs wake-ups, longer adds delay to every keyframe.
pub const TICK: Duration = Duration::from_millis(5);

/// Packets of a portion while the queue is short: 8 per tick is about 15 Mbit/s.
const PORTION: usize = 8;

/// A longer queue is emptied within this many ticks, so that delay stays below 20 ms however much a
/// subscriber receives.
const TICKS_TO_EMPTY: usize = 4;

/// Packets that may wait in one class. A second of a 4K keyframe burst fits; what is beyond is
/// refused, and the caller counts it.
const MAX_QUEUED: usize = 1_024;

/// What a packet is to its receiver, in order of urgency.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    /// Sound: a few bytes that must not wait.
    Audio,
    /// A packet the receiver asked for again: a frame hangs on it.
    Retransmission,
    /// Pictures.
    Video,
}

/// The queue was full; here is the packet back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct QueueFull<T>(pub T);

/// The queues of one subscriber.
#[derive(Debug)]
pub struct Pacer<T> {
    audio: VecDeque<T>,
    retransmissions: VecDeque<T>,
    video: VecDeque<T>,
    /// Packets, sound aside, that may still leave in this portion.
    allowance: usize,
    next_portion: Option<Instant>,
}

impl<T> Default for Pacer<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Pacer<T> {
    /// Empty queues.
    pub const fn new() -> Self {
        Self {
            audio: VecDeque::new(),
            retransmissions: VecDeque::new(),
            video: VecDeque::new(),
            allowance: 0,
            next_portion: None,
        }
    }

    /// Queues a packet.
    ///
    /// # Errors
    /// [`QueueFull`] gives it back when its class already holds as many as it may.
    pub fn push(&mut self, class: Class, packet: T) -> Result<(), QueueFull<T>> {
        let queue = match class {
            Class::Audio => &mut self.audio,
            Class::Retransmission => &mut self.retransmissions,
            Class::Video => &mut self.video,
        };
        if queue.len() >= MAX_QUEUED {
            return Err(QueueFull(packet));
        }
        queue.push_back(packet);
        Ok(())
    }

    /// Opens a new portion if a tick has passed since the last one. Then [`pop`](Self::pop).
    pub fn begin_release(&mut self, now: Instant) {
        if self.next_portion.is_some_and(|next| now < next) {
            return;
        }
        let queued = self.retransmissions.len() + self.video.len();
        self.allowance = PORTION.max(queued.div_ceil(TICKS_TO_EMPTY));
        self.next_portion = Some(now + TICK);
    }

    /// The next packet that may leave now, the most urgent first.
    pub fn pop(&mut self) -> Option<T> {
        if let Some(packet) = self.audio.pop_front() {
            return Some(packet);
        }
        if self.allowance == 0 {
            return None;
        }
        let packet = self.retransmissions.pop_front().or_else(|| self.video.pop_front())?;
        self.allowance -= 1;
        Some(packet)
    }

    /// When the rest may leave; `None` while nothing waits.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.is_empty() { None } else { self.next_portion }
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.audio.is_empty() && self.retransmissions.is_empty() && self.video.is_empty()
    }
}

#[cfg(test)]
mod tests;
