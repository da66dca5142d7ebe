//! `/v1/connect`: who may open a WebSocket, and what the others are told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tokio::sync::OwnedSemaphorePermit;
use tracing::debug;

use super::connection::Connection;
use crate::app_state::AppState;
use crate::auth::{Admission, AuthError, Credentials, authenticate};
use crate::http_error::HttpError;

/// Opens the connection, or says why not.
pub(crate) async fn connect(
    State(state): State<Arc<AppState>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    credentials: Result<Query<Credentials>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, HttpError> {
    let (admission, place) = admit(&state, address, &headers, credentials)
        .inspect_err(|refused| debug!(code = refused.code, "connection refused"))?;
    let upgrade = upgrade.map_err(|_| no_websocket(&state))?;
    state.counters.accepted.add();
    let longest = state.config.max_message_bytes;
    Ok(upgrade
        .max_message_size(longest)
        .max_frame_size(longest)
        .on_upgrade(move |socket| Connection::new(state, admission, place).run(socket)))
}

/// Checks in the order of what each check costs us.
fn admit(
    state: &AppState,
    address: SocketAddr,
    headers: &HeaderMap,
    credentials: Result<Query<Credentials>, QueryRejection>,
) -> Result<(Admission, OwnedSemaphorePermit), HttpError> {
    if state.is_stopping() {
        state.counters.stopping.add();
        let message = "the server is stopping; try again in a moment";
        return Err(HttpError::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", message).retry_after(1));
    }
    if !state.connects.allows(address.ip(), Instant::now()) {
        state.counters.rate_limited.add();
        let message = "too many connections from your address; wait a few seconds between attempts";
        return Err(HttpError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(5));
    }
    let Ok(Query(mut credentials)) = credentials else {
        state.counters.malformed.add();
        let message = "the query takes room, identity and token, each at most once and percent-encoded";
        return Err(HttpError::new(StatusCode::BAD_REQUEST, "bad_query", message));
    };
    if credentials.token.is_none() {
        credentials.token = bearer(headers);
    }
    let admission = authenticate(&credentials, &state.config.auth).map_err(|error| refused(state, &error))?;
    let Ok(place) = state.places.clone().try_acquire_owned() else {
        state.counters.full.add();
        let message = "the server has as many connections as it takes";
        return Err(HttpError::new(StatusCode::SERVICE_UNAVAILABLE, "full", message).retry_after(10));
    };
    Ok((admission, place))
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn refused(state: &AppState, error: &AuthError) -> HttpError {
    let status = match error {
        AuthError::NoToken | AuthError::BadToken(_) => StatusCode::UNAUTHORIZED,
        AuthError::OtherRoom | AuthError::OtherIdentity => StatusCode::FORBIDDEN,
        AuthError::Missing(_) | AuthError::BadName(_) => StatusCode::BAD_REQUEST,
    };
    match error {
        AuthError::Missing(_) | AuthError::BadName(_) => state.counters.malformed.add(),
        _ => state.counters.unauthorized.add(),
    }
    HttpError::new(status, error.code(), error.to_string())
}

fn no_websocket(state: &AppState) -> HttpError {
    state.counters.malformed.add();
    let message = "you may come in, but by WebSocket: this was a plain request";
    HttpError::new(StatusCode::UPGRADE_REQUIRED, "websocket_needed", message)
}
