//! Notices when a part of the server ends although nobody told it to.
//!
//! A release build aborts on a panic, but a development build only loses the thread, and a worker
//! that can no longer wait for its sockets returns. Either way its peers would be deaf and mute while
//! everything else looks well.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Hears of the end of parts.
pub(crate) struct Watchdog(UnboundedReceiver<String>);

/// Gives leashes away, one for each part.
#[derive(Clone)]
pub(crate) struct Leashes(UnboundedSender<String>);

/// Held by a part for as long as it runs; dropping it, by a panic as well, is its end.
pub(crate) struct Leash {
    part: String,
    ends: UnboundedSender<String>,
}

/// A watchdog and what it watches by. At most one message per part ever waits.
pub(crate) fn watchdog() -> (Leashes, Watchdog) {
    let (ends, heard) = unbounded_channel();
    (Leashes(ends), Watchdog(heard))
}

impl Leashes {
    /// A leash for the part of that name.
    pub(crate) fn leash(&self, part: impl Into<String>) -> Leash {
        Leash { part: part.into(), ends: self.0.clone() }
    }
}

impl Watchdog {
    /// Waits for the first part to end, and names it.
    pub(crate) async fn first_end(&mut self) -> String {
        match self.0.recv().await {
            Some(part) => part,
            // Nobody is left to end.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        // Whoever listened may have gone first.
        let _ = self.ends.send(std::mem::take(&mut self.part));
    }
}

#[cfg(test)]
mod tests;
