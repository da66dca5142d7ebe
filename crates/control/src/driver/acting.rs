//! Acting: what the operator does.

use std::time::Instant;

use switchyard_vocab::ids::SessionId;

use super::{Asker, Control};
use crate::act::{Act, Acted};
use crate::notice::EndReason;
use crate::refusal::Refusal;

impl Control {
    /// Carries out what the operator does. A refused act changes nothing.
    ///
    /// # Errors
    /// A limit is reached.
    pub fn handle_act(&mut self, now: Instant, act: Act) -> Result<Acted, Refusal> {
        match act {
            Act::Revoke { tenant, revoked, lasts } => {
                let until = now.checked_add(lasts).unwrap_or(now + LONGEST_REVOCATION);
                let limit = self.config.limits.revocations;
                self.revocations.add(now, (tenant, revoked, until), limit)?;
                Ok(Acted { ended: self.end_revoked(now) })
            }
        }
    }

    fn end_revoked(&mut self, now: Instant) -> usize {
        let revoked: Vec<_> = self.sessions.keys().copied().filter(|&id| self.is_revoked(now, id)).collect();
        for &session in &revoked {
            self.end_session(now, Asker { session, request: None }, EndReason::TokenRevoked);
        }
        revoked.len()
    }

    fn is_revoked(&self, now: Instant, id: SessionId) -> bool {
        let Some(session) = self.sessions.get(&id) else { return false };
        let member = self.rooms.get(&session.room).and_then(|room| room.membership.get(id));
        member.is_some_and(|member| self.revocations.covers(now, &session.pass, &member.identity))
    }
}

/// Used where a time is beyond what the clock counts: longer than any server runs.
const LONGEST_REVOCATION: std::time::Duration = std::time::Duration::from_secs(10 * 365 * 24 * 3_600);
