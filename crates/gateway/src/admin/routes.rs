//! The routes, and what all of them have in common: who calls, how much may be sent, what is written down.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, Query, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};

use super::audit::{self, Outcome};
use super::auth::{Caller, authenticate};
use super::call::{Admin, Answered, Call, check_name};
use super::host;
use super::input::{MAX_BODY_BYTES, check_query, expect_json};
use super::operation::{Operation, Verb, operations};
use super::problem;
use crate::app_state::AppState;
use crate::body;
use crate::client_address::Client;
use crate::http_error::HttpError;
use crate::rate_limit::AddressLimit;

/// Failures to say who one is per second and address, ten times as many in a burst. What goes beyond is
/// answered 429 and not written down; whoever shows what holds is never affected.
const FAILURES_PER_SECOND: u32 = 2;

/// Time for a body to come.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Everything that the admin listener serves.
pub(crate) fn routes(app: Arc<AppState>) -> Router {
    let failures = AddressLimit::new(FAILURES_PER_SECOND, Instant::now());
    let is_open_to_all = app.config.opens_by_development_secret();
    let admin = Arc::new(Admin { app, failures });
    let mut by_path: BTreeMap<&str, Vec<Operation>> = BTreeMap::new();
    for operation in operations() {
        by_path.entry(operation.path).or_default().push(operation);
    }
    let with_path = |router: Router<Arc<Admin>>, (path, operations): (&str, Vec<Operation>)| {
        router.route(path, methods(&operations))
    };
    let router = by_path.into_iter().fold(Router::new(), with_path).fallback(nothing_here).with_state(admin);
    if is_open_to_all { router.layer(from_fn(host::check)) } else { router }
}

fn methods(operations: &[Operation]) -> MethodRouter<Arc<Admin>> {
    let allowed = operations.iter().map(|operation| operation.verb.as_str()).collect::<Vec<_>>().join(", ");
    let refuse = move || {
        let message = format!("this takes {allowed}");
        let error = HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message);
        let allow = HeaderValue::try_from(allowed.as_str()).ok();
        async move {
            let mut response = problem::for_nobody_else(error);
            response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
            response
        }
    };
    let with_method = |router: MethodRouter<Arc<Admin>>, operation: &Operation| {
        let operation = *operation;
        router.on(filter(operation.verb), move |State(admin), ConnectInfo(client), path, query, request| {
            serve(admin, operation, client, path, query, request)
        })
    };
    operations.iter().fold(MethodRouter::new(), with_method).fallback(refuse)
}

const fn filter(verb: Verb) -> MethodFilter {
    match verb {
        Verb::Get => MethodFilter::GET,
        Verb::Post => MethodFilter::POST,
        Verb::Patch => MethodFilter::PATCH,
        Verb::Delete => MethodFilter::DELETE,
    }
}

type Parameters = Result<Query<Vec<(String, String)>>, axum::extract::rejection::QueryRejection>;
type PathParameters = Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>;

async fn serve(
    admin: Arc<Admin>,
    operation: Operation,
    client: Client,
    path: PathParameters,
    query: Parameters,
    request: Request,
) -> Response {
    let from = client.address.ip().to_canonical();
    let response = match identify(&admin, &operation, from, request.headers()).await {
        Err(error) => problem::for_nobody_else(error),
        Ok(caller) => {
            let path = read_path(path);
            let known = path.as_deref().unwrap_or_default().to_vec();
            let answered = carry_out(&admin, &operation, &caller, path, query, request).await;
            if operation.is_act() {
                audit::act(&operation, (&caller, from), &known, &outcome(&answered));
            }
            answered.map_or_else(problem::for_nobody_else, IntoResponse::into_response)
        }
    };
    admin.app.counters.admin.add(operation.id, response.status().as_u16());
    response
}

fn outcome(answered: &Answered) -> Outcome<'_> {
    match answered {
        Ok(reply) => Outcome::Done { detail: reply.detail.as_deref() },
        Err(error) if error.code == problem::SILENT => Outcome::Unknown,
        Err(error) => Outcome::Refused { status: error.status.as_u16(), code: error.code },
    }
}

/// Who calls. Those who can't say so are told less and less, and hold nobody else up.
async fn identify(
    admin: &Admin,
    operation: &Operation,
    from: IpAddr,
    headers: &HeaderMap,
) -> Result<Caller, HttpError> {
    if operation.is_public() {
        return Ok(Caller::Nobody);
    }
    let error = match authenticate(admin, headers).await {
        Ok(caller) => return Ok(caller),
        Err(error) if error.status != StatusCode::UNAUTHORIZED => return Err(error),
        Err(error) => error,
    };
    admin.app.counters.admin.turned_away();
    if admin.failures.allows_whoever(from, Instant::now()) {
        audit::unauthorized(operation, from, &error);
        return Err(error);
    }
    let message = "too many callers from your address could not say who they are: wait a moment";
    Err(HttpError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(1))
}

async fn carry_out(
    admin: &Arc<Admin>,
    operation: &Operation,
    caller: &Caller,
    path: Result<Vec<(String, String)>, HttpError>,
    query: Parameters,
    request: Request,
) -> Answered {
    let path = path?;
    let Query(query) = query.map_err(|_| {
        HttpError::new(StatusCode::BAD_REQUEST, "bad_query", "the query is not percent-encoded UTF-8")
    })?;
    let known: Vec<_> = operation.query.iter().map(|parameter| parameter.name).collect();
    check_query(&query, &known)?;
    let body = match operation.body {
        None => Vec::new(),
        Some(expected) => {
            let (parts, body) = request.into_parts();
            let body = body::read(body, MAX_BODY_BYTES, BODY_TIMEOUT).await?;
            if !(body.is_empty() && expected.optional) {
                expect_json(&parts.headers)?;
            }
            body
        }
    };
    (operation.handler)(Call { admin: admin.clone(), caller: caller.clone(), path, query, body }).await
}

fn read_path(path: PathParameters) -> Result<Vec<(String, String)>, HttpError> {
    let undecodable = |_| problem::bad_field("path", "it is not percent-encoded UTF-8");
    let path = path.map_err(undecodable)?;
    let parts: Vec<_> = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    parts.iter().try_for_each(|(_, value)| check_name("path", value))?;
    Ok(parts)
}

async fn nothing_here(State(admin): State<Arc<Admin>>) -> Response {
    admin.app.counters.admin.add("unknown", StatusCode::NOT_FOUND.as_u16());
    let message = "there is nothing at this path: GET /v1/admin/openapi.json tells what there is";
    problem::for_nobody_else(HttpError::new(StatusCode::NOT_FOUND, "not_found", message))
}

#[cfg(test)]
mod tests;
