//! `/v1/connect`: who may open a WebSocket, and what the others are told.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tracing::debug;

use super::connection::Connection;
use crate::app_state::AppState;
use crate::auth::Credentials;
use crate::door;
use crate::http_error::HttpError;

/// Opens the connection, or says why not.
pub(crate) async fn connect(
    State(state): State<Arc<AppState>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    credentials: Result<Query<Credentials>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, HttpError> {
    let (admission, place) =
        door::admit(&state, address, &headers, credentials.ok().map(|Query(credentials)| credentials))
            .inspect_err(|refused| debug!(code = refused.code, "connection refused"))?;
    let upgrade = upgrade.map_err(|_| no_websocket(&state))?;
    state.counters.accepted.add();
    let longest = state.config.max_message_bytes;
    Ok(upgrade
        .max_message_size(longest)
        .max_frame_size(longest)
        .on_upgrade(move |socket| Connection::new(state, admission, place).run(socket)))
}

fn no_websocket(state: &AppState) -> HttpError {
    state.counters.malformed.add();
    let message = "you may come in, but by WebSocket: this was a plain request";
    HttpError::new(StatusCode::UPGRADE_REQUIRED, "websocket_needed", message)
}
