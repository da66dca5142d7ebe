//! Deadlines: when which session next wants to be looked at.

use std::collections::BTreeSet;
use std::time::Instant;

use rustc_hash::FxHashMap;
use switchyard_vocab::ids::SessionId;

/// At most one deadline per session, the soonest found at once.
#[derive(Default)]
pub(crate) struct Deadlines {
    in_order: BTreeSet<(Instant, SessionId)>,
    of: FxHashMap<SessionId, Instant>,
}

impl Deadlines {
    /// Moves a session's deadline; `None` takes it away.
    pub(crate) fn set(&mut self, session: SessionId, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.of.insert(session, at),
            None => self.of.remove(&session),
        };
        if let Some(before) = before {
            self.in_order.remove(&(before, session));
        }
        if let Some(at) = at {
            self.in_order.insert((at, session));
        }
    }

    pub(crate) fn soonest(&self) -> Option<Instant> {
        self.in_order.first().map(|&(at, _)| at)
    }

    /// Takes out a session whose deadline has come.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<SessionId> {
        let &(_, session) = self.in_order.first().filter(|(at, _)| *at <= now)?;
        self.set(session, None);
        Some(session)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.of.len().max(self.in_order.len())
    }
}
