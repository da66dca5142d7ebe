//! The lines of a description that matter, before any of them is interpreted.
//!
//! The parser below follows the order that RFC 8866 asks for. Clients are not as strict, and the
//! server reads neither connection data nor bandwidth, so those lines never reach it.

use std::fmt::Write as _;

use super::{MAX_DESCRIPTION, MAX_SECTIONS};
use crate::error::{SdpError, excerpt};

/// A description cut down to what is read.
pub(super) struct Essential {
    /// `v= o= s= t=` once, then `a=` and `m=` as they came.
    pub(super) text: String,
    /// The version of the `o=` line; 0 when unreadable.
    pub(super) version: u64,
}

/// Checks the size, every line's form and the number of m-lines.
pub(super) fn essential(text: &str) -> Result<Essential, SdpError> {
    if text.len() > MAX_DESCRIPTION {
        return Err(SdpError::TooLong { bytes: text.len(), max: MAX_DESCRIPTION });
    }

    let mut attributes_and_media = String::with_capacity(text.len());
    let mut version = 0;
    let mut first = None;
    let mut sections = 0;
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())) {
        if line.is_empty() {
            continue;
        }
        let bytes = line.as_bytes();
        let kind = match (bytes.first(), bytes.get(1)) {
            (Some(&kind), Some(b'=')) if kind.is_ascii_alphabetic() => kind,
            _ => return Err(SdpError::NotALine { number, text: excerpt(line) }),
        };
        first.get_or_insert(kind);
        match kind {
            b'o' => version = origin_version(line),
            b'm' => sections += 1,
            b'a' => {}
            _ => continue,
        }
        if kind != b'o' {
            // A newline cannot fail to be written to a string.
            let _ = writeln!(attributes_and_media, "{line}");
        }
    }

    if first != Some(b'v') {
        return Err(SdpError::Syntax("the first line has to be v=0".to_owned()));
    }
    if sections > MAX_SECTIONS {
        return Err(SdpError::TooManySections { count: sections, max: MAX_SECTIONS });
    }
    let text = format!("v=0\no=- 0 0 IN IP4 0.0.0.0\ns=-\nt=0 0\n{attributes_and_media}");
    Ok(Essential { text, version })
}

/// `o=<user> <session> <version> …`
fn origin_version(line: &str) -> u64 {
    line.split_ascii_whitespace().nth(2).and_then(|version| version.parse().ok()).unwrap_or_default()
}
