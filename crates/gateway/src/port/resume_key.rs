//! Keys by which sessions are resumed: knowing one is the only proof that is asked for.

use std::fmt::{self, Write as _};

use aws_lc_rs::digest;

/// Bytes of randomness in a key: nobody guesses it, however many sessions there are and however often they try.
const BYTES: usize = 24;

/// A key as its client gets it. Not shown by `Debug`.
#[derive(Clone, Eq, PartialEq)]
pub struct ResumeKey(String);

/// What is kept of a key. Looking one up takes a time that says nothing about how much of a guess was right.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct KeyDigest([u8; digest::SHA256_OUTPUT_LEN]);

impl ResumeKey {
    /// A new one; `None` when the system gives no random numbers.
    pub(super) fn random() -> Option<Self> {
        let mut bytes = [0; BYTES];
        aws_lc_rs::rand::fill(&mut bytes).ok()?;
        let mut text = String::with_capacity(2 * BYTES);
        for byte in bytes {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Some(Self(text))
    }

    /// The key as text that may stand in a URL as it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ResumeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResumeKey(…)")
    }
}

impl KeyDigest {
    /// Of whatever somebody says is a key.
    pub(super) fn of(text: &str) -> Self {
        let mut bytes = [0; digest::SHA256_OUTPUT_LEN];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }
}
