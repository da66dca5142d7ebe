//! One bounded lane with one writer and one reader.

use std::sync::Arc;

use crate::wake::Wake;

/// The lane was full; here is the value back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Full<T>(pub T);

/// The writing end.
pub struct Sender<T> {
    ring: rtrb::Producer<T>,
    reader: Arc<dyn Wake>,
    unannounced: bool,
}

/// The reading end.
pub struct Receiver<T> {
    ring: rtrb::Consumer<T>,
}

/// Opens a lane for at most `capacity` values whose reader is woken by `reader`.
pub fn lane<T>(capacity: usize, reader: Arc<dyn Wake>) -> (Sender<T>, Receiver<T>) {
    let (producer, consumer) = rtrb::RingBuffer::new(capacity);
    (Sender { ring: producer, reader, unannounced: false }, Receiver { ring: consumer })
}

impl<T> Sender<T> {
    /// Puts a value on the lane; the reader hears of it at the next [`flush`](Self::flush).
    ///
    /// # Errors
    /// [`Full`] gives the value back when there is no room. What that means is the lane's policy.
    pub fn send(&mut self, value: T) -> Result<(), Full<T>> {
        match self.ring.push(value) {
            Ok(()) => {
                self.unannounced = true;
                Ok(())
            }
            Err(rtrb::PushError::Full(value)) => Err(Full(value)),
        }
    }

    /// Wakes the reader if anything was sent since the last flush: once per turn, not per value.
    pub fn flush(&mut self) {
        if std::mem::take(&mut self.unannounced) {
            self.reader.wake();
        }
    }

    /// Whether a value would find room now.
    pub fn has_room(&self) -> bool {
        !self.ring.is_full()
    }

    /// Whether the reader is gone for good.
    pub fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }
}

impl<T> Receiver<T> {
    /// The next value, in the order of sending.
    pub fn recv(&mut self) -> Option<T> {
        self.ring.pop().ok()
    }

    /// How many values wait now.
    pub fn depth(&self) -> usize {
        self.ring.slots()
    }
}

#[cfg(test)]
mod tests;
