//! Which keys lead to which sessions, and what became of those that have ended.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use dashmap::DashMap;
use switchyard_control::notice::{EndReason, Notice};
use switchyard_vocab::ids::SessionId;

use super::resume_key::KeyDigest;

/// Ended sessions that are remembered with the reason. Clients come within seconds or not at all; one that is
/// forgotten is told no more than that it is gone.
const MAX_EPITAPHS: usize = 1_024;

/// How a session ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Epitaph {
    /// Why.
    pub reason: EndReason,
    /// What whoever ended it had to say.
    pub message: Option<String>,
}

impl Epitaph {
    /// What is to be remembered of a notice, when it is a session's last one.
    pub(super) fn of(notice: &Notice) -> Option<Self> {
        let message = match notice {
            Notice::Kicked { message } => message.clone(),
            _ => None,
        };
        notice.end().map(|reason| Self { reason, message })
    }

    /// Whether a client that has lost its connection has to hear of it before it joins anew by itself.
    const fn matters(&self) -> bool {
        match self.reason {
            EndReason::Replaced
            | EndReason::Kicked
            | EndReason::RoomEnded
            | EndReason::TokenExpired
            | EndReason::TokenRevoked => true,
            EndReason::Left
            | EndReason::ServerStopping
            | EndReason::ProtocolError
            | EndReason::TooSlow
            | EndReason::ResumedElsewhere
            | EndReason::NotResumed => false,
        }
    }
}

/// All keys that mean something. Each session has two at most.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    keys: DashMap<KeyDigest, Result<SessionId, Epitaph>>,
    /// Keys of ended sessions, the oldest first.
    ended: Mutex<VecDeque<KeyDigest>>,
}

impl Tickets {
    pub(super) fn issue(&self, key: KeyDigest, session: SessionId) {
        self.keys.insert(key, Ok(session));
    }

    pub(super) fn withdraw(&self, key: &KeyDigest) {
        self.keys.remove(key);
    }

    /// The session of a key, or how it ended.
    pub(super) fn find(&self, key: &KeyDigest) -> Option<Result<SessionId, Epitaph>> {
        self.keys.get(key).map(|found| found.clone())
    }

    /// The session of a key has ended.
    pub(super) fn end(&self, key: KeyDigest, epitaph: &Epitaph) {
        if !epitaph.matters() {
            self.withdraw(&key);
            return;
        }
        self.keys.insert(key, Err(epitaph.clone()));
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.push_back(key);
        if ended.len() > MAX_EPITAPHS
            && let Some(oldest) = ended.pop_front()
        {
            self.withdraw(&oldest);
        }
    }
}

#[cfg(test)]
mod tests;
