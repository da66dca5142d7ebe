//! Tenancy: how much of the server each tenant uses, and how much it may.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use switchyard_vocab::ids::Tenant;
use switchyard_vocab::units::Bitrate;

use crate::grants::Caps;
use crate::refusal::Refusal;

/// What is set aside for a publisher without a cap of its own, when its tenant has a quota of bitrate:
/// three simulcast layers of a 720p camera with sound. More would let few publishers in, less would cut their
/// best layer. A token's `max_bitrate` goes before it.
pub const PUBLISHER_SHARE: Bitrate = Bitrate::kbps(3_500);

/// How much of a server one tenant may use; `None` is as much as the server's limits allow.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quota {
    /// Rooms with somebody in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_rooms: Option<usize>,
    /// Participants of all its rooms together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_participants: Option<usize>,
    /// What all its publishers together may have forwarded, in bits per second. Every publisher has its
    /// [`allowance`](Self::allowance) set aside from its first publication until it leaves, used or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bitrate: Option<u64>,
}

impl Quota {
    /// The rate at which what one publisher sends is forwarded, at most.
    pub fn allowance(&self, caps: &Caps) -> Option<Bitrate> {
        caps.max_bitrate.or_else(|| self.max_bitrate.map(|quota| PUBLISHER_SHARE.min(Bitrate::bps(quota))))
    }
}

/// What one tenant uses now.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Used {
    rooms: usize,
    participants: usize,
    /// Sum of the allowances of whoever publishes, in bits per second.
    bits_per_second: u64,
}

/// The use of all tenants. Those without participants take no memory.
#[derive(Debug, Default)]
pub(crate) struct Tenancy {
    quotas: BTreeMap<Tenant, Quota>,
    used: BTreeMap<Tenant, Used>,
}

impl Tenancy {
    pub(crate) fn new(quotas: BTreeMap<Tenant, Quota>) -> Self {
        Self { quotas, used: BTreeMap::new() }
    }

    pub(crate) fn quota(&self, tenant: &Tenant) -> Quota {
        self.quotas.get(tenant).copied().unwrap_or_default()
    }

    /// Whether one more participant fits, and the room that it would open.
    pub(crate) fn check_join(&self, tenant: &Tenant, opens_room: bool) -> Result<(), Refusal> {
        let (quota, used) = (self.quota(tenant), self.used.get(tenant).copied().unwrap_or_default());
        under("participants", used.participants, quota.max_participants)?;
        if opens_room { under("rooms", used.rooms, quota.max_rooms) } else { Ok(()) }
    }

    pub(crate) fn join(&mut self, tenant: &Tenant, opens_room: bool) {
        let used = self.used.entry(tenant.clone()).or_default();
        used.participants += 1;
        used.rooms += usize::from(opens_room);
    }

    pub(crate) fn leave(&mut self, tenant: &Tenant, closes_room: bool) {
        let Some(used) = self.used.get_mut(tenant) else { return };
        used.participants = used.participants.saturating_sub(1);
        used.rooms = used.rooms.saturating_sub(usize::from(closes_room));
        if *used == Used::default() {
            self.used.remove(tenant);
        }
    }

    /// Sets an allowance aside in place of one that was set aside before.
    pub(crate) fn set_aside(
        &mut self,
        tenant: &Tenant,
        before: Option<Bitrate>,
        allowance: Option<Bitrate>,
    ) -> Result<(), Refusal> {
        let quota = self.quota(tenant);
        let Some(used) = self.used.get_mut(tenant) else { return Ok(()) };
        let bps = |rate: Option<Bitrate>| rate.unwrap_or_default().as_bps();
        let without = used.bits_per_second.saturating_sub(bps(before));
        let with = without.saturating_add(bps(allowance));
        match quota.max_bitrate {
            Some(most) if with > most && bps(allowance) > bps(before) => {
                let quota = usize::try_from(most).unwrap_or(usize::MAX);
                Err(Refusal::QuotaReached { what: "bits per second", quota })
            }
            _ => {
                used.bits_per_second = with;
                Ok(())
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn is_unused(&self) -> bool {
        self.used.is_empty()
    }
}

fn under(what: &'static str, held: usize, quota: Option<usize>) -> Result<(), Refusal> {
    match quota {
        Some(quota) if held >= quota => Err(Refusal::QuotaReached { what, quota }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
