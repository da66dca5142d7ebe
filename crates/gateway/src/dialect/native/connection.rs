//! One WebSocket from its first byte to its last.
//!
//! ```text
//!            ┌─ Reader: frames → messages → intents ──────────→ control
//! WebSocket ─┤      └─ what the gateway answers itself ─┐
//!            └─ Writer: frames ← messages ← notices ←───┴────── control
//! ```
//!
//! Both halves run until one of them, or somebody outside, ends the connection. Then control hears `Disconnect` if
//! somebody may come back to the session, else `Leave`, unless it was control that ended it; and the client hears why.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseCode, CloseFrame, Message, WebSocket, close_code};
use futures_util::StreamExt;
use switchyard_control::intent::{Intent, Request, Resumption};
use switchyard_control::notice::EndReason;
use switchyard_vocab::ids::SessionId;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tracing::{Instrument, debug, info, info_span};

use super::reader::Reader;
use super::returning::{Begun, Opening};
use super::writer::Writer;
use crate::app_state::AppState;
use crate::port::{Behind, Guest, Seat};

/// Answers of the gateway itself that may wait to be written. When it is full, reading waits: a client that
/// asks without listening slows down only itself.
const MAX_WAITING_REPLIES: usize = 16;

/// Time for the last words of a connection. Longer helps no client that reads.
const FAREWELL: Duration = Duration::from_secs(2);

/// Somebody in somebody's place joined: the newer session stays.
const CLOSE_REPLACED: CloseCode = 4_000;
/// The client read too slowly.
const CLOSE_TOO_SLOW: CloseCode = 4_001;
/// Another connection resumed the session.
const CLOSE_RESUMED_ELSEWHERE: CloseCode = 4_002;
/// A moderator sent the client away.
const CLOSE_KICKED: CloseCode = 4_003;
/// A moderator ended the room.
const CLOSE_ROOM_ENDED: CloseCode = 4_004;
/// The client's token expired.
const CLOSE_TOKEN_EXPIRED: CloseCode = 4_005;
/// The client's token was revoked.
const CLOSE_TOKEN_REVOKED: CloseCode = 4_006;

/// One client's connection.
#[derive(Debug)]
pub(crate) struct Connection {
    state: Arc<AppState>,
    opening: Opening,
    /// Counts the connection for as long as it lasts.
    _place: OwnedSemaphorePermit,
}

/// How a session came to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// The network lost the connection, or the client gave it up.
    Gone,
    /// The client closed the connection and meant it.
    Closed,
    /// The session that was to be resumed has ended just now.
    TooLate,
    /// Nothing was heard for too long.
    Silent,
    /// The client was in no room in time.
    NotJoined,
    /// A message was too long to be read.
    TooLong,
    /// Control ended it, and the client has been told.
    Told(EndReason),
    /// The gateway ends it; the client has not been told.
    ByUs(EndReason),
}

impl Connection {
    pub(crate) const fn new(state: Arc<AppState>, opening: Opening, place: OwnedSemaphorePermit) -> Self {
        Self { state, opening, _place: place }
    }

    /// Speaks with the client until either side has enough.
    pub(crate) async fn run(mut self, socket: WebSocket) {
        let Some((seat, guest, begun, intents)) = self.opening.begin(&self.state.port.sessions) else {
            self.turn_away(socket).await;
            return;
        };
        // Not the identity: names of people don't belong in logs.
        let span = info_span!("session", session = %seat.id, room = %guest.admission.room);
        self.converse(socket, seat, &guest, begun, intents).instrument(span).await;
    }

    /// Closes a connection whose session ended while it was opened. When its client asks again, it is told how.
    async fn turn_away(&self, mut socket: WebSocket) {
        let (code, reason) = End::TooLate.close();
        self.state.counters.resume_gone.add();
        let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        let _ = tokio::time::timeout(FAREWELL, socket.send(close)).await;
    }

    async fn converse(
        self,
        socket: WebSocket,
        mut seat: Seat,
        guest: &Guest,
        begun: Begun,
        intents: Vec<Intent>,
    ) {
        let (id, resumption) = (seat.id, seat.resumption);
        debug!(resumed = resumption.0, "connected");
        let mut ended = seat.end();
        let (sink, mut stream) = socket.split();
        let (replies, waiting_replies) = mpsc::channel(MAX_WAITING_REPLIES);
        let (joined, mut has_joined) = watch::channel(begun == Begun::Resumed);
        let mut writer = Writer::new(&self.state, sink, waiting_replies, joined);
        let mut reader = Reader::new(&self.state, guest, (id, resumption), replies);

        let reading = async {
            match reader.begin(intents).await {
                Ok(()) => reader.run(&mut stream).await,
                Err(end) => end,
            }
        };
        let end = tokio::select! {
            end = writer.run(&mut seat, begun) => end,
            end = reading => end,
            reason = Seat::ended(&mut ended) => End::ByUs(reason),
            () = join_overdue(&mut has_joined, self.state.config.join_timeout) => End::NotJoined,
        };

        let was_heard_of = reader.was_heard_of();
        drop(reader);
        let behind = seat.give_up(*has_joined.borrow() && end.may_return());
        self.count(end);
        if was_heard_of && !matches!(end, End::Told(_)) {
            self.tell_control(id, resumption, behind).await;
        }
        let farewell = async {
            writer.close(end, behind == Behind::Lingering).await;
            // What the client still says is of no interest, but a socket that is closed with unread bytes
            // may take our last words with it.
            while let Some(Ok(_)) = stream.next().await {}
        };
        let _: Result<(), _> = tokio::time::timeout(FAREWELL, farewell).await;
        info!(?end, ?behind, "disconnected");
    }

    /// Lets control know what the connection leaves behind.
    async fn tell_control(&self, session: SessionId, lost: Resumption, behind: Behind) {
        let intent = match behind {
            Behind::Lingering => Intent::Disconnect { lost },
            Behind::Nothing => Intent::Leave,
            Behind::Taken => return,
        };
        let request = Request { session, id: None, intent };
        if self.state.port.requests.send(request).await.is_err() {
            debug!("control has stopped already");
        }
    }

    fn count(&self, end: End) {
        match end {
            End::Silent => self.state.counters.sessions_silent.add(),
            End::NotJoined => self.state.counters.sessions_not_joined.add(),
            End::ByUs(EndReason::TooSlow) => self.state.counters.sessions_too_slow.add(),
            End::Told(EndReason::NotResumed) => self.state.counters.resume_gone.add(),
            _ => {}
        }
    }
}

/// Resolves when the client has been in no room for too long. Stands beside reading and writing, so that
/// neither a client that only pings nor one that does not listen keeps its place for longer.
async fn join_overdue(has_joined: &mut watch::Receiver<bool>, patience: Duration) {
    let joined = has_joined.wait_for(|&joined| joined);
    if tokio::time::timeout(patience, joined).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

impl End {
    /// Whether the client may have wanted something else, and may come back.
    pub(super) const fn may_return(self) -> bool {
        match self {
            Self::Gone | Self::Silent | Self::ByUs(EndReason::TooSlow) => true,
            Self::Closed
            | Self::TooLate
            | Self::NotJoined
            | Self::TooLong
            | Self::Told(_)
            | Self::ByUs(_) => false,
        }
    }

    /// What the client has yet to be told, if anything.
    pub(super) const fn untold(self) -> Option<EndReason> {
        match self {
            Self::ByUs(reason) => Some(reason),
            Self::NotJoined => Some(EndReason::ProtocolError),
            Self::Gone | Self::Closed | Self::Silent | Self::TooLong | Self::TooLate | Self::Told(_) => None,
        }
    }

    /// How the WebSocket is closed: a code (RFC 6455 §7.4) and words.
    pub(super) const fn close(self) -> (CloseCode, &'static str) {
        match self {
            Self::Gone | Self::Closed => (close_code::NORMAL, ""),
            Self::TooLate => (close_code::AGAIN, "the session has ended"),
            Self::Silent => (close_code::POLICY, "nothing was heard for too long"),
            Self::NotJoined => (close_code::POLICY, "not in a room in time"),
            Self::TooLong => (close_code::SIZE, "the message is too long"),
            Self::Told(reason) | Self::ByUs(reason) => match reason {
                EndReason::Left => (close_code::NORMAL, "left"),
                EndReason::NotResumed => Self::TooLate.close(),
                EndReason::Replaced => (CLOSE_REPLACED, "joined from elsewhere"),
                EndReason::ServerStopping => (close_code::AWAY, "the server is stopping"),
                EndReason::ProtocolError => (close_code::POLICY, "the dialect's rules were broken"),
                EndReason::TooSlow => (CLOSE_TOO_SLOW, "read too slowly"),
                EndReason::Kicked => (CLOSE_KICKED, "sent away by a moderator"),
                EndReason::RoomEnded => (CLOSE_ROOM_ENDED, "the room was ended"),
                EndReason::TokenExpired => (CLOSE_TOKEN_EXPIRED, "the token expired"),
                EndReason::TokenRevoked => (CLOSE_TOKEN_REVOKED, "the token was revoked"),
                EndReason::ResumedElsewhere => (CLOSE_RESUMED_ELSEWHERE, "resumed by another connection"),
            },
        }
    }
}

#[cfg(test)]
mod tests;
