//! The page at `/`, and the client library at `/switchyard.js` and `/v1/switchyard.js`.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use self::assets::ASSETS;
use crate::app_state::AppState;

mod assets;

/// The page may load its own files, speak to its own server, and show media; nothing else. Pages of others that
/// import the library have policies of their own.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// A file that is part of the program.
#[derive(Clone, Copy, Debug)]
struct Asset {
    path: &'static str,
    content_type: &'static str,
    content: &'static str,
}

impl Asset {
    const fn new(path: &'static str, content_type: &'static str, content: &'static str) -> Self {
        Self { path, content_type, content }
    }
}

pub(crate) fn routes() -> Router<Arc<AppState>> {
    ASSETS.iter().copied().fold(Router::new(), |router, asset| {
        let tag = entity_tag(asset.content);
        router.route(asset.path, get(move |headers: HeaderMap| async move { serve(asset, &tag, &headers) }))
    })
}

fn serve(asset: Asset, tag: &HeaderValue, asked: &HeaderMap) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::ETAG, tag.clone()),
        // A browser keeps it but asks each time, so that page and library are of one version.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // Tokens may stand in the URL of the page.
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        // Pages of other origins may import the library.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    if asked.get(header::IF_NONE_MATCH) == Some(tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, asset.content).into_response()
}

fn entity_tag(content: &str) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests;
