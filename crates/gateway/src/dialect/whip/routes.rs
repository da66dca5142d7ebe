//! The paths, the methods they take, and what every answer has for pages of other origins.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, options, patch, post};

use super::change::{delete_resource, patch_resource};
use super::media_type::{FRAGMENT, SDP};
use super::open::{publish, watch};
use super::resources::Resources;
use crate::app_state::AppState;
use crate::http_error::HttpError;
use crate::rate_limit::AddressLimit;

/// Wrong names of resources per second and address, ten times as many in a burst; clients have no reason to
/// send any.
const GUESSES_PER_SECOND: u32 = 5;

/// How long pages may remember what `OPTIONS` said, in seconds.
const PREFLIGHT_SECONDS: &str = "86400";

/// What both dialects share.
pub(super) struct Whip {
    pub(super) app: Arc<AppState>,
    pub(super) resources: Arc<Resources>,
    pub(super) guesses: AddressLimit,
}

/// Everything below `/v1/whip` and `/v1/whep`.
pub(crate) fn routes(app: Arc<AppState>) -> Router {
    let guesses = AddressLimit::new(GUESSES_PER_SECOND, Instant::now());
    let whip = Arc::new(Whip { app, resources: Arc::default(), guesses });
    let ends = [
        ("/v1/whip/{room}", endpoint(post(publish))),
        ("/v1/whep/{room}/{identity}", endpoint(post(watch))),
        ("/v1/whip/{room}/{resource}", resource()),
        ("/v1/whep/{room}/{identity}/{resource}", resource()),
    ];
    let with_both_forms = |router: Router<Arc<Whip>>, (path, methods): (&str, MethodRouter<Arc<Whip>>)| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    };
    ends.into_iter()
        .fold(Router::new(), with_both_forms)
        .layer(from_fn_with_state(whip.app.clone(), count))
        .layer(map_response(readable_from_anywhere))
        .with_state(whip)
}

fn endpoint(methods: MethodRouter<Arc<Whip>>) -> MethodRouter<Arc<Whip>> {
    const ALLOW: &str = "POST, OPTIONS";

    methods
        .merge(options(|| async { preflight(ALLOW, (header::HeaderName::from_static("accept-post"), SDP)) }))
        .fallback(|| async { wrong_method(ALLOW) })
}

fn resource() -> MethodRouter<Arc<Whip>> {
    const ALLOW: &str = "PATCH, DELETE, OPTIONS";

    patch(patch_resource)
        .delete(delete_resource)
        .merge(options(|| async {
            preflight(ALLOW, (header::HeaderName::from_static("accept-patch"), FRAGMENT))
        }))
        .fallback(|| async { wrong_method(ALLOW) })
}

/// What `OPTIONS` is told (RFC 9725 §4.2, the Fetch standard §3.3).
fn preflight(allow: &'static str, accepts: (header::HeaderName, &'static str)) -> Response {
    let headers = [
        (header::ALLOW, allow),
        (header::ACCESS_CONTROL_ALLOW_METHODS, allow),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, If-Match, Accept"),
        (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS),
        accepts,
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn wrong_method(allow: &'static str) -> Response {
    let message = format!("this takes {allow}");
    let error = HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message);
    ([(header::ALLOW, allow)], error).into_response()
}

/// Counts what is answered. Whoever gives up before that is counted nowhere.
async fn count(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let is_whep = request.uri().path().starts_with("/v1/whep/");
    let method = request.method().clone();
    let response = next.run(request).await;
    let counters = if is_whep { &app.counters.whep } else { &app.counters.whip };
    counters.add(method.as_str(), response.status().as_u16());
    response
}

async fn readable_from_anywhere(mut response: Response) -> Response {
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = "Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After, WWW-Authenticate";
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
    response
}
