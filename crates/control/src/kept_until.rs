//! Lists of what counts until its own time, one for each tenant.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::Instant;

use switchyard_vocab::ids::Tenant;

use crate::admission::room_for_one_more;
use crate::refusal::Refusal;

/// What counts, each entry until its own time. Tenants have a list each with a bound of its own, so that one whose
/// list is full takes nothing from the others; there are as many tenants as the server has keys. In memory only: a
/// restart forgets.
#[derive(Debug)]
pub(crate) struct KeptUntil<K>(BTreeMap<Tenant, BTreeMap<K, Instant>>);

impl<K> Default for KeptUntil<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Clone + Ord> KeptUntil<K> {
    /// Notes an entry. When its tenant has `limit` of `what` that still count, it is refused rather than another
    /// forgotten.
    pub(crate) fn add(
        &mut self,
        now: Instant,
        (tenant, key, until): (&Tenant, K, Instant),
        (what, limit): (&'static str, usize),
    ) -> Result<(), Refusal> {
        let kept = self.0.entry(tenant.clone()).or_default();
        kept.retain(|_, until| *until > now);
        if !kept.contains_key(&key) {
            room_for_one_more(what, kept.len(), limit)?;
        }
        kept.insert(key, until);
        Ok(())
    }

    /// Takes an entry out. Gives back whether it still counted.
    pub(crate) fn lift(&mut self, now: Instant, tenant: &Tenant, key: &K) -> bool {
        let until = self.0.get_mut(tenant).and_then(|kept| kept.remove(key));
        until.is_some_and(|until| until > now)
    }

    /// Until when an entry counts.
    pub(crate) fn until(&self, now: Instant, tenant: &Tenant, key: &K) -> Option<Instant> {
        let until = self.0.get(tenant).and_then(|kept| kept.get(key)).copied();
        until.filter(|until| *until > now)
    }

    /// Whether a tenant has a list at all.
    pub(crate) fn has_any(&self, tenant: &Tenant) -> bool {
        self.0.get(tenant).is_some_and(|kept| !kept.is_empty())
    }

    /// A tenant's entries that still count, in order.
    pub(crate) fn of<'a>(
        &'a self,
        now: Instant,
        tenant: &Tenant,
        start: Bound<K>,
    ) -> impl Iterator<Item = (&'a K, Instant)> + use<'a, K> {
        let kept = self.0.get(tenant).map(|kept| kept.range((start, Bound::Unbounded)));
        kept.into_iter().flatten().map(|(key, until)| (key, *until)).filter(move |(_, until)| *until > now)
    }

    /// The tenants that have a list, in order, from one on.
    pub(crate) fn tenants_from<'a>(
        &'a self,
        first: Option<&Tenant>,
    ) -> impl Iterator<Item = &'a Tenant> + use<'a, K> {
        let start = first.map_or(Bound::Unbounded, Bound::Included);
        self.0.range::<Tenant, _>((start, Bound::Unbounded)).map(|(tenant, _)| tenant)
    }
}

#[cfg(test)]
mod tests;
