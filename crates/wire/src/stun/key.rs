//! The key of a short-term credential.

use std::fmt;

use stun_types::attribute::MessageIntegrity;
use stun_types::message::{IntegrityKey, ShortTermCredentials};

/// An ICE password, made ready to check and to sign messages (RFC 8489 §9.1).
///
/// Make it once per peer: making it allocates, using it does not.
#[derive(Clone)]
pub struct Key(IntegrityKey);

impl Key {
    /// The key of the side that has this password.
    pub fn new(password: &str) -> Self {
        Self(ShortTermCredentials::new(password.to_owned()).make_key())
    }

    /// Whether `hmac` is the HMAC-SHA1 of `data`; takes the same time wherever they differ.
    pub(super) fn verify(&self, data: &[&[u8]], hmac: &[u8; 20]) -> bool {
        MessageIntegrity::verify(data, &self.0, hmac)
    }

    pub(super) const fn library(&self) -> &IntegrityKey {
        &self.0
    }
}

/// Says nothing about the password.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}
