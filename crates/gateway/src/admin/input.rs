//! Reading what callers send: strictly, and naming the field at fault.

use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::problem;
use crate::http_error::HttpError;

/// Longest body. Metadata may be configured to have 64 KiB, and JSON may write a byte as six.
pub(super) const MAX_BODY_BYTES: usize = 512 * 1024;

/// Longest part of a reader's complaint that is passed on: it quotes what it found.
const MAX_COMPLAINT: usize = 300;

/// Refuses a body that says it is something else than JSON. A page of another origin can't send JSON without
/// asking first, which nobody here answers.
pub(super) fn expect_json(headers: &HeaderMap) -> Result<(), HttpError> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let message = "the body has to be application/json: say so in Content-Type";
    Err(HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message))
}

/// Reads a body. A field that is not known is an error: a slip would leave undone what was meant.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, HttpError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| complain(&error))?;
    reader.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn complain(error: &serde_path_to_error::Error<serde_json::Error>) -> HttpError {
    let inner = error.inner();
    if inner.is_syntax() || inner.is_eof() || inner.is_io() {
        return not_json(inner);
    }
    let text = excerpt(inner.to_string());
    let path = error.path().to_string();
    let code = if text.starts_with("unknown field") { "unknown_field" } else { "bad_field" };
    match field_at_fault(&path, &text) {
        Some(field) => HttpError::new(StatusCode::BAD_REQUEST, code, text).field(excerpt(field)),
        None => HttpError::new(StatusCode::BAD_REQUEST, "bad_body", text),
    }
}

/// The path to a field, from what the reader has gone through and from what it names itself.
fn field_at_fault(path: &str, complaint: &str) -> Option<String> {
    let path = Some(path).filter(|path| !matches!(*path, "." | "?" | ""));
    let is_about_a_name = complaint.starts_with("unknown field") || complaint.starts_with("missing field");
    let named = complaint.split('`').nth(1).filter(|_| is_about_a_name);
    match (path, named) {
        (Some(path), Some(named)) if path == named || path.ends_with(&format!(".{named}")) => {
            Some(path.to_owned())
        }
        (Some(path), Some(named)) => Some(format!("{}.{named}", path.trim_end_matches(".?"))),
        (path, named) => path.or(named).map(str::to_owned),
    }
}

fn not_json(error: &serde_json::Error) -> HttpError {
    HttpError::new(StatusCode::BAD_REQUEST, "bad_json", format!("not JSON: {}", excerpt(error.to_string())))
}

fn excerpt(mut text: String) -> String {
    if text.len() > MAX_COMPLAINT {
        text.truncate(text.floor_char_boundary(MAX_COMPLAINT));
        text.push('…');
    }
    text
}

/// Takes the parameters of a query, each at most once and none that is not known.
pub(super) fn check_query(query: &[(String, String)], known: &[&str]) -> Result<(), HttpError> {
    for (index, (name, _)) in query.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            let accepted = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let message = format!("there is no such parameter; there is {accepted}");
            return Err(
                HttpError::new(StatusCode::BAD_REQUEST, "unknown_field", message).field(name.as_str())
            );
        }
        if query.iter().take(index).any(|(other, _)| other == name) {
            return Err(problem::bad_field(name.as_str(), "at most once"));
        }
    }
    Ok(())
}

/// For fields where null means "nothing" and absence means "as it is".
pub(super) fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests;
