//! The door that every dialect has: who may come in, and how many.

use std::time::Instant;

use axum::http::{HeaderMap, StatusCode, header};
use tokio::sync::OwnedSemaphorePermit;

use crate::app_state::AppState;
use crate::auth::{Admission, AuthError, Credentials, authenticate};
use crate::client_address::Client;
use crate::http_error::HttpError;
use crate::rate_limit::KeyLimit;

/// Lets a client in, or says why not. Checks in the order of what each check costs us; `credentials` is `None`
/// where they could not be read.
pub(crate) fn admit(
    state: &AppState,
    client: Client,
    headers: &HeaderMap,
    credentials: Option<Credentials>,
) -> Result<(Admission, OwnedSemaphorePermit), HttpError> {
    check_haste(state, client)?;
    let Some(mut credentials) = credentials else {
        return Err(bad_query(state, "room, identity and token, each at most once and percent-encoded"));
    };
    if credentials.token.is_none() {
        credentials.token = bearer(headers);
    }
    let admission = authenticate(&credentials, &state.config.auth).map_err(|error| refused(state, &error))?;
    let is_by_token = credentials.token.as_deref().is_some_and(|token| !token.is_empty());
    if is_by_token {
        check_haste_of_key(state, &state.connects_by_key, &admission)?;
    }
    Ok((admission, take_place(state)?))
}

/// Whether anybody from this address is let in now.
pub(crate) fn check_haste(state: &AppState, client: Client) -> Result<(), HttpError> {
    if state.is_stopping() {
        state.counters.stopping.add();
        let message = "the server is stopping; try again in a moment";
        return Err(HttpError::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", message).retry_after(1));
    }
    let (address, now) = (client.address.ip(), Instant::now());
    let is_allowed = match client.is_proxied {
        true => state.connects.allows_whoever(address, now),
        false => state.connects.allows(address, now),
    };
    if !is_allowed {
        state.counters.rate_limited.add();
        let message = "too many connections from your address; wait a few seconds between attempts";
        return Err(HttpError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(5));
    }
    Ok(())
}

/// Whether somebody of that key may do what a limit is about.
pub(crate) fn check_haste_of_key(
    state: &AppState,
    limit: &KeyLimit,
    admission: &Admission,
) -> Result<(), HttpError> {
    if limit.allows(admission.pass.tenant.as_str(), Instant::now()) {
        return Ok(());
    }
    state.counters.key_rate_limited.add();
    let message = "too many connections with tokens of your key; wait a few seconds between attempts";
    Err(HttpError::new(StatusCode::TOO_MANY_REQUESTS, "key_rate_limited", message).retry_after(5))
}

/// One of the connections that the server takes.
pub(crate) fn take_place(state: &AppState) -> Result<OwnedSemaphorePermit, HttpError> {
    state.places.clone().try_acquire_owned().map_err(|_| {
        state.counters.full.add();
        let message = "the server has as many connections as it takes";
        HttpError::new(StatusCode::SERVICE_UNAVAILABLE, "full", message).retry_after(10)
    })
}

/// The query can't be read; `takes` says what it would be.
pub(crate) fn bad_query(state: &AppState, takes: &str) -> HttpError {
    state.counters.malformed.add();
    HttpError::new(StatusCode::BAD_REQUEST, "bad_query", format!("the query takes {takes}"))
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Somebody shows what does not let them in.
pub(crate) fn refused(state: &AppState, error: &AuthError) -> HttpError {
    let status = match error {
        AuthError::NoToken | AuthError::BadToken(_) => StatusCode::UNAUTHORIZED,
        AuthError::OtherRoom | AuthError::OtherIdentity => StatusCode::FORBIDDEN,
        AuthError::Missing(_) | AuthError::BadName(_) => StatusCode::BAD_REQUEST,
    };
    match error {
        AuthError::Missing(_) | AuthError::BadName(_) => state.counters.malformed.add(),
        _ => state.counters.unauthorized.add(),
    }
    HttpError::new(status, error.code(), error.to_string()).field(error.field())
}
