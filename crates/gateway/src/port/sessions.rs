//! Who is connected, and the queue of each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use dashmap::DashMap;
use switchyard_control::notice::{Addressed, EndReason};
use switchyard_vocab::ids::SessionId;
use tokio::sync::{mpsc, watch};

/// All sessions that have a connection now. Shared by the connections and the control task.
///
/// Nobody holds a guard of the map across an await.
#[derive(Debug)]
pub struct Sessions {
    open: DashMap<SessionId, Desk>,
    last_id: AtomicU64,
    max_waiting: usize,
    stopping: AtomicBool,
}

/// The side of a session that notices are handed to.
#[derive(Debug)]
struct Desk {
    notices: mpsc::Sender<Addressed>,
    end: watch::Sender<Option<EndReason>>,
}

/// The side of a session that its connection holds. When it is dropped, the session is forgotten.
#[derive(Debug)]
pub struct Seat {
    /// The session's number.
    pub id: SessionId,
    /// What control has to tell it.
    pub notices: mpsc::Receiver<Addressed>,
    end: watch::Receiver<Option<EndReason>>,
    sessions: Arc<Sessions>,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Delivery {
    /// It waits for its connection to write it.
    Queued,
    /// Nobody is connected under that number, or no longer.
    Nobody,
    /// Too much was waiting already. The session is ended; its connection will send `Leave`.
    TooSlow,
}

impl Sessions {
    /// Nobody yet. `max_waiting` notices may wait per session.
    pub fn new(max_waiting: usize) -> Self {
        Self {
            open: DashMap::new(),
            last_id: AtomicU64::new(0),
            max_waiting,
            stopping: AtomicBool::new(false),
        }
    }

    /// Opens a session with a new number.
    pub fn open(self: &Arc<Self>) -> Seat {
        let id = SessionId(self.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        let (notices, received) = mpsc::channel(self.max_waiting);
        let (end, ended) = watch::channel(None);
        self.open.insert(id, Desk { notices, end });
        // Whoever stops the server sets the flag first and walks the map afterwards: between the two
        // of us, this session hears of it.
        if self.stopping.load(Ordering::SeqCst) {
            self.end(id, EndReason::ServerStopping);
        }
        Seat { id, notices: received, end: ended, sessions: self.clone() }
    }

    /// Hands a notice to its session. Never waits. After the [last one](switchyard_control::notice::Notice::end) the session is forgotten.
    pub fn deliver(&self, addressed: Addressed) -> Delivery {
        let id = addressed.session;
        let is_last = addressed.notice.end().is_some();
        let sent = match self.open.get(&id) {
            None => return Delivery::Nobody,
            Some(desk) => desk.notices.try_send(addressed),
        };
        match sent {
            Ok(()) if is_last => {
                self.open.remove(&id);
                Delivery::Queued
            }
            Ok(()) => Delivery::Queued,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.end(id, EndReason::TooSlow);
                Delivery::TooSlow
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Delivery::Nobody,
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// How many notices wait for the session for which most do.
    pub fn most_waiting(&self) -> usize {
        let waiting = self.open.iter().map(|desk| desk.notices.max_capacity() - desk.notices.capacity());
        waiting.max().unwrap_or_default()
    }

    /// Ends every session, those that are about to open included.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        for desk in &self.open {
            desk.end.send_replace(Some(EndReason::ServerStopping));
        }
    }

    /// Tells the connection of a session, ahead of everything that waits, that it is over.
    fn end(&self, id: SessionId, reason: EndReason) {
        if let Some((_, desk)) = self.open.remove(&id) {
            desk.end.send_replace(Some(reason));
        }
    }
}

impl Seat {
    /// Waits until the session is ended from outside, however long that takes.
    pub async fn ended(end: &mut watch::Receiver<Option<EndReason>>) -> EndReason {
        loop {
            if let Some(reason) = *end.borrow_and_update() {
                return reason;
            }
            if end.changed().await.is_err() {
                // The desk is gone without a word: control has ended the session by a notice.
                std::future::pending::<()>().await;
            }
        }
    }

    /// A way to hear that the session is ended, apart from its notices.
    pub fn end(&self) -> watch::Receiver<Option<EndReason>> {
        self.end.clone()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.sessions.open.remove(&self.id);
    }
}

#[cfg(test)]
mod tests;
