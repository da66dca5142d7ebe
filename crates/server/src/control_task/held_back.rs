//! Requests that wait in control while a worker is stuck, so that those behind them which take away need not wait.

use std::collections::{BTreeMap, VecDeque};

use switchyard_control::intent::{Intent, Request};
use switchyard_vocab::ids::SessionId;

/// Requests held back at most. The queue from the gateway holds as many again and more; what comes beyond is
/// refused as `overloaded`. A larger number has whoever waits wait longer for what they may no longer want.
pub(crate) const MAX_HELD_BACK: usize = 1_024;

/// Of these, requests of one session: what somebody asks for in a hurry who joins a room, publishes and chooses what to
/// see. A larger number would have a few who ask for much fill what all share.
pub(crate) const MAX_HELD_PER_SESSION: usize = 16;

/// What becomes of a request while a worker is stuck.
#[derive(Debug, PartialEq)]
pub(crate) enum Taken {
    /// It is carried out at once.
    AtOnce(Request),
    /// It waits.
    Held,
    /// Too much waits already.
    Refused(Request),
}

/// The requests held back, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct HeldBack {
    requests: VecDeque<Request>,
    /// How many there are of each session.
    of: BTreeMap<SessionId, usize>,
}

impl HeldBack {
    /// Takes a request while a worker is stuck. Whoever leaves takes along what it had asked for.
    ///
    /// That a connection is lost, or is back, waits as well, behind what was asked before, but is never refused, nor is
    /// the pass shown on the way back, whose refusal nobody could match: these are said once per connection, and
    /// connections have their own limits.
    pub(crate) fn take(&mut self, request: Request) -> Taken {
        match request.intent {
            Intent::Leave => {
                if self.of.remove(&request.session).is_some() {
                    self.requests.retain(|held| held.session != request.session);
                }
                return Taken::AtOnce(request);
            }
            Intent::Disconnect { .. } | Intent::Resume { .. } => {}
            Intent::Refresh(_) if request.id.is_none() => {}
            _ if self.is_full_for(request.session) => return Taken::Refused(request),
            _ => {}
        }
        *self.of.entry(request.session).or_default() += 1;
        self.requests.push_back(request);
        Taken::Held
    }

    /// The oldest one, to be carried out now.
    pub(crate) fn pop(&mut self) -> Option<Request> {
        let request = self.requests.pop_front()?;
        if let Some(held) = self.of.get_mut(&request.session) {
            *held -= 1;
            if *held == 0 {
                self.of.remove(&request.session);
            }
        }
        Some(request)
    }

    fn is_full_for(&self, session: SessionId) -> bool {
        let of_it = self.of.get(&session).copied().unwrap_or_default();
        of_it >= MAX_HELD_PER_SESSION || self.requests.len() >= MAX_HELD_BACK
    }

    pub(crate) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }
}

#[cfg(test)]
mod tests;
