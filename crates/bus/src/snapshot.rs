//! The latest counters of a worker. Whoever looks sees the newest; older ones are gone.

use std::sync::Arc;

use arc_swap::ArcSwap;
use switchyard_vocab::counters::WorkerCounters;

/// Where a worker leaves its counters.
#[derive(Clone, Debug)]
pub struct Writer(Arc<ArcSwap<WorkerCounters>>);

/// Where they are read.
#[derive(Clone, Debug)]
pub struct Reader(Arc<ArcSwap<WorkerCounters>>);

/// Opens a place for the counters of one worker; all zero until the first is left there.
pub fn place() -> (Writer, Reader) {
    let shared = Arc::new(ArcSwap::from_pointee(WorkerCounters::default()));
    (Writer(shared.clone()), Reader(shared))
}

impl Writer {
    /// Leaves the newest counters.
    pub fn publish(&self, counters: WorkerCounters) {
        self.0.store(Arc::new(counters));
    }
}

impl Reader {
    /// The newest counters.
    pub fn latest(&self) -> WorkerCounters {
        **self.0.load()
    }
}
