//! Every resource there is, found by its name.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::mpsc;

use super::resource::{Ask, Role};
use super::resource_id::ResourceId;
use super::routes::Whip;

/// The resources that exist. Each holds one of the server's places, which bounds them.
#[derive(Debug, Default)]
pub(super) struct Resources(DashMap<ResourceId, mpsc::Sender<Ask>>);

/// Keeps a resource findable, and counted, for as long as it is held.
pub(super) struct Listed {
    id: ResourceId,
    role: Role,
    whip: Arc<Whip>,
}

impl Resources {
    pub(super) fn find(&self, id: &ResourceId) -> Option<mpsc::Sender<Ask>> {
        self.0.get(id).map(|asks| asks.clone())
    }
}

impl Listed {
    pub(super) fn new(whip: &Arc<Whip>, role: &Role, id: ResourceId, asks: mpsc::Sender<Ask>) -> Self {
        whip.resources.0.insert(id.clone(), asks);
        role.counters(&whip.app).open();
        Self { id, role: role.clone(), whip: whip.clone() }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.whip.resources.0.remove(&self.id);
        self.role.counters(&self.whip.app).close();
    }
}
