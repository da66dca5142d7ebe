//! What somebody gets who cannot get what they asked for.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error as JSON: `{"error":{"code":"…","message":"…"}}`, with `field` where one is at fault.
///
/// Pages of other origins may read it: a browser tells a page nothing about a WebSocket that did not open,
/// so a client library asks again by plain HTTP to learn why.
#[derive(Debug)]
pub(crate) struct HttpError {
    pub(crate) status: StatusCode,
    /// Short stable name for programs.
    pub(crate) code: &'static str,
    /// What to change.
    pub(crate) message: String,
    /// The field of the request that is at fault, if one is.
    pub(crate) field: Option<String>,
    /// Seconds after which it is worth another try.
    pub(crate) retry_after: Option<u32>,
}

impl HttpError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, retry_after: None }
    }

    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let (Some(field), Some(error)) = (self.field, error.as_object_mut()) {
            error.insert("field".to_owned(), field.into());
        }
        let body = Json(json!({ "error": error }));
        let headers = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::CACHE_CONTROL, "no-store")];
        let mut response = (self.status, headers, body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = header::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
