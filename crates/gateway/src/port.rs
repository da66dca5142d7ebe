//! How the gateway reaches control, and control the gateway.
//!
//! Requests and queries go one way through one bounded queue. When it is full, connections wait and stop
//! reading from their clients. Notices go the other way, each to the queue of its session; control never
//! waits for a slow client.

mod sessions;

use std::sync::Arc;
use std::time::Duration;

use switchyard_control::intent::Request;
use switchyard_control::query::{Answer, Query};
use tokio::sync::{mpsc, oneshot};

use crate::config::GatewayConfig;

pub use sessions::{Delivery, Seat, Sessions};

/// What the gateway sends to control.
#[derive(Debug)]
pub enum ToControl {
    /// A participant wants something; the answer is a notice.
    Request(Request),
    /// Somebody wants to know something; the answer goes into the channel. Nobody may be waiting any more.
    Query(Query, oneshot::Sender<Answer>),
}

/// The gateway's end.
#[derive(Clone, Debug)]
pub struct ControlPort {
    /// To the control task.
    pub requests: mpsc::Sender<ToControl>,
    /// From the control task: it delivers notices here.
    pub sessions: Arc<Sessions>,
}

impl ControlPort {
    /// Both ends: the port, and what the control task reads.
    pub fn open(config: &GatewayConfig) -> (Self, mpsc::Receiver<ToControl>) {
        let (requests, received) = mpsc::channel(config.max_waiting_requests);
        let sessions = Arc::new(Sessions::new(config.max_waiting_notices));
        (Self { requests, sessions }, received)
    }

    /// How many requests and queries wait for control.
    pub fn waiting_requests(&self) -> usize {
        self.requests.max_capacity() - self.requests.capacity()
    }

    /// Asks control; `None` when it does not answer within `patience`.
    pub async fn ask(&self, query: Query, patience: Duration) -> Option<Answer> {
        let asked = async {
            let (answer, answered) = oneshot::channel();
            self.requests.send(ToControl::Query(query, answer)).await.ok()?;
            answered.await.ok()
        };
        tokio::time::timeout(patience, asked).await.ok().flatten()
    }
}
