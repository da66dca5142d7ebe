//! `/v1/connect`: who may open a WebSocket, and what the others are told.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tokio::sync::OwnedSemaphorePermit;
use tracing::debug;

use super::connection::Connection;
use super::returning::{Opening, Returning};
use crate::app_state::AppState;
use crate::auth::{Admission, Credentials};
use crate::client_address::Client;
use crate::door;
use crate::http_error::HttpError;
use crate::port::Guest;
use crate::rate_limit::full_burst;

/// Opens the connection, or says why not.
pub(crate) async fn connect(
    State(state): State<Arc<AppState>>,
    ConnectInfo(client): ConnectInfo<Client>,
    headers: HeaderMap,
    credentials: Result<Query<Credentials>, QueryRejection>,
    returning: Result<Query<Returning>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, HttpError> {
    let returning = returning.ok().map(|Query(returning)| returning);
    let credentials = credentials.ok().map(|Query(credentials)| credentials);
    let (opening, place) = match returning {
        Some(returning) if returning.is_meant() => readmit(&state, client, returning),
        Some(_) => door::admit(&state, client, &headers, credentials)
            .map(|(admission, place)| (Opening::New(Arc::new(welcome(&state, client, admission))), place)),
        None => door::check_haste(&state, client).and_then(|()| Err(door::bad_query(&state, QUERY))),
    }
    .inspect_err(|refused| debug!(code = refused.code, "connection refused"))?;
    let upgrade = upgrade.map_err(|_| no_websocket(&state))?;
    state.counters.accepted.add();
    let longest = state.config.max_message_bytes;
    Ok(upgrade
        .max_message_size(longest)
        .max_frame_size(longest)
        .on_upgrade(move |socket| Connection::new(state, opening, place).run(socket)))
}

/// What may stand in the query.
const QUERY: &str = "room, identity and token, or resume, last_message and last_direct, each at most once";

/// Makes somebody a guest, with as much to say at once as their address has left for newcomers.
fn welcome(state: &AppState, client: Client, admission: Admission) -> Guest {
    let most = full_burst(state.config.max_message_bytes);
    let (address, now) = (client.address.ip(), Instant::now());
    let first_burst = match client.is_proxied {
        true => state.first_bursts.take_up_to_whoever(address, most, now),
        false => state.first_bursts.take_up_to(address, most, now),
    };
    Guest::with_first_burst(admission, &state.config, first_burst)
}

/// Lets a client come back to its session, or says why not.
fn readmit(
    state: &AppState,
    client: Client,
    returning: Returning,
) -> Result<(Opening, OwnedSemaphorePermit), HttpError> {
    door::check_haste(state, client)?;
    let opening = returning.opening(state)?;
    Ok((opening, door::take_place(state)?))
}

fn no_websocket(state: &AppState) -> HttpError {
    state.counters.malformed.add();
    let message = "you may come in, but by WebSocket: this was a plain request";
    HttpError::new(StatusCode::UPGRADE_REQUIRED, "websocket_needed", message)
}
