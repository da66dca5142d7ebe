//! The page in the Prometheus text format.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus::{Registry, TextEncoder};
use switchyard_bus::snapshot::Reader;

use crate::collector::CatalogueCollector;
use crate::shells::Shells;

/// What the page is, for the `Content-Type` of whoever serves it.
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// Makes the metrics page. One per server.
#[derive(Debug)]
pub struct Exporter {
    registry: Registry,
    shells: Arc<Mutex<Shells>>,
}

impl Exporter {
    /// Over the snapshots of all workers, in the order of their numbers. `version` is what
    /// `switchyard_build_info` says.
    pub fn new(workers: Vec<Reader>, version: impl Into<String>) -> Self {
        let shells = Arc::new(Mutex::new(Shells::default()));
        let registry = Registry::new();
        registry
            .register(Box::new(CatalogueCollector::new(workers, shells.clone(), version.into())))
            .expect("a test proves that no two metrics share a name");
        Self { registry, shells }
    }

    /// The page of this moment: the workers' latest snapshots, and what the shells tell.
    pub fn page(&self, shells: Shells) -> String {
        *self.shells.lock().unwrap_or_else(PoisonError::into_inner) = shells;
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .expect("no family is empty, which is all that the encoder refuses")
    }
}

#[cfg(test)]
mod tests;
