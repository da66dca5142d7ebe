//! What bodies are, and how long they may be.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt;

use crate::http_error::HttpError;

/// Session descriptions.
pub(super) const SDP: &str = "application/sdp";
/// Fragments of them (RFC 8840 §9).
pub(super) const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// How many times the limit is still read, and thrown away, so that who sends too much hears why.
const HEARD_OUT: usize = 8;

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
    let read = tokio::time::timeout(patience, read_all(body, longest)).await;
    let bytes = read.unwrap_or_else(|_| {
        let message = "the body did not come in time";
        Err(HttpError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message))
    })?;
    String::from_utf8(bytes).map_err(|_| {
        let message = "the body is not text (UTF-8)";
        HttpError::new(StatusCode::BAD_REQUEST, "bad_description", message)
    })
}

async fn read_all(body: Body, longest: usize) -> Result<Vec<u8>, HttpError> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            HttpError::new(StatusCode::BAD_REQUEST, "bad_request", "the body could not be read")
        })?;
        length += chunk.len();
        if length <= longest {
            bytes.extend_from_slice(&chunk);
        } else if length > longest.saturating_mul(HEARD_OUT) {
            break;
        }
    }
    if length <= longest {
        return Ok(bytes);
    }
    let message = format!("the body is too long: at most {longest} bytes are read");
    Err(HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_long", message))
}
