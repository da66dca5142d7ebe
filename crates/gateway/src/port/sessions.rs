//! Who is connected, or may come back, and the queue of each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use switchyard_control::intent::Resumption;
use switchyard_control::notice::{Addressed, EndReason, Notice};
use switchyard_vocab::ids::SessionId;
use tokio::sync::watch;

use super::guest::Guest;
use super::notices::{self, NotQueued, Notices, Waiting};
use super::resume_key::{KeyDigest, ResumeKey};
use super::tickets::{Epitaph, Tickets};

/// All sessions that have a connection now, and those that have lost it and may be resumed. Shared by the
/// connections and the control task.
///
/// Nobody holds a guard of the map across an await.
#[derive(Debug)]
pub struct Sessions {
    open: DashMap<SessionId, Desk>,
    tickets: Tickets,
    last_id: AtomicU64,
    max_waiting: usize,
    resumable: bool,
    stopping: AtomicBool,
}

/// The side of a session that notices are handed to.
#[derive(Debug)]
struct Desk {
    /// Which of the session's connections it belongs to.
    resumption: Resumption,
    /// `None` when nobody listens any more.
    notices: Option<Waiting>,
    end: watch::Sender<Option<EndReason>>,
    /// It has been told that it is in its room. Before that there is nothing to come back to, and nobody else
    /// would ever forget it.
    has_joined: AtomicBool,
    ticket: Option<Ticket>,
}

impl Desk {
    /// What it takes to come back, if that is possible by now.
    fn ticket(&self) -> Option<&Ticket> {
        self.ticket.as_ref().filter(|_| self.has_joined.load(Ordering::Relaxed))
    }
}

/// What it takes to come back.
#[derive(Debug)]
struct Ticket {
    guest: Arc<Guest>,
    current: KeyDigest,
    /// The one before it, as long as the client may not have got the current one.
    previous: Option<KeyDigest>,
}

impl Ticket {
    fn keys(&self) -> impl Iterator<Item = KeyDigest> {
        self.previous.into_iter().chain([self.current])
    }
}

/// The side of a session that its connection holds. When it is dropped, the session is forgotten, unless it is
/// [given up](Self::give_up) for somebody to come back to.
#[derive(Debug)]
pub struct Seat {
    /// The session's number.
    pub id: SessionId,
    /// Which of the session's connections this is.
    pub resumption: Resumption,
    /// What control has to tell it.
    pub notices: Notices,
    /// By which the session can be resumed after this connection.
    pub key: Option<ResumeKey>,
    end: watch::Receiver<Option<EndReason>>,
    sessions: Arc<Sessions>,
    is_given_up: bool,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Delivery {
    /// It waits for its connection to write it.
    Queued,
    /// Nobody is connected under that number, or no longer.
    Nobody,
    /// Too much was waiting already. The connection is ended, and will say so.
    TooSlow,
}

/// What a connection leaves behind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Behind {
    /// A session that may be resumed.
    Lingering,
    /// A session that another connection has.
    Taken,
    /// Nothing: the session is over.
    Nothing,
}

/// Whose key it is.
#[derive(Debug)]
pub enum KeyHolder {
    /// A session that can be resumed, and whose it is.
    Session(Arc<Guest>),
    /// A session that has ended meanwhile, and how.
    Ended(Epitaph),
    /// Nobody's, or no longer anybody's.
    Nobody,
}

impl Sessions {
    /// Nobody yet. `max_waiting` notices may wait per session; with `resumable` they get keys.
    pub fn new(max_waiting: usize, resumable: bool) -> Self {
        Self {
            open: DashMap::new(),
            tickets: Tickets::default(),
            last_id: AtomicU64::new(0),
            max_waiting,
            resumable,
            stopping: AtomicBool::new(false),
        }
    }

    /// Opens a session with a new number that cannot be resumed.
    pub fn open(self: &Arc<Self>) -> Seat {
        self.begin(None)
    }

    /// Opens a session with a new number that can be resumed.
    pub fn open_for(self: &Arc<Self>, guest: Arc<Guest>) -> Seat {
        self.begin(self.resumable.then_some(guest))
    }

    fn begin(self: &Arc<Self>, guest: Option<Arc<Guest>>) -> Seat {
        let id = SessionId(self.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        let key = guest.as_ref().and_then(|_| ResumeKey::random());
        let current = key.as_ref().map(|key| KeyDigest::of(key.as_str()));
        let ticket = guest.zip(current);
        let ticket = ticket.map(|(guest, current)| Ticket { guest, current, previous: None });
        let (notices, received) = notices::queue(self.max_waiting);
        let (end, ended) = watch::channel(None);
        let resumption = Resumption::default();
        let has_joined = AtomicBool::new(false);
        self.open.insert(id, Desk { resumption, notices: Some(notices), end, has_joined, ticket });
        if let Some(current) = current {
            self.tickets.issue(current, id);
        }
        // Whoever stops the server sets the flag first and walks the map afterwards: between the two
        // of us, this session hears of it.
        if self.stopping.load(Ordering::SeqCst) {
            self.end(id, resumption, EndReason::ServerStopping);
        }
        Seat::new(self, (id, resumption), received, key, ended)
    }

    /// Whose key this is. It is nobody's before its session has joined.
    pub fn find(&self, key: &str) -> KeyHolder {
        let digest = KeyDigest::of(key);
        let found = match self.tickets.find(&digest) {
            Some(Ok(id)) => id,
            Some(Err(epitaph)) => return KeyHolder::Ended(epitaph),
            None => return KeyHolder::Nobody,
        };
        let desk = self.open.get(&found);
        let ticket = desk.as_ref().and_then(|desk| desk.ticket());
        ticket.map_or(KeyHolder::Nobody, |ticket| KeyHolder::Session(ticket.guest.clone()))
    }

    /// Goes on with a session on another connection; the one it had, if it still has it, is told. `None` when the
    /// key counts no longer, or not yet.
    ///
    /// The key itself goes on to count until the client has got the new one: what tells it may be lost on the way.
    pub fn resume(self: &Arc<Self>, key: &str) -> Option<(Seat, Arc<Guest>)> {
        let used = KeyDigest::of(key);
        let id = self.tickets.find(&used)?.ok()?;
        let fresh = ResumeKey::random()?;
        let mut desk = self.open.get_mut(&id)?;
        let desk = &mut *desk;
        desk.ticket()?;
        let ticket = desk.ticket.as_mut().filter(|ticket| ticket.keys().any(|key| key == used))?;
        for lost in ticket.keys().filter(|&key| key != used) {
            self.tickets.withdraw(&lost);
        }
        ticket.previous = Some(used);
        ticket.current = KeyDigest::of(fresh.as_str());
        self.tickets.issue(ticket.current, id);
        let guest = ticket.guest.clone();

        let (notices, received) = notices::queue(self.max_waiting);
        let (end, ended) = watch::channel(None);
        desk.resumption = Resumption(desk.resumption.0 + 1);
        std::mem::replace(&mut desk.end, end).send_replace(Some(EndReason::ResumedElsewhere));
        desk.notices = Some(notices);
        if self.stopping.load(Ordering::SeqCst) {
            desk.end.send_replace(Some(EndReason::ServerStopping));
        }
        Some((Seat::new(self, (id, desk.resumption), received, Some(fresh), ended), guest))
    }

    /// The client of a connection has its key: the one before no longer counts.
    pub fn confirm(&self, id: SessionId, resumption: Resumption) {
        let Some(mut desk) = self.open.get_mut(&id) else { return };
        if desk.resumption != resumption {
            return;
        }
        let previous = desk.ticket.as_mut().and_then(|ticket| ticket.previous.take());
        if let Some(previous) = previous {
            self.tickets.withdraw(&previous);
        }
    }

    /// Hands a notice to its session. Never waits. After the [last one](switchyard_control::notice::Notice::end) the session is forgotten.
    pub fn deliver(&self, addressed: Addressed) -> Delivery {
        let id = addressed.session;
        let last = Epitaph::of(&addressed.notice);
        let Some(desk) = self.open.get(&id) else { return Delivery::Nobody };
        if matches!(addressed.notice, Notice::Joined { .. }) {
            desk.has_joined.store(true, Ordering::Relaxed);
        }
        let resumption = desk.resumption;
        let sent = match &desk.notices {
            None => Ok(Delivery::Nobody),
            Some(notices) => notices.push(addressed).map(|()| Delivery::Queued),
        };
        drop(desk);
        if let Some(epitaph) = last {
            self.bury(id, &epitaph);
        }
        match sent {
            Ok(delivery) => delivery,
            Err(NotQueued::Full) => {
                self.end(id, resumption, EndReason::TooSlow);
                Delivery::TooSlow
            }
            Err(NotQueued::Nobody) => Delivery::Nobody,
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// How many notices wait for the session for which most do.
    pub fn most_waiting(&self) -> usize {
        self.open.iter().filter_map(|desk| desk.notices.as_ref().map(Waiting::len)).max().unwrap_or_default()
    }

    /// Ends every session, those that are about to open included.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        for desk in &self.open {
            desk.end.send_replace(Some(EndReason::ServerStopping));
        }
    }

    /// Tells a connection of a session, ahead of everything that waits, that it is over. What can be resumed is
    /// kept for that; nothing happens when another connection has the session already.
    fn end(&self, id: SessionId, resumption: Resumption, reason: EndReason) {
        let Entry::Occupied(mut desk) = self.open.entry(id) else { return };
        if desk.get().resumption != resumption {
            return;
        }
        desk.get().end.send_replace(Some(reason));
        desk.get_mut().notices = None;
        if desk.get().ticket.is_none() {
            desk.remove();
        }
    }

    /// Forgets what led to a session.
    fn forget(&self, desk: &Desk) {
        desk.ticket.iter().flat_map(Ticket::keys).for_each(|key| self.tickets.withdraw(&key));
    }

    /// Forgets a session that is over, but not at once how it ended.
    fn bury(&self, id: SessionId, epitaph: &Epitaph) {
        let Some((_, desk)) = self.open.remove(&id) else { return };
        for key in desk.ticket.iter().flat_map(Ticket::keys) {
            self.tickets.end(key, epitaph);
        }
    }
}

impl Seat {
    fn new(
        sessions: &Arc<Sessions>,
        (id, resumption): (SessionId, Resumption),
        notices: Notices,
        key: Option<ResumeKey>,
        end: watch::Receiver<Option<EndReason>>,
    ) -> Self {
        Self { id, resumption, notices, key, end, sessions: sessions.clone(), is_given_up: false }
    }

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

    /// Why nothing more will be told, once the notices have ended, if somebody has said why.
    pub fn ended_by(&self) -> Option<EndReason> {
        *self.end.borrow()
    }

    /// A way to hear that the session is ended, apart from its notices.
    pub fn end(&self) -> watch::Receiver<Option<EndReason>> {
        self.end.clone()
    }

    /// Says that the connection is over; with `may_return`, somebody may come back to the session. Control has to
    /// hear of it either way, unless another connection has the session already.
    pub fn give_up(mut self, may_return: bool) -> Behind {
        let sessions = self.sessions.clone();
        let Entry::Occupied(mut desk) = sessions.open.entry(self.id) else { return Behind::Nothing };
        if desk.get().resumption != self.resumption {
            return Behind::Taken;
        }
        self.is_given_up = true;
        if may_return && desk.get().ticket().is_some() {
            desk.get_mut().notices = None;
            return Behind::Lingering;
        }
        // In one step with the look at whose it is: whoever comes with the key from now on finds nothing.
        sessions.forget(&desk.remove());
        Behind::Nothing
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.is_given_up {
            return;
        }
        let Self { id, resumption, sessions, .. } = self;
        let Some((_, desk)) = sessions.open.remove_if(id, |_, desk| desk.resumption == *resumption) else {
            return;
        };
        sessions.forget(&desk);
    }
}

#[cfg(test)]
mod tests;
