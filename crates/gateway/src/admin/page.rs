//! Lists, page by page.

use schemars::JsonSchema;
use serde::Serialize;
use switchyard_control::query::MAX_PAGE;

use super::call::Call;
use super::operation::Parameter;
use super::problem;
use crate::http_error::HttpError;

/// Entries of a page when nothing is said.
const USUAL_PAGE: usize = 100;

/// The parameters that every list takes.
pub(super) const AFTER: Parameter = Parameter {
    name: "after",
    about: "`next` of the page before; without it, the first page.",
    integer: false,
};
/// How many.
pub(super) const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "Entries of the page: 1 to 500, 100 when it is left out.",
    integer: true,
};

/// Some of a list.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct List<T> {
    /// The entries.
    pub(super) items: Vec<T>,
    /// What to give as `after` for those that follow; null when these are the last.
    pub(super) next: Option<String>,
}

/// How many entries are wanted.
pub(super) fn limit(call: &Call) -> Result<usize, HttpError> {
    let Some(text) = value(call, LIMIT.name) else { return Ok(USUAL_PAGE) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
    limit.ok_or_else(|| problem::bad_field(LIMIT.name, format!("a whole number, 1 to {MAX_PAGE}")))
}

/// What a parameter of the query says.
pub(super) fn value<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

/// The place to go on at, if one is named.
pub(super) fn after(call: &Call) -> Result<Option<Vec<String>>, HttpError> {
    let Some(text) = value(call, AFTER.name) else { return Ok(None) };
    let wrong = || problem::bad_field(AFTER.name, "take it as it stood in `next` of the page before");
    read_place(text).map(Some).ok_or_else(wrong)
}

/// A place as callers hand it back: opaque to them, and safe in a URL.
pub(super) fn place(parts: &[&str]) -> String {
    // Names hold no control characters, so this one tells them apart.
    parts.join("\0").bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn read_place(text: &str) -> Option<Vec<String>> {
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = digits.chunks(2).map(byte).collect::<Option<Vec<_>>>()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.split('\0').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests;
