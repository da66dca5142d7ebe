//! The server as a whole: how it is, and emptying it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use switchyard_control::act::Act;
use switchyard_control::query::{ControlTotals, Query};

use super::call::{Answered, Call, Reply};
use super::operation::{Body, Operation, Success, Verb};
use super::problem;
use crate::http_error::HttpError;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_status",
        verb: Verb::Get,
        path: "/v1/admin/status",
        about: "How much there is on the server, and whether newcomers are let in. For the operator alone.",
        query: &[],
        body: None,
        answer: Success::ok::<Status>(),
        refusals: &[],
        handler: |call| Box::pin(get(call)),
    },
    Operation {
        id: "drain",
        verb: Verb::Post,
        path: "/v1/admin/drain",
        about: "Let nobody new in (`/readyz` then answers 503 `draining`), or everybody again. Whoever is in \
                stays. For the operator alone.",
        query: &[],
        body: Some(Body::required::<Drain>()),
        answer: Success::ok::<Status>(),
        refusals: &[],
        handler: |call| Box::pin(drain(call)),
    },
];

/// Whether to let nobody new in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Drain {
    /// True: nobody; false: everybody again.
    enabled: bool,
}

/// How the server is.
#[derive(Debug, JsonSchema, Serialize)]
struct Status {
    /// The version that is running.
    version: String,
    /// Whether newcomers are let in: neither draining nor overloaded.
    ready: bool,
    /// Nobody new is let in, on request.
    draining: bool,
    /// Nobody new is let in, since a worker is behind.
    overloaded: bool,
    /// Rooms with somebody in them.
    rooms: u64,
    /// Sessions, joined or about to join. When draining has brought this to 0, the server can be stopped without
    /// a word to anybody.
    sessions: u64,
    /// Media connections.
    peers: u64,
    /// Publications.
    publications: u64,
    /// Subscriptions.
    subscriptions: u64,
    /// Signalling connections.
    connections: u64,
}

async fn get(call: Call) -> Answered {
    call.caller.check_operator()?;
    Ok(Reply::ok(&status(&call).await?))
}

async fn drain(call: Call) -> Answered {
    call.caller.check_operator()?;
    let Drain { enabled } = call.read()?;
    call.act(Act::SetDraining(enabled)).await?;
    Ok(Reply::showing(status(&call).await).detail(format!("enabled={enabled}")))
}

async fn status(call: &Call) -> Result<Status, HttpError> {
    let totals: ControlTotals = call.ask(Query::Totals).await?.totals().ok_or_else(problem::silent)?;
    let app = &call.admin.app;
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ready: !(totals.draining || totals.overloaded || app.is_stopping()),
        draining: totals.draining,
        overloaded: totals.overloaded,
        rooms: totals.rooms,
        sessions: totals.sessions,
        peers: totals.peers,
        publications: totals.publications,
        subscriptions: totals.subscriptions,
        connections: app.connections() as u64,
    })
}
