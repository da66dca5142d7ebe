//! One worker's thread: poll, receive, turn, flush.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use switchyard_net::{EventFd, Poll, clock};
use switchyard_worker::{SocketReport, Turn, Worker};

use crate::ports::Ports;
use crate::watchdog::Leashes;

/// Everything a worker's thread owns.
pub(crate) struct WorkerThread {
    /// Who wakes it.
    pub(crate) wake: Arc<EventFd>,
    /// What it decides.
    pub(crate) worker: Worker,
    /// Where it sends and receives.
    pub(crate) ports: Ports,
}

impl WorkerThread {
    /// Starts the thread. It ends by itself after a shutdown command; any other end is heard through
    /// its leash.
    ///
    /// # Errors
    /// What the kernel says of the thread, its poll or its sockets.
    pub(crate) fn start(self, leashes: &Leashes) -> std::io::Result<JoinHandle<()>> {
        let poll = Poll::new(&self.wake)?;
        self.ports.watch(&poll)?;
        let name = format!("worker-{}", self.worker.id().0);
        let leash = leashes.leash(name.clone());
        Builder::new().name(name).spawn(move || {
            let _leash = leash;
            self.run(poll);
        })
    }

    fn run(mut self, mut poll: Poll) {
        let mut batches = self.ports.batches();
        let mut deadline = None;
        loop {
            if let Err(error) = poll.wait(deadline) {
                tracing::error!(%error, "the worker can't wait for its sockets any more");
                return;
            }
            let woken = clock::now();
            if let Err(error) = self.ports.receive(&mut batches) {
                tracing::warn!(%error, "a media socket failed to receive");
            }
            let now = clock::now();
            self.ports.begin_turn(now);
            let turn = self.worker.turn(now, &mut batches, &mut self.ports);
            let sent = self.ports.flush();
            self.worker.after_turn(&SocketReport {
                messages: sent.messages,
                refused: sent.failed,
                expired: sent.expired,
                kernel_drops: self.ports.kernel_drops(),
                busy: clock::now() - woken,
            });
            match turn {
                Turn::Until(next) => deadline = self.ports.retry_at().into_iter().chain(next).min(),
                Turn::Finished => return,
            }
        }
    }
}
