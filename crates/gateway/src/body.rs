//! Bodies of requests, which may be long, slow, or never end.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use futures_util::StreamExt;

use crate::http_error::HttpError;

/// How many times the limit is still read, and thrown away, so that who sends too much hears why.
const HEARD_OUT: usize = 8;

/// Reads a body of at most `longest` bytes, within `patience`.
pub(crate) async fn read(body: Body, longest: usize, patience: Duration) -> Result<Vec<u8>, HttpError> {
    let read = tokio::time::timeout(patience, read_all(body, longest)).await;
    read.unwrap_or_else(|_| {
        let message = "the body did not come in time";
        Err(HttpError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message))
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
