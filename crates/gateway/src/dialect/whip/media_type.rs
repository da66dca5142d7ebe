//! What bodies are, and how long they may be.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};

use crate::body;
use crate::http_error::HttpError;

/// Session descriptions.
pub(super) const SDP: &str = "application/sdp";
/// Fragments of them (RFC 8840 §9).
pub(super) const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// Refuses a body that says it is something else. Parameters do not count.
pub(super) fn expect(headers: &HeaderMap, expected: &'static str) -> Result<(), HttpError> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    let message = format!("the body has to be {expected}: say so in Content-Type");
    Err(HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message))
}

/// Refuses somebody who takes no session description for an answer.
pub(super) fn accepts_sdp(headers: &HeaderMap) -> Result<(), HttpError> {
    let mut said = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    let takes = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_refused = parts.any(|parameter| matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        matches!(kind.as_str(), "" | "*/*" | "application/*" | SDP) && !is_refused
    };
    if said.peek().is_none() || said.flat_map(|value| value.split(',')).any(takes) {
        return Ok(());
    }
    let message = "the answer is application/sdp, which Accept leaves out";
    Err(HttpError::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", message))
}

/// Reads a body of at most `longest` bytes, within `patience`.
pub(super) async fn read(body: Body, longest: usize, patience: Duration) -> Result<String, HttpError> {
    let bytes = body::read(body, longest, patience).await?;
    String::from_utf8(bytes).map_err(|_| {
        let message = "the body is not text (UTF-8)";
        HttpError::new(StatusCode::BAD_REQUEST, "bad_description", message)
    })
}
