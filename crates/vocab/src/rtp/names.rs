//! MID and RID: short names from SDP that also travel in header extensions.

use std::fmt;

/// Longest name that still fits a one-byte header extension (RFC 8285 §4.2).
const MAX_LEN: usize = 16;

/// Why a MID or RID was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
    /// No characters at all.
    #[error("the name is empty")]
    Empty,
    /// It would not fit a one-byte header extension.
    #[error("the name has {0} bytes, at most 16 fit a header extension")]
    TooLong(usize),
    /// Something other than visible ASCII.
    #[error("the name holds a byte that is not visible ASCII")]
    NotVisibleAscii,
}

macro_rules! short_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name {
            bytes: [u8; MAX_LEN],
            len: u8,
        }

        impl $name {
            /// Checks and keeps a name as it stands in SDP or in a header extension.
            pub fn parse(name: &[u8]) -> Result<Self, NameError> {
                if name.is_empty() {
                    return Err(NameError::Empty);
                }
                if name.len() > MAX_LEN {
                    return Err(NameError::TooLong(name.len()));
                }
                if !name.iter().all(u8::is_ascii_graphic) {
                    return Err(NameError::NotVisibleAscii);
                }
                let mut bytes = [0; MAX_LEN];
                bytes[..name.len()].copy_from_slice(name);
                Ok(Self { bytes, len: name.len() as u8 })
            }

            /// The characters, as they travel.
            pub fn as_bytes(&self) -> &[u8] {
                &self.bytes[..usize::from(self.len)]
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(self.as_bytes()).unwrap_or_default()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

short_name!(
    /// Media identification: names one m-line of a bundle (RFC 8843 §9).
    Mid
);
short_name!(
    /// RTP stream id: names one encoding of a simulcast m-line (RFC 8852).
    Rid
);

#[cfg(test)]
mod tests;
