//! What a track is encoded in: a sender may turn to any format that was negotiated, at any time and without a
//! word (RFC 3264 §5.1). Browsers do when an encoder fails them, or when the page says so.
//!
//! One publication has one format: subscribers know it by that one. What comes in another one meanwhile goes no
//! further, until it is plain that its sender has turned.

use std::time::{Duration, Instant};

use switchyard_vocab::profile::Format;

/// How long the format there was has to be silent when another one comes. Shorter takes a sender for turned that
/// sends each size in a codec of its own, longer leaves subscribers waiting for the new one.
pub const TURNED_AFTER: Duration = Duration::from_millis(250);

/// Least time between two turns: each makes every subscriber negotiate anew. Longer leaves them without a picture
/// when an encoder is given up right after it was tried.
pub const SETTLED_FOR: Duration = Duration::from_secs(2);

/// The format of one publication.
#[derive(Debug, Default)]
pub(super) struct SentFormat {
    format: Option<Format>,
    /// When something came in it.
    last: Option<Instant>,
    /// When its sender turned to it.
    since: Option<Instant>,
}

/// What the format of a packet says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sent {
    /// It is that of the publication.
    AsBefore,
    /// It is another one, and may be a stray.
    Stray,
    /// From now on, this is the format of the publication.
    Turned,
}

impl SentFormat {
    /// What is taken for sent until something comes.
    pub(super) const fn expect(&mut self, format: Format) {
        self.format = Some(format);
    }

    pub(super) const fn format(&self) -> Option<Format> {
        self.format
    }

    /// Takes note of a packet with media in it.
    pub(super) fn handle(&mut self, now: Instant, format: Format) -> Sent {
        if self.format.is_none_or(|known| known.is_same(&format)) {
            (self.format, self.last) = (Some(self.format.unwrap_or(format)), Some(now));
            return Sent::AsBefore;
        }
        let lasts = |since: Option<Instant>, time| {
            since.is_some_and(|since| now.saturating_duration_since(since) < time)
        };
        if lasts(self.last, TURNED_AFTER) || lasts(self.since, SETTLED_FOR) {
            return Sent::Stray;
        }
        *self = Self { format: Some(format), last: Some(now), since: Some(now) };
        Sent::Turned
    }
}

#[cfg(test)]
mod tests;
