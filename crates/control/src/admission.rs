//! Admission: what may enter at all. Names are checked and counts are bounded here.

use serde::{Deserialize, Serialize};
use switchyard_sdp::Trickled;

use crate::refusal::Refusal;

/// How much control will hold. Every map keyed by what clients send has its bound here.
///
/// Reaching a bound refuses the request that would cross it ([`Refusal::LimitReached`]) and
/// changes nothing else. Lengths count bytes of UTF-8.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Sessions on this server, joined or about to join.
    pub sessions: usize,
    /// Rooms with somebody in them.
    pub rooms: usize,
    /// Participants of one room. A join tells everybody there, so the cost grows with the square.
    pub participants_per_room: usize,
    /// Tracks one session may publish at once; the media side has room for
    /// [`MAX_PUBLICATIONS`](switchyard_vocab::negotiated::MAX_PUBLICATIONS).
    pub publications_per_session: usize,
    /// Publications one session may receive at once. Each is an m-line, and a client's
    /// `setRemoteDescription` takes seconds when there are many hundreds.
    pub subscriptions_per_session: usize,
    /// Length of a room's name.
    pub room_name_bytes: usize,
    /// Length of an identity.
    pub identity_bytes: usize,
    /// Length of a name for people to read, of a participant or of a track.
    pub display_name_bytes: usize,
    /// Revocations of one tenant that count at once, each for as long as it was made for.
    pub revocations: usize,
    /// Length of what an application attaches to a participant or a room. Everybody there is told of it.
    pub metadata_bytes: usize,
    /// Length of a text message.
    pub message_bytes: usize,
    /// Messages, and changes that everybody is told of, that one session may send per second for as long as it
    /// likes; twice as many in a burst. Each is handed on to everybody in the room.
    pub messages_per_second: u32,
    /// Bans from the rooms of one tenant that count at once, each for as long as it was made for.
    pub bans: usize,
    /// Longest ban, in seconds.
    pub ban_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 10_000,
            rooms: 5_000,
            participants_per_room: 1_000,
            publications_per_session: 16,
            subscriptions_per_session: 200,
            room_name_bytes: 128,
            identity_bytes: 128,
            display_name_bytes: 128,
            revocations: 10_000,
            metadata_bytes: 4_096,
            message_bytes: 4_096,
            messages_per_second: 5,
            bans: 10_000,
            ban_seconds: 7 * 24 * 3_600,
        }
    }
}

/// Refuses one more of `what` when there are `held` already.
pub(crate) fn room_for_one_more(what: &'static str, held: usize, limit: usize) -> Result<(), Refusal> {
    if held < limit { Ok(()) } else { Err(Refusal::LimitReached { what, limit }) }
}

/// Checks a name that others will see: something, not too long, no control characters.
pub(crate) fn check_name(what: &'static str, name: &str, longest: usize) -> Result<(), Refusal> {
    let problem = if name.is_empty() {
        "is empty".to_owned()
    } else if name.len() > longest {
        format!("has {} bytes, at most {longest} are accepted", name.len())
    } else if name.chars().any(char::is_control) {
        "holds control characters".to_owned()
    } else {
        return Ok(());
    };
    Err(Refusal::BadName { what, problem })
}

/// Checks a name that may be left out.
pub(crate) fn check_optional(what: &'static str, name: Option<&str>, longest: usize) -> Result<(), Refusal> {
    name.map_or(Ok(()), |name| check_name(what, name, longest))
}

/// Checks how long a text message is.
pub(crate) const fn check_message(bytes: usize, limit: usize) -> Result<(), Refusal> {
    if bytes <= limit { Ok(()) } else { Err(Refusal::MessageTooLong { bytes, limit }) }
}

/// Checks how long metadata is. What is in it is the application's affair.
pub(crate) fn check_metadata(metadata: Option<&str>, limit: usize) -> Result<(), Refusal> {
    let bytes = metadata.map_or(0, str::len);
    if bytes <= limit { Ok(()) } else { Err(Refusal::MetadataTooLong { bytes, limit }) }
}

/// Checks a trickled candidate. Nothing is kept of it: addresses are learned from checks that
/// authenticate, and a lite agent sends none of its own (RFC 8445 §2.5).
pub(crate) fn check_candidate(candidate: &str) -> Result<(), Refusal> {
    Trickled::parse(candidate)?;
    Ok(())
}

#[cfg(test)]
mod tests;
