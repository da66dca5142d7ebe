//! A text that never shows in logs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The secret half of a key.
///
/// Prints as dots. It is written out in full only by `Serialize`, which layering of configuration needs.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text that must not show.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// Length in bytes.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The secret itself, for whoever signs and verifies.
    pub const fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
