//! The latest of what a worker shows: its counters, and the ways to its subscribers. Whoever looks sees the newest;
//! older ones are gone.

use std::sync::Arc;

use arc_swap::ArcSwap;
use switchyard_vocab::counters::WorkerCounters;
use switchyard_vocab::downlink::DownlinkFigures;
use switchyard_vocab::ids::PeerId;

/// The ways to all subscribers of a worker over the last second.
pub type Downlinks = Vec<(PeerId, DownlinkFigures)>;

/// Where a worker leaves something.
#[derive(Debug)]
pub struct Writer<T = WorkerCounters>(Arc<ArcSwap<T>>);

/// Where it is read.
#[derive(Debug)]
pub struct Reader<T = WorkerCounters>(Arc<ArcSwap<T>>);

/// Opens a place; what nothing looks like until the first is left there.
pub fn place<T: Default>() -> (Writer<T>, Reader<T>) {
    let shared = Arc::new(ArcSwap::from_pointee(T::default()));
    (Writer(shared.clone()), Reader(shared))
}

impl<T> Writer<T> {
    /// Leaves the newest.
    pub fn publish(&self, newest: T) {
        self.0.store(Arc::new(newest));
    }
}

impl<T> Reader<T> {
    /// The newest.
    pub fn latest(&self) -> Arc<T> {
        self.0.load_full()
    }
}

impl<T> Clone for Writer<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Clone for Reader<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
