//! `If-Match`: for which ICE session a request is meant (RFC 9725 §4.3, RFC 9110 §13.1.1).

use axum::http::{HeaderMap, StatusCode, header};

use crate::http_error::HttpError;

/// What a request says of the ICE session it is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Precondition {
    /// Nothing, as several encoders do: then it may add candidates, and restart nothing.
    Unsaid,
    /// Whichever there is; said to restart ICE.
    Any,
    /// One of these.
    Tags(Vec<String>),
}

/// Tags read of one header; clients send one.
const MAX_TAGS: usize = 8;

impl Precondition {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(header::IF_MATCH).iter().filter_map(|value| value.to_str().ok());
        let Some(first) = values.next() else {
            let is_there = headers.contains_key(header::IF_MATCH);
            return if is_there { Self::Tags(Vec::new()) } else { Self::Unsaid };
        };
        let tags: Vec<_> = first.split(',').map(str::trim).take(MAX_TAGS).collect();
        // Some clients put the star into quotes, as if it were a tag.
        if tags.iter().any(|tag| matches!(*tag, "*" | "\"*\"")) {
            return Self::Any;
        }
        Self::Tags(tags.into_iter().map(str::to_owned).collect())
    }

    /// Whether the request is for the ICE session called `current`.
    pub(super) fn check(&self, current: &str) -> Result<(), HttpError> {
        match self {
            Self::Unsaid | Self::Any => Ok(()),
            Self::Tags(tags) if tags.iter().any(|tag| tag == current) => Ok(()),
            Self::Tags(_) => {
                let message = "If-Match is not the ETag of the ICE session there is";
                Err(HttpError::new(StatusCode::PRECONDITION_FAILED, "precondition_failed", message))
            }
        }
    }

    /// Whether the request says enough to restart ICE.
    pub(super) const fn may_restart(&self) -> bool {
        !matches!(self, Self::Unsaid)
    }
}

#[cfg(test)]
mod tests;
