//! Refusals of control as HTTP has them.

use axum::http::StatusCode;
use switchyard_control::refusal::Refusal;

use crate::http_error::HttpError;

/// Seconds after which a busy server is worth another try.
const BUSY: u32 = 5;

/// The status and the body of a refusal, and what of the request it is about.
pub(super) fn refused(refusal: &Refusal, at_fault: Option<&'static str>) -> HttpError {
    let code = refusal.code();
    let status = status(code);
    let error = HttpError::new(status, code, refusal.to_string());
    let error = match at_fault {
        Some(field) => error.field(field),
        None => error,
    };
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => error.retry_after(BUSY),
        _ => error,
    }
}

fn status(code: &str) -> StatusCode {
    match code {
        "bad_description" | "bad_name" => StatusCode::BAD_REQUEST,
        "token_revoked" => StatusCode::UNAUTHORIZED,
        "unknown_participant" | "no_connection" | "not_joined" => StatusCode::NOT_FOUND,
        "nothing_published" => StatusCode::CONFLICT,
        "no_usable_codec" | "codec_not_allowed" => StatusCode::UNPROCESSABLE_ENTITY,
        "restart_not_asked" => StatusCode::PRECONDITION_REQUIRED,
        "rate_limited" => StatusCode::TOO_MANY_REQUESTS,
        "limit_reached" | "overloaded" | "draining" | "stopping" => StatusCode::SERVICE_UNAVAILABLE,
        // What is left is about what somebody may do.
        _ => StatusCode::FORBIDDEN,
    }
}

/// Control did not answer, or the server stops.
pub(super) fn unanswered() -> HttpError {
    let message = "the server has more to do than it can: try again in a few seconds";
    HttpError::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", message).retry_after(BUSY)
}

/// There is no such resource, or no longer.
pub(super) fn gone() -> HttpError {
    let message = "there is no such session, or no longer";
    HttpError::new(StatusCode::NOT_FOUND, "not_found", message)
}

#[cfg(test)]
mod tests;
