//! `PATCH` and `DELETE`: what may still happen to a resource.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, RawPathParams, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::{mpsc, oneshot};

use super::media_type::{self, FRAGMENT};
use super::precondition::Precondition;
use super::problem::{gone, unanswered};
use super::resource::{Ask, Patched};
use super::resource_id::ResourceId;
use super::routes::Whip;
use crate::client_address::Client;
use crate::http_error::HttpError;

/// Longest fragment; some dozens of candidates have a few kilobytes.
const MAX_FRAGMENT_BYTES: usize = 64 * 1024;
/// How long a resource may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// `PATCH`: candidates, or a restart of ICE.
pub(super) async fn patch_resource(
    State(whip): State<Arc<Whip>>,
    ConnectInfo(client): ConnectInfo<Client>,
    parameters: RawPathParams,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpError> {
    let asks = find(&whip, client, &parameters)?;
    media_type::expect(&headers, FRAGMENT)?;
    let precondition = Precondition::of(&headers);
    let fragment = media_type::read(body, MAX_FRAGMENT_BYTES, PATIENCE).await?;
    let patched = ask(&asks, |reply| Ask::Patch { fragment, precondition, reply }).await??;
    Ok(match patched {
        Patched::Trickled => StatusCode::NO_CONTENT.into_response(),
        Patched::Restarted { fragment, tag } => {
            let mut response = (StatusCode::OK, fragment).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FRAGMENT));
            headers.extend(HeaderValue::try_from(tag).ok().map(|tag| (header::ETAG, tag)));
            response
        }
    })
}

/// `DELETE`: it is over.
pub(super) async fn delete_resource(
    State(whip): State<Arc<Whip>>,
    ConnectInfo(client): ConnectInfo<Client>,
    parameters: RawPathParams,
) -> Result<StatusCode, HttpError> {
    let asks = find(&whip, client, &parameters)?;
    ask(&asks, |reply| Ask::Delete { reply }).await?;
    Ok(StatusCode::OK)
}

/// Finds the resource of a URL. Whoever tries names is slowed down, whoever knows one is not.
fn find(whip: &Whip, client: Client, parameters: &RawPathParams) -> Result<mpsc::Sender<Ask>, HttpError> {
    let name = parameters.iter().find(|(name, _)| *name == "resource").map(|(_, value)| value);
    let known = name.and_then(ResourceId::of_url).and_then(|id| whip.resources.find(&id));
    known.ok_or_else(|| {
        if whip.guesses.allows_whoever(client.address.ip(), Instant::now()) {
            return gone();
        }
        whip.app.counters.rate_limited.add();
        let message = "too many sessions were asked for that do not exist; wait a few seconds";
        HttpError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(5)
    })
}

async fn ask<T>(
    asks: &mpsc::Sender<Ask>,
    of: impl FnOnce(oneshot::Sender<T>) -> Ask,
) -> Result<T, HttpError> {
    let (reply, replied) = oneshot::channel();
    let asked = async {
        asks.send(of(reply)).await.map_err(|_| gone())?;
        // Nobody replies any more when the resource has just ended.
        replied.await.map_err(|_| gone())
    };
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(unanswered()))
}
