//! Revocations: passes that no longer hold although their time is not over.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Instant;

use switchyard_vocab::ids::{Identity, Tenant};

use crate::admission::room_for_one_more;
use crate::grants::Pass;
use crate::query::Revocation;
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

    /// Lets a pass count again. Gives back whether it did not.
    pub(crate) fn lift(&mut self, now: Instant, tenant: Tenant, revoked: Revoked) -> bool {
        self.0.remove(&(tenant, revoked)).is_some_and(|until| until > now)
    }

    /// Whether one of these still counts.
    pub(crate) fn holds(&self, now: Instant, tenant: &Tenant, revoked: &Revoked) -> bool {
        self.0.get(&(tenant.clone(), revoked.clone())).is_some_and(|until| *until > now)
    }

    /// Those that still count, in order, of one tenant or of all, after one.
    pub(crate) fn after<'a>(
        &'a self,
        now: Instant,
        tenant: Option<&'a Tenant>,
        after: Option<&(Tenant, Revoked)>,
    ) -> impl Iterator<Item = Revocation> + 'a {
        let first = tenant.map(|tenant| (tenant.clone(), Revoked::Token("".into())));
        let start = match (after.cloned(), first) {
            (Some(after), Some(first)) if after < first => Bound::Included(first),
            (Some(after), _) => Bound::Excluded(after),
            (None, Some(first)) => Bound::Included(first),
            (None, None) => Bound::Unbounded,
        };
        let those = self.0.range((start, Bound::Unbounded));
        let theirs = those.take_while(move |((of, _), _)| tenant.is_none_or(|tenant| of == tenant));
        let valid = theirs.filter(move |(_, until)| **until > now);
        valid.map(|((tenant, revoked), &until)| Revocation {
            tenant: tenant.clone(),
            revoked: revoked.clone(),
            until,
        })
    }

    /// Whether a pass of somebody no longer holds.
    pub(crate) fn covers(&self, now: Instant, pass: &Pass, identity: &Identity) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let holds = |revoked| self.holds(now, &pass.tenant, &revoked);
        pass.token.as_ref().is_some_and(|token| holds(Revoked::Token(token.clone())))
            || holds(Revoked::Identity(identity.clone()))
    }
}

#[cfg(test)]
mod tests;
