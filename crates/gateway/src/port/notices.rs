//! The queue of what a session has yet to be told, bounded by number and by weight.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use switchyard_control::notice::Addressed;
use tokio::sync::mpsc;

/// Bytes of notices that may wait for one session, beside one that may be of any length. Most notices are short, so
/// that their number is what counts; but an offer in a large room has some hundred kilobytes, and with a thousand of
/// them for each of a few slow clients memory would be gone. Less would end clients on slow lines that just had to be
/// told of a large room.
pub(super) const MAX_WAITING_BYTES: usize = 8 * 1024 * 1024;

/// Control's end.
#[derive(Debug)]
pub(super) struct Waiting {
    queue: mpsc::Sender<(Addressed, usize)>,
    bytes: Arc<AtomicUsize>,
}

/// The connection's end.
#[derive(Debug)]
pub struct Notices {
    queue: mpsc::Receiver<(Addressed, usize)>,
    bytes: Arc<AtomicUsize>,
}

/// Why a notice is not queued.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NotQueued {
    /// Too many wait, or too much.
    Full,
    /// Nobody listens any more.
    Nobody,
}

/// A queue for as many notices.
pub(super) fn queue(max_waiting: usize) -> (Waiting, Notices) {
    let (sender, receiver) = mpsc::channel(max_waiting);
    let bytes = Arc::new(AtomicUsize::new(0));
    (Waiting { queue: sender, bytes: bytes.clone() }, Notices { queue: receiver, bytes })
}

impl Waiting {
    /// Has a notice wait. Never waits itself.
    pub(super) fn push(&self, addressed: Addressed) -> Result<(), NotQueued> {
        let weight = addressed.notice.weight();
        let before = self.bytes.fetch_add(weight, Ordering::AcqRel);
        let pushed = if before > 0 && before + weight > MAX_WAITING_BYTES {
            Err(NotQueued::Full)
        } else {
            self.queue.try_send((addressed, weight)).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => NotQueued::Full,
                mpsc::error::TrySendError::Closed(_) => NotQueued::Nobody,
            })
        };
        if pushed.is_err() {
            self.bytes.fetch_sub(weight, Ordering::AcqRel);
        }
        pushed
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}

impl Notices {
    /// Waits for the next one; `None` when there will be none any more.
    pub async fn recv(&mut self) -> Option<Addressed> {
        let (addressed, weight) = self.queue.recv().await?;
        self.bytes.fetch_sub(weight, Ordering::AcqRel);
        Some(addressed)
    }

    /// The next one, if it is here.
    ///
    /// # Errors
    ///
    /// When none is.
    pub fn try_recv(&mut self) -> Result<Addressed, mpsc::error::TryRecvError> {
        let (addressed, weight) = self.queue.try_recv()?;
        self.bytes.fetch_sub(weight, Ordering::AcqRel);
        Ok(addressed)
    }
}

#[cfg(test)]
mod tests;
