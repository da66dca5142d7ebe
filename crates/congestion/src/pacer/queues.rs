//! What waits to leave, by urgency.

use std::collections::VecDeque;

use switchyard_vocab::units::DataSize;

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
    Video(Priority),
}

/// Which pictures leave first.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Priority {
    /// What is looked at: a screen, whoever was picked out.
    High,
    /// Everything else.
    #[default]
    Normal,
}

/// The queue was full; here is the packet back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct QueueFull<T>(pub T);

/// All that waits.
#[derive(Debug)]
pub(super) struct Queues<T> {
    audio: VecDeque<(DataSize, T)>,
    retransmissions: VecDeque<(DataSize, T)>,
    high: VecDeque<(DataSize, T)>,
    normal: VecDeque<(DataSize, T)>,
    /// Bytes that wait, sound aside.
    bytes: usize,
    /// Bytes of those that were asked for again.
    again: usize,
}

impl<T> Default for Queues<T> {
    fn default() -> Self {
        let (audio, retransmissions) = (VecDeque::new(), VecDeque::new());
        Self { audio, retransmissions, high: VecDeque::new(), normal: VecDeque::new(), bytes: 0, again: 0 }
    }
}

impl<T> Queues<T> {
    pub(super) fn push(&mut self, class: Class, size: DataSize, packet: T) -> Result<(), QueueFull<T>> {
        let queue = self.of(class);
        if queue.len() >= MAX_QUEUED {
            return Err(QueueFull(packet));
        }
        queue.push_back((size, packet));
        let bytes = size.as_bytes() as usize;
        match class {
            Class::Audio => {}
            Class::Retransmission => (self.bytes, self.again) = (self.bytes + bytes, self.again + bytes),
            Class::Video(_) => self.bytes += bytes,
        }
        Ok(())
    }

    pub(super) fn pop_audio(&mut self) -> Option<(DataSize, T)> {
        self.audio.pop_front()
    }

    /// The most urgent, sound aside.
    pub(super) fn pop(&mut self) -> Option<(DataSize, T)> {
        let again = self.retransmissions.pop_front();
        if let Some((size, _)) = &again {
            self.again = self.again.saturating_sub(size.as_bytes() as usize);
        }
        let next = again.or_else(|| self.high.pop_front());
        let (size, packet) = next.or_else(|| self.normal.pop_front())?;
        self.bytes = self.bytes.saturating_sub(size.as_bytes() as usize);
        Some((size, packet))
    }

    pub(super) fn take_back(&mut self, class: Class, mut of_no_use: impl FnMut(&T) -> bool) -> usize {
        let mut taken = 0;
        while let Some((size, _)) = self.of(class).pop_back_if(|(_, packet)| of_no_use(packet)) {
            taken += 1;
            let bytes = size.as_bytes() as usize;
            if class != Class::Audio {
                self.bytes = self.bytes.saturating_sub(bytes);
            }
            if class == Class::Retransmission {
                self.again = self.again.saturating_sub(bytes);
            }
        }
        taken
    }

    pub(super) fn discard(&mut self, mut of_no_use: impl FnMut(&T) -> bool) -> usize {
        let mut discarded = 0;
        let mut bytes_of = |queue: &mut VecDeque<(DataSize, T)>| {
            let mut bytes = 0;
            queue.retain(|(size, packet)| {
                let goes = of_no_use(packet);
                if goes {
                    discarded += 1;
                    bytes += size.as_bytes() as usize;
                }
                !goes
            });
            bytes
        };
        let again = bytes_of(&mut self.retransmissions);
        let pictures = bytes_of(&mut self.high) + bytes_of(&mut self.normal);
        self.again = self.again.saturating_sub(again);
        self.bytes = self.bytes.saturating_sub(again + pictures);
        discarded
    }

    /// How many packets wait, sound aside.
    pub(super) fn packets(&self) -> usize {
        self.retransmissions.len() + self.high.len() + self.normal.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of what was asked for again.
    pub(super) const fn again(&self) -> usize {
        self.again
    }

    pub(super) fn is_empty(&self) -> bool {
        self.audio.is_empty()
            && self.retransmissions.is_empty()
            && self.high.is_empty()
            && self.normal.is_empty()
    }

    const fn of(&mut self, class: Class) -> &mut VecDeque<(DataSize, T)> {
        match class {
            Class::Audio => &mut self.audio,
            Class::Retransmission => &mut self.retransmissions,
            Class::Video(Priority::High) => &mut self.high,
            Class::Video(Priority::Normal) => &mut self.normal,
        }
    }
}
