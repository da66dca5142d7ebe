//! How the gateway reaches control, and control the gateway.
//!
//! Requests go one way through one bounded queue. When it is full, connections wait and stop reading from
//! their clients. Queries have a short queue of their own: how the server is has to be told above all when
//! requests wait. Notices go the other way, each to the queue of its session; control never
//! waits for a slow client.

mod guest;
mod notices;
mod resume_key;
mod sessions;
mod tickets;

use std::sync::Arc;
use std::time::Duration;

use switchyard_control::act::{Act, ActError, Acted};
use switchyard_control::intent::Request;
use switchyard_control::query::{Answer, Query};
use tokio::sync::{mpsc, oneshot};

use crate::config::GatewayConfig;

pub use guest::Guest;
pub use notices::Notices;
pub use resume_key::ResumeKey;
pub use sessions::{Behind, Delivery, KeyHolder, Seat, Sessions};
pub use tickets::Epitaph;

/// Queries that may wait for control at once, and as many acts; who asks then waits for a place, as long as it has patience.
const MAX_WAITING_QUERIES: usize = 16;

/// A query, and where its answer goes. Nobody may be waiting for it any more.
#[derive(Debug)]
pub struct Asked {
    /// What is asked.
    pub query: Query,
    /// To whom the answer goes.
    pub answer: oneshot::Sender<Answer>,
}

/// What the operator does, and where it is told what that led to. Nobody may be waiting for it any more.
#[derive(Debug)]
pub struct Acting {
    /// What is done.
    pub act: Act,
    /// To whom the outcome goes.
    pub outcome: oneshot::Sender<Result<Acted, ActError>>,
}

/// Control's end: what it reads.
#[derive(Debug)]
pub struct FromGateway {
    /// What participants want; the answers are notices.
    pub requests: mpsc::Receiver<Request>,
    /// What somebody wants to know.
    pub queries: mpsc::Receiver<Asked>,
    /// What the operator does.
    pub acts: mpsc::Receiver<Acting>,
}

/// The gateway's end.
#[derive(Clone, Debug)]
pub struct ControlPort {
    /// To the control task.
    pub requests: mpsc::Sender<Request>,
    queries: mpsc::Sender<Asked>,
    acts: mpsc::Sender<Acting>,
    /// From the control task: it delivers notices here.
    pub sessions: Arc<Sessions>,
}

impl ControlPort {
    /// Both ends: the port, and what the control task reads.
    pub fn open(config: &GatewayConfig) -> (Self, FromGateway) {
        let (requests, requested) = mpsc::channel(config.max_waiting_requests);
        let (queries, asked) = mpsc::channel(MAX_WAITING_QUERIES);
        let (acts, acted) = mpsc::channel(MAX_WAITING_QUERIES);
        let sessions = Arc::new(Sessions::new(config.max_waiting_notices, !config.resume_for.is_zero()));
        let from_gateway = FromGateway { requests: requested, queries: asked, acts: acted };
        (Self { requests, queries, acts, sessions }, from_gateway)
    }

    /// How many requests and queries wait for control.
    pub fn waiting_requests(&self) -> usize {
        self.requests.max_capacity() - self.requests.capacity()
    }

    /// Has control carry out what the operator does; `None` when it does not say what that led to within
    /// `patience`: then it may still happen.
    pub async fn act(&self, act: Act, patience: Duration) -> Option<Result<Acted, ActError>> {
        let acting = async {
            let (outcome, acted) = oneshot::channel();
            self.acts.send(Acting { act, outcome }).await.ok()?;
            acted.await.ok()
        };
        tokio::time::timeout(patience, acting).await.ok().flatten()
    }

    /// Asks control; `None` when it does not answer within `patience`.
    pub async fn ask(&self, query: Query, patience: Duration) -> Option<Answer> {
        let asked = async {
            let (answer, answered) = oneshot::channel();
            self.queries.send(Asked { query, answer }).await.ok()?;
            answered.await.ok()
        };
        tokio::time::timeout(patience, asked).await.ok().flatten()
    }
}
