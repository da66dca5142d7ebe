//! Requests that wait in control while a worker is stuck, so that those behind them which take away need not wait.

use std::collections::VecDeque;

use switchyard_control::intent::{Intent, Request};

/// Requests held back at most. The queue from the gateway holds as many again and more; what comes beyond is
/// refused as `overloaded`. A larger number has whoever waits wait longer for what they may no longer want.
pub(crate) const MAX_HELD_BACK: usize = 1_024;

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
pub(crate) struct HeldBack(VecDeque<Request>);

impl HeldBack {
    /// Takes a request while a worker is stuck. Whoever leaves takes along what it had asked for.
    ///
    /// That a connection is lost, or is back, waits as well, behind what was asked before, but is never refused: it is
    /// said once per connection, and connections have their own limits.
    pub(crate) fn take(&mut self, request: Request) -> Taken {
        match request.intent {
            Intent::Leave => {
                self.0.retain(|held| held.session != request.session);
                return Taken::AtOnce(request);
            }
            Intent::Disconnect { .. } | Intent::Resume { .. } => {}
            _ if self.0.len() >= MAX_HELD_BACK => return Taken::Refused(request),
            _ => {}
        }
        self.0.push_back(request);
        Taken::Held
    }

    /// The oldest one, to be carried out now.
    pub(crate) fn pop(&mut self) -> Option<Request> {
        self.0.pop_front()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
