//! Coming back to a session after the loss of its connection.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::Deserialize;
use switchyard_control::grants::Pass;
use switchyard_control::intent::{Heard, Intent};
use switchyard_control::notice::EndReason;

use crate::app_state::AppState;
use crate::auth;
use crate::door;
use crate::http_error::HttpError;
use crate::port::{Epitaph, Guest, KeyHolder, Seat, Sessions};

/// What the ping behind a welcome holds. Its pong says that the client has the key in that.
pub(super) const KEY_SENT: &[u8] = b"key";

/// What a client says that comes back, as it stands in its URL.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Returning {
    /// The key of the session.
    resume: Option<String>,
    /// The highest number of a message to everybody that it has had.
    last_message: Option<u64>,
    /// The highest number of a message to it alone that it has had.
    last_direct: Option<u64>,
    /// A token in place of the one that it came with.
    token: Option<String>,
}

/// What a connection is opened for.
#[derive(Debug)]
pub(crate) enum Opening {
    /// A new session.
    New(Arc<Guest>),
    /// A session that there is.
    Resume { key: String, heard: Option<Heard>, pass: Option<Box<Pass>> },
}

/// What a connection began with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Begun {
    /// A new session.
    Anew,
    /// A session that there was.
    Resumed,
}

impl Returning {
    /// Whether the client comes back at all.
    pub(super) const fn is_meant(&self) -> bool {
        self.resume.is_some()
    }

    /// What is to be resumed.
    ///
    /// # Errors
    /// Nothing can be resumed with this.
    pub(super) fn opening(self, state: &AppState) -> Result<Opening, HttpError> {
        let Self { resume, last_message, last_direct, token } = self;
        let key = resume.unwrap_or_default();
        let guest = match state.port.sessions.find(&key) {
            KeyHolder::Session(guest) => guest,
            KeyHolder::Ended(epitaph) => return Err(gone(state, Some(epitaph))),
            KeyHolder::Nobody => return Err(gone(state, None)),
        };
        door::check_haste_of_key(state, &state.returns_by_key, &guest.admission)?;
        let token = token.filter(|token| !token.is_empty());
        let pass = token.map(|token| auth::refresh(&guest.admission, token, &state.config.auth)).transpose();
        let pass = pass.map_err(|error| door::refused(state, &error.into()))?.map(Box::new);
        let says = last_message.is_some() || last_direct.is_some();
        let heard = says.then(|| Heard {
            message: last_message.unwrap_or_default(),
            direct: last_direct.unwrap_or_default(),
        });
        Ok(Opening::Resume { key, heard, pass })
    }
}

/// The session has ended, or never was.
fn gone(state: &AppState, epitaph: Option<Epitaph>) -> HttpError {
    state.counters.resume_gone.add();
    let Some(Epitaph { reason, message }) = epitaph else {
        let message = "there is no such session, or no longer: join anew";
        return HttpError::new(StatusCode::GONE, "resume_gone", message);
    };
    let message = message.unwrap_or_else(|| format!("the session is over: {}", words(reason)));
    HttpError::new(StatusCode::GONE, code(reason), message)
}

/// The name that the dialect has for it.
const fn code(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Replaced => "replaced",
        EndReason::Kicked => "kicked",
        EndReason::RoomEnded => "room_ended",
        EndReason::TokenExpired => "token_expired",
        EndReason::TokenRevoked => "token_revoked",
        _ => "resume_gone",
    }
}

const fn words(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Replaced => "somebody joined as you, and stays",
        EndReason::Kicked => "a moderator sent you away",
        EndReason::RoomEnded => "a moderator ended the room",
        EndReason::TokenExpired => "your token expired",
        EndReason::TokenRevoked => "your token was revoked",
        _ => "join anew",
    }
}

impl Opening {
    /// Takes a seat: a new one, or that of the session to be resumed, if there is still one. The intents are for
    /// control, before anything the client says.
    pub(super) fn begin(
        &mut self,
        sessions: &Arc<Sessions>,
    ) -> Option<(Seat, Arc<Guest>, Begun, Vec<Intent>)> {
        match self {
            Self::New(guest) => {
                let seat = sessions.open_for(guest.clone());
                Some((seat, guest.clone(), Begun::Anew, Vec::new()))
            }
            Self::Resume { key, heard, pass } => {
                let (seat, guest) = sessions.resume(key)?;
                let resume = Intent::Resume { by: seat.resumption, heard: *heard };
                let refresh = pass.take().map(|pass| Intent::Refresh(*pass));
                let intents = [Some(resume), refresh].into_iter().flatten().collect();
                Some((seat, guest, Begun::Resumed, intents))
            }
        }
    }
}
