//! Every resource there is, found by its name.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::mpsc;

use super::resource::Ask;
use super::resource_id::ResourceId;

/// The resources that exist. Each holds one of the server's places, which bounds them.
#[derive(Debug, Default)]
pub(super) struct Resources(DashMap<ResourceId, mpsc::Sender<Ask>>);

/// Keeps a resource findable for as long as it is held.
#[derive(Debug)]
pub(super) struct Listed {
    id: ResourceId,
    resources: Arc<Resources>,
}

impl Resources {
    pub(super) fn list(self: &Arc<Self>, id: ResourceId, asks: mpsc::Sender<Ask>) -> Listed {
        self.0.insert(id.clone(), asks);
        Listed { id, resources: self.clone() }
    }

    pub(super) fn find(&self, id: &ResourceId) -> Option<mpsc::Sender<Ask>> {
        self.0.get(id).map(|asks| asks.clone())
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.resources.0.remove(&self.id);
    }
}
