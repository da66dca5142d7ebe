//! How many connections are open, all together and from one network.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::rate_limit::network;

/// Connections open at once that are no WebSockets. More let more people wait for an answer at once,
/// fewer leave more descriptors to those who have joined.
const MAX_OPEN: usize = 4_096;

/// The same from one network. A browser opens six, an office behind one address some dozens.
const MAX_OPEN_PER_NETWORK: u16 = 128;

/// Counters for networks. Two that meet in one share it, which nobody can bring about on purpose.
const PLACES: usize = 4_096;

/// The connections of one listener.
#[derive(Debug)]
pub(super) struct OpenConnections {
    hasher: RandomState,
    open: AtomicUsize,
    per_network: Vec<AtomicU16>,
    closed: Notify,
}

impl Default for OpenConnections {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            open: AtomicUsize::new(0),
            per_network: (0..PLACES).map(|_| AtomicU16::new(0)).collect(),
            closed: Notify::new(),
        }
    }
}

/// A connection that was let in; dropped when it closes.
#[derive(Debug)]
pub(super) struct Admitted {
    open: Arc<OpenConnections>,
    place: Option<usize>,
}

impl OpenConnections {
    /// Lets a connection in, unless there are too many. Those from loopback count only together: whoever
    /// is there is the operator, or a proxy that speaks for many.
    pub(super) fn admit(self: Arc<Self>, address: IpAddr) -> Option<Admitted> {
        let address = address.to_canonical();
        let place = (!address.is_loopback())
            .then(|| self.hasher.hash_one(network(address)) as usize % self.per_network.len());
        let counter = place.and_then(|place| self.per_network.get(place));
        if counter.is_some_and(|counter| counter.load(Ordering::Relaxed) >= MAX_OPEN_PER_NETWORK)
            || self.open.load(Ordering::Relaxed) >= MAX_OPEN
        {
            return None;
        }
        // Only the loop that accepts lets in, so nothing comes between the look and the count.
        if let Some(counter) = counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.open.fetch_add(1, Ordering::Relaxed);
        Some(Admitted { open: self, place })
    }

    /// Resolves when none is open.
    pub(super) async fn all_closed(&self) {
        loop {
            let closed = self.closed.notified();
            if self.open.load(Ordering::Acquire) == 0 {
                return;
            }
            closed.await;
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if let Some(counter) = self.place.and_then(|place| self.open.per_network.get(place)) {
            counter.fetch_sub(1, Ordering::Relaxed);
        }
        self.open.open.fetch_sub(1, Ordering::Release);
        self.open.closed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
