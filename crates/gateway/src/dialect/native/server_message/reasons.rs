//! Why something is refused, limited or over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use switchyard_control::refusal::Refusal;

/// Why something was refused.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Refused {
    /// Short stable name for programs.
    #[schemars(extend("examples" = refusal_codes()))]
    pub code: String,
    /// What to change.
    pub message: String,
    /// The field of the message, or of the URL, that is at fault, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// Why requests of this dialect are refused; others may come with later versions.
pub(in crate::dialect::native) fn refusal_codes() -> Vec<&'static str> {
    /// Said to encoders and players alone.
    const BY_HTTP: [&str; 3] = ["no_connection", "nothing_published", "restart_not_asked"];
    let by_auth = ["token_missing", "token_invalid", "token_for_other_identity"];
    let by_control = Refusal::CODES.iter().copied().filter(|code| !BY_HTTP.contains(code));
    by_control.chain(by_auth).collect()
}

/// What keeps a subscription from a higher layer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitedBy {
    /// Nothing: it is the highest layer there is.
    Nothing,
    /// You asked for no more.
    Preference,
    /// No more fits on the way to you. With `layer` null: not even the smallest.
    Bandwidth,
    /// The publisher sends nothing higher, or nothing at all when `layer` is null.
    PublisherNotSending,
    /// A keyframe of what comes next is asked for.
    KeyframeWait,
    /// You can't decode it: you get nothing of it until its publisher sends it in another codec as well.
    CodecUnsupported,
    /// Your token allows no more.
    TokenCap,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// You left.
    Left,
    /// Somebody joined as you; the newer session stays.
    Replaced,
    /// The server stops. Join again after a moment.
    ServerStopping,
    /// You did not join in time, or sent too much that was not understood.
    ProtocolError,
    /// You read more slowly than things happened. Join again.
    TooSlow,
    /// A moderator sent you away.
    Kicked,
    /// A moderator ended the room.
    RoomEnded,
    /// Your token expired, and no other was shown in time. Get one and join again.
    TokenExpired,
    /// Your token was revoked.
    TokenRevoked,
    /// The session goes on by another connection, which resumed it.
    ResumedElsewhere,
}

/// What was wrong with a message.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not JSON.
    MalformedJson,
    /// JSON, but not an object.
    NotAnObject,
    /// No `type`, or it is not a text.
    MissingType,
    /// No such `type`.
    UnknownType,
    /// A field is missing, unknown, or has a value that it cannot have.
    BadField,
    /// A binary frame; messages are text.
    BinaryFrame,
    /// More messages or session descriptions than the server takes; this one was not looked at.
    RateLimited,
}
