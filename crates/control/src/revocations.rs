//! Revocations: passes that no longer hold although their time is not over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use switchyard_vocab::ids::{Identity, Tenant};

use crate::admission::room_for_one_more;
use crate::grants::Pass;
use crate::refusal::Refusal;

/// Whose pass no longer holds.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Revoked {
    /// The one of this name.
    Token(Arc<str>),
    /// Every one of this participant, in whatever room.
    Identity(Identity),
}

/// What is revoked, each until its own time. In memory only: a restart forgets.
#[derive(Debug, Default)]
pub(crate) struct Revocations(BTreeMap<(Tenant, Revoked), Instant>);

impl Revocations {
    /// Notes one. When there are `limit` that still count, it is refused rather than another forgotten.
    pub(crate) fn add(
        &mut self,
        now: Instant,
        (tenant, revoked, until): (Tenant, Revoked, Instant),
        limit: usize,
    ) -> Result<(), Refusal> {
        self.0.retain(|_, until| *until > now);
        let key = (tenant, revoked);
        if !self.0.contains_key(&key) {
            room_for_one_more("revocations", self.0.len(), limit)?;
        }
        let entry = self.0.entry(key).or_insert(until);
        *entry = (*entry).max(until);
        Ok(())
    }

    /// Whether a pass of somebody no longer holds.
    pub(crate) fn covers(&self, now: Instant, pass: &Pass, identity: &Identity) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let holds = |revoked| self.0.get(&(pass.tenant.clone(), revoked)).is_some_and(|until| *until > now);
        pass.token.as_ref().is_some_and(|token| holds(Revoked::Token(token.clone())))
            || holds(Revoked::Identity(identity.clone()))
    }
}

#[cfg(test)]
mod tests;
