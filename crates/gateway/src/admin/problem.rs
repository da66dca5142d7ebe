//! Why a call is refused, as HTTP has it.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use switchyard_control::act::ActError;
use switchyard_control::refusal::Refusal;

use crate::http_error::HttpError;

/// Seconds after which a control that did not answer is worth another try.
const SILENCE: u32 = 2;

/// The code of [`silent`].
pub(super) const SILENT: &str = "control_silent";

/// Control refused.
pub(super) fn refused(error: &ActError) -> HttpError {
    let (status, field) = match error {
        ActError::UnknownRoom(_) => (StatusCode::NOT_FOUND, Some("room")),
        ActError::NotBanned(_) => (StatusCode::NOT_FOUND, Some("identity")),
        ActError::NotRevoked => (StatusCode::NOT_FOUND, None),
        ActError::Refused(refusal) => match refusal {
            Refusal::UnknownParticipant(_) => (StatusCode::NOT_FOUND, Some("identity")),
            Refusal::UnknownPublication(_) => (StatusCode::NOT_FOUND, Some("publication")),
            Refusal::BadName { what, .. } => (StatusCode::BAD_REQUEST, Some(*what)),
            Refusal::MessageTooLong { .. } => (StatusCode::BAD_REQUEST, None),
            Refusal::MetadataTooLong { .. } => (StatusCode::BAD_REQUEST, Some("metadata")),
            _ => (StatusCode::CONFLICT, None),
        },
    };
    let refused = HttpError::new(status, error.code(), error.to_string());
    match field {
        Some(field) => refused.field(field),
        None => refused,
    }
}

/// Control did not answer; what was asked of it may still happen.
pub(super) fn silent() -> HttpError {
    let message = "the control task did not answer in time: look before you ask again";
    HttpError::new(StatusCode::SERVICE_UNAVAILABLE, SILENT, message).retry_after(SILENCE)
}

/// A field has a value that it can't have.
pub(super) fn bad_field(field: impl Into<String>, problem: impl std::fmt::Display) -> HttpError {
    let field = field.into();
    HttpError::new(StatusCode::BAD_REQUEST, "bad_field", format!("{field}: {problem}")).field(field)
}

/// There is no such thing, or no longer.
pub(super) fn not_found(code: &'static str, field: &'static str, message: impl Into<String>) -> HttpError {
    HttpError::new(StatusCode::NOT_FOUND, code, message).field(field)
}

/// An error that pages of other origins are not shown.
pub(super) fn for_nobody_else(error: HttpError) -> Response {
    let mut response = error.into_response();
    response.headers_mut().remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    response
}
