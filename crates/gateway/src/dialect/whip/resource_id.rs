//! Names of resources, and of their ICE sessions: nobody can guess them.

use std::fmt::Write as _;

use axum::http::StatusCode;

use crate::http_error::HttpError;

/// Bytes of randomness in a name: knowing it is the only proof that `PATCH` and `DELETE` ask for.
const BYTES: usize = 20;

/// The name of a resource, the last part of its URL.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct ResourceId(String);

impl ResourceId {
    pub(super) fn random() -> Result<Self, HttpError> {
        random_text().map(Self)
    }

    /// A name as it stands in a URL, which may be anything.
    pub(super) fn of_url(text: &str) -> Option<Self> {
        let is_one = text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then(|| Self(text.to_ascii_lowercase()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The strong entity tag of a new ICE session (RFC 9725 §4.3.1), with its quotes.
pub(super) fn random_tag() -> Result<String, HttpError> {
    Ok(format!("\"{}\"", random_text()?))
}

fn random_text() -> Result<String, HttpError> {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| {
        let message = "the system gives no random numbers";
        HttpError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    })?;
    let mut text = String::with_capacity(2 * BYTES);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
