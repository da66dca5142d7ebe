//! Revocations: passes that no longer hold although their time is not over.

use std::ops::Bound;
use std::sync::Arc;
use std::time::Instant;

use switchyard_vocab::ids::{Identity, Tenant};

use crate::grants::Pass;
use crate::kept_until::KeptUntil;
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

/// What is revoked, each until its own time.
#[derive(Debug, Default)]
pub(crate) struct Revocations(KeptUntil<Revoked>);

impl Revocations {
    /// Notes one. When its tenant has `limit` that still count, it is refused rather than another forgotten.
    pub(crate) fn add(
        &mut self,
        now: Instant,
        (tenant, revoked, until): (Tenant, Revoked, Instant),
        limit: usize,
    ) -> Result<(), Refusal> {
        let before = self.0.until(now, &tenant, &revoked);
        let until = before.map_or(until, |before| before.max(until));
        self.0.add(now, (&tenant, revoked, until), ("revocations", limit))
    }

    /// Lets a pass count again. Gives back whether it did not.
    pub(crate) fn lift(&mut self, now: Instant, tenant: &Tenant, revoked: &Revoked) -> bool {
        self.0.lift(now, tenant, revoked)
    }

    /// Whether one of these still counts.
    pub(crate) fn holds(&self, now: Instant, tenant: &Tenant, revoked: &Revoked) -> bool {
        self.0.until(now, tenant, revoked).is_some()
    }

    /// Those that still count, in order, of one tenant or of all, after one.
    pub(crate) fn after<'a>(
        &'a self,
        now: Instant,
        tenant: Option<&'a Tenant>,
        after: Option<&(Tenant, Revoked)>,
    ) -> impl Iterator<Item = Revocation> + 'a {
        let after = after.cloned();
        let first = tenant.max(after.as_ref().map(|(tenant, _)| tenant)).cloned();
        let tenants = self.0.tenants_from(first.as_ref());
        let theirs = tenants.take_while(move |of| tenant.is_none_or(|tenant| *of == tenant));
        theirs.flat_map(move |of| {
            let start = match &after {
                Some((tenant, revoked)) if tenant == of => Bound::Excluded(revoked.clone()),
                _ => Bound::Unbounded,
            };
            let those = self.0.of(now, of, start);
            those.map(|(revoked, until)| Revocation { tenant: of.clone(), revoked: revoked.clone(), until })
        })
    }

    /// Whether a pass of somebody no longer holds.
    pub(crate) fn covers(&self, now: Instant, pass: &Pass, identity: &Identity) -> bool {
        if !self.0.has_any(&pass.tenant) {
            return false;
        }
        let holds = |revoked| self.holds(now, &pass.tenant, &revoked);
        pass.token.as_ref().is_some_and(|token| holds(Revoked::Token(token.clone())))
            || holds(Revoked::Identity(identity.clone()))
    }
}

#[cfg(test)]
mod tests;
