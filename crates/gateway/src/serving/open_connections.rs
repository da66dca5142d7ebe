//! How many connections are open, all together and from one network.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::networks::{Networks, PLACES};

/// Connections open at once that are no WebSockets. More let more people wait for an answer at once,
/// fewer leave more descriptors to those who have joined.
const MAX_OPEN: usize = 4_096;

/// The same from one network. A browser opens six, an office behind one address some dozens.
const MAX_OPEN_PER_NETWORK: u16 = 128;

/// The connections of one listener.
#[derive(Debug)]
pub(super) struct OpenConnections {
    networks: Networks,
    open: AtomicUsize,
    per_network: Vec<AtomicU16>,
    closed: Notify,
}

impl Default for OpenConnections {
    fn default() -> Self {
        Self {
            networks: Networks::default(),
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
    /// A connection of its own, rather than a request by one of a proxy.
    is_connection: bool,
}

impl OpenConnections {
    /// Lets a connection in, unless there are too many. Those from loopback and from proxies that are trusted
    /// count only together: whoever is there is the operator, or speaks for many.
    pub(super) fn admit(self: Arc<Self>, address: IpAddr, is_proxy: bool) -> Option<Admitted> {
        let address = address.to_canonical();
        let place = (!address.is_loopback() && !is_proxy).then(|| self.networks.place_of(address));
        if self.open.load(Ordering::Relaxed) >= MAX_OPEN {
            return None;
        }
        self.take(place).then(|| {
            // Only the loop that accepts lets in, so nothing comes between the look and the count.
            self.open.fetch_add(1, Ordering::Relaxed);
            Admitted { open: self, place, is_connection: true }
        })
    }

    /// Lets a request in that came by the connection of a proxy, unless there are too many of that client.
    pub(super) fn admit_beside(self: Arc<Self>, client: IpAddr) -> Option<Admitted> {
        let place = Some(self.networks.place_of(client));
        self.take(place).then(|| Admitted { open: self, place, is_connection: false })
    }

    fn take(&self, place: Option<usize>) -> bool {
        let Some(counter) = place.and_then(|place| self.per_network.get(place)) else { return true };
        let more = |count: u16| (count < MAX_OPEN_PER_NETWORK).then_some(count + 1);
        counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
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
        if self.is_connection {
            self.open.open.fetch_sub(1, Ordering::Release);
            self.open.closed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests;
