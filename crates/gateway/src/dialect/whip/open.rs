//! `POST`: an offer comes in, a resource and an answer go out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use switchyard_vocab::ids::Identity;
use tokio::sync::oneshot;
use tracing::debug;

use super::media_type::{self, FRAGMENT, SDP};
use super::problem::unanswered;
use super::resource::{Resource, Role};
use super::routes::Whip;
use crate::auth::{AuthError, Credentials, MAX_NAME_BYTES};
use crate::client_address::Client;
use crate::door;
use crate::http_error::HttpError;

type Answered = Result<Response, HttpError>;
type Asked = Result<Query<Credentials>, QueryRejection>;

/// Somebody who asks.
pub(super) struct Asker {
    client: Client,
    uri: Uri,
    headers: HeaderMap,
    credentials: Asked,
}

/// `POST /v1/whip/{room}`.
pub(super) async fn publish(
    State(whip): State<Arc<Whip>>,
    ConnectInfo(client): ConnectInfo<Client>,
    Path(room): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    credentials: Asked,
    body: Body,
) -> Answered {
    let asker = Asker { client, uri, headers, credentials };
    open(&whip, asker, room, Role::Publish, body).await
}

/// `POST /v1/whep/{room}/{identity}`.
pub(super) async fn watch(
    State(whip): State<Arc<Whip>>,
    ConnectInfo(client): ConnectInfo<Client>,
    Path((room, identity)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    credentials: Asked,
    body: Body,
) -> Answered {
    let asker = Asker { client, uri, headers, credentials };
    if identity.len() > MAX_NAME_BYTES {
        let error = AuthError::BadName("identity");
        let refused = HttpError::new(StatusCode::BAD_REQUEST, error.code(), error.to_string());
        return Err(refused.field("identity"));
    }
    open(&whip, asker, room, Role::Watch(Identity::new(identity)), body).await
}

async fn open(whip: &Arc<Whip>, asker: Asker, room: String, role: Role, body: Body) -> Answered {
    let Asker { client, uri, headers, credentials } = asker;
    let credentials = credentials.ok().map(|Query(asked)| Credentials { room: Some(room), ..asked });
    let (admission, place) = door::admit(&whip.app, client, &headers, credentials)
        .inspect_err(|refused| debug!(code = refused.code, "request refused"))?;
    media_type::expect(&headers, SDP).inspect_err(|_| whip.app.counters.malformed.add())?;
    media_type::accepts_sdp(&headers).inspect_err(|_| whip.app.counters.malformed.add())?;
    let config = &whip.app.config;
    let offer = media_type::read(body, config.max_message_bytes, config.join_timeout)
        .await
        .inspect_err(|_| whip.app.counters.malformed.add())?;
    whip.app.counters.accepted.add();

    let (opened, answer) = oneshot::channel();
    // On its own, so that a client that gives up leaves nothing half done.
    tokio::spawn(Resource::open(whip.clone(), (admission, place), role, offer, opened));
    let opened = answer.await.map_err(|_| unanswered())??;
    let location = format!("{}/{}", uri.path().trim_end_matches('/'), opened.id.as_str());
    let mut response = (StatusCode::CREATED, opened.sdp).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(SDP));
    headers.insert("accept-patch", HeaderValue::from_static(FRAGMENT));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(
        [(header::LOCATION, location), (header::ETAG, opened.tag)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?))),
    );
    for link in config.whip.links().filter_map(|link| HeaderValue::try_from(link).ok()) {
        headers.append(header::LINK, link);
    }
    Ok(response)
}
