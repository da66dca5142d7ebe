//! What a client says.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::codecs::CodecName;
use super::server_message::ErrorCode;

/// One message of a client with the number it gave it.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
#[schemars(extend("unevaluatedProperties" = false))]
pub struct ClientEnvelope {
    /// The client's own number for this message. Comes back as `in_reply_to` in whatever answers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    pub id: Option<u64>,
    /// The message.
    #[serde(flatten)]
    pub message: ClientMessage,
}

/// What a client says, by `type`.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientMessage {
    /// Enter the room that the connection was opened for. Comes first. Answered by `joined`.
    Join {
        /// Subscribe to every publication there is and will be.
        #[serde(default = "yes")]
        auto_subscribe: bool,
        /// A name for people to read. A name in the token goes before it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Go away. Answered by `ended`; then the server closes the connection.
    Leave {},
    /// Describe the connection on which the client sends, whenever it changes. Answered by `answer`.
    Offer {
        /// The client's session description.
        sdp: String,
        /// What the m-lines on which the client sends are about; of those that an earlier offer named, nothing
        /// needs to be said again.
        #[serde(default)]
        tracks: Vec<Track>,
    },
    /// Answer the server's latest offer. Answered by `done`.
    Answer {
        /// The number of the offer.
        offer: u64,
        /// The client's session description.
        sdp: String,
    },
    /// A trickled candidate. Not needed: the server learns addresses from connectivity checks. Answered by
    /// `done`.
    Candidate {
        /// Which of the two connections.
        connection: Way,
        /// The candidate line; empty at the end of candidates.
        candidate: String,
    },
    /// Stop publishing a track. Answered by `done`.
    Unpublish {
        /// Which one.
        publication: u64,
    },
    /// Silence or unsilence an own publication for everybody; with the grant `admin`, silence one of another's. Answered by `done`.
    Mute {
        /// Which one.
        publication: u64,
        /// Whether it is silent from now on.
        muted: bool,
    },
    /// Receive a publication. Answered by `done`; an `offer` follows.
    Subscribe {
        /// Which one.
        publication: u64,
    },
    /// Stop receiving a publication. Answered by `done`; an `offer` follows.
    Unsubscribe {
        /// Which one.
        publication: u64,
    },
    /// Choose the highest layer wanted of a subscribed publication. Answered by `done`.
    SetMaxLayer {
        /// Which one.
        publication: u64,
        /// 0 is the smallest picture; null or absent takes any.
        #[serde(default)]
        layer: Option<u8>,
    },
    /// Pause or resume a subscribed publication for this client alone. Answered by `done`.
    Pause {
        /// Which one.
        publication: u64,
        /// Whether nothing of it is wanted from now on.
        paused: bool,
    },
    /// Ask for an offer with new ICE credentials on the connection on which the client receives. Answered by
    /// `done`; an `offer` follows. (For the other connection the client sends an offer itself.)
    RestartIce {},
    /// Show another token for the same room and identity before the last one expires, or when it allows
    /// something else. Answered by `done`; `permissions_changed` comes before it when what you may do changes.
    RefreshToken {
        /// The token.
        token: String,
    },
    /// Take another name for people to read. Answered by `done`; everybody is told by `participant_changed`.
    SetName {
        /// The name.
        name: String,
    },
    /// Have others know something of you; what it means is the application's to say. Answered by `done`;
    /// everybody is told by `participant_changed`.
    SetMetadata {
        /// What; null for nothing.
        metadata: Option<String>,
    },
    /// Say something to everybody in the room, or to one. Answered by `message_sent`.
    Message {
        /// What.
        text: String,
        /// The identity of the one it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// Send somebody away. Needs the grant `admin`. Answered by `done`.
    Kick {
        /// Whom.
        identity: String,
        /// What they are told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// For how many seconds they may not come back; works also on somebody who is not here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ban_seconds: Option<u64>,
    },
    /// Let nobody in any more but those who moderate, or everybody again. Needs the grant `admin`. Answered by
    /// `done`; everybody is told by `room_changed`.
    Lock {
        /// Whether it is locked from now on.
        locked: bool,
    },
    /// Attach something to the room for everybody to know. Needs the grant `admin`. Answered by `done`;
    /// everybody is told by `room_changed`.
    SetRoomMetadata {
        /// What; null for nothing.
        metadata: Option<String>,
    },
    /// Have the room take other codecs of those who publish from now on. Needs the grant `admin`. Answered by
    /// `done`; everybody is told by `room_changed`.
    SetRoomCodecs {
        /// Codecs that may be published, of those that the server takes; absent for all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        allowed: Option<Vec<CodecName>>,
        /// Codecs that publishers are to use if they can, the best one first.
        #[serde(default)]
        preferred: Vec<CodecName>,
    },
    /// Send everybody away, you included. Needs the grant `admin`. Answered by `ended`.
    EndRoom {},
    /// Ask for a `pong`.
    Ping {},
}

const fn yes() -> bool {
    true
}

/// What an m-line is about.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// The MID of the m-line.
    pub mid: String,
    /// Where the media comes from.
    #[serde(default)]
    pub source: Source,
    /// A name for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it begins silent.
    #[serde(default)]
    pub muted: bool,
    /// An own publication that this is the same as, in another codec, after `codec_wanted`. Others do not see it as
    /// a publication of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_of: Option<u64>,
}

/// Where media comes from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A shared screen or window.
    Screen,
    /// The sound of a shared screen or window.
    ScreenAudio,
    /// Anything else.
    #[default]
    Unknown,
}

/// One of a session's two connections, named by what the client does on it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The client offers and sends.
    Publish,
    /// The server offers and the client receives.
    Subscribe,
}

/// Every `type` a client may send.
pub(super) const TYPES: [&str; 22] = [
    "join",
    "leave",
    "offer",
    "answer",
    "candidate",
    "unpublish",
    "mute",
    "subscribe",
    "unsubscribe",
    "set_max_layer",
    "pause",
    "restart_ice",
    "refresh_token",
    "set_name",
    "set_metadata",
    "message",
    "kick",
    "lock",
    "set_room_metadata",
    "set_room_codecs",
    "end_room",
    "ping",
];

/// What is wrong with a message, for the client that sent it.
#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    /// The message's number, when that much could be read.
    pub id: Option<u64>,
    /// For programs.
    pub code: ErrorCode,
    /// What to change.
    pub message: String,
    /// The field at fault, when it is one.
    pub field: Option<String>,
    /// After how long the same message may be sent again, when nothing else is wrong with it.
    pub retry_after: Option<Duration>,
}

impl ClientEnvelope {
    /// The number of a message of which nothing else is looked at, when it can be read.
    pub fn id_of(text: &str) -> Option<u64> {
        #[derive(Deserialize)]
        struct Numbered {
            id: Option<u64>,
        }
        serde_json::from_str::<Numbered>(text).ok()?.id
    }

    /// Reads one message.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever wrote the client.
    pub fn parse(text: &str) -> Result<Self, Complaint> {
        let complain = |id, code, message, field: Option<&str>| {
            Err(Complaint { id, code, message, field: field.map(str::to_owned), retry_after: None })
        };
        let mut fields = match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => {
                let message = "a message is a JSON object, like {\"type\":\"ping\"}".to_owned();
                return complain(None, ErrorCode::NotAnObject, message, None);
            }
            Err(error) => {
                let message = excerpt(format!("not JSON: {error}"));
                return complain(None, ErrorCode::MalformedJson, message, None);
            }
        };
        let id = match fields.remove("id") {
            None | Some(Value::Null) => None,
            Some(value) => match value.as_u64() {
                Some(id) => Some(id),
                None => {
                    let message = "id is a whole number from 0 up, or left out".to_owned();
                    return complain(None, ErrorCode::BadField, message, Some("id"));
                }
            },
        };
        let kind = match fields.get("type").and_then(Value::as_str) {
            Some(kind) if TYPES.contains(&kind) => kind.to_owned(),
            Some(_) => {
                let message = format!("type is one of {}", TYPES.join(", "));
                return complain(id, ErrorCode::UnknownType, message, Some("type"));
            }
            None => {
                let message = format!("type is missing or not a text; it is one of {}", TYPES.join(", "));
                return complain(id, ErrorCode::MissingType, message, Some("type"));
            }
        };
        let fields = Value::Object(fields);
        match ClientMessage::deserialize(&fields) {
            Ok(message) => Ok(Self { id, message }),
            Err(error) => {
                let error = error.to_string();
                let field = field_at_fault(&fields, &error);
                complain(id, ErrorCode::BadField, excerpt(format!("{kind}: {error}")), field.as_deref())
            }
        }
    }
}

/// Fields that are tried: no message has as many.
const MAX_FIELDS_TRIED: usize = 16;

/// The field that a complaint is about: the one without which something else is complained about or nothing, else
/// the one that it misses. What misses something inside is a list or an object.
fn field_at_fault(fields: &Value, complaint: &str) -> Option<String> {
    let fields = fields.as_object()?;
    let missing = complaint.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let may_be_cause = |(name, value): &(&String, &Value)| {
        *name != "type" && (missing.is_none() || value.is_array() || value.is_object())
    };
    let is_cause = |(name, _): &(&String, &Value)| {
        let others = fields.iter().filter(|(other, _)| other != name);
        let others: Value = others.map(|(name, value)| (name.clone(), value.clone())).collect();
        ClientMessage::deserialize(&others).map_or_else(|error| error.to_string() != complaint, |_| true)
    };
    let cause = fields.iter().filter(may_be_cause).take(MAX_FIELDS_TRIED).find(is_cause);
    cause.map(|(name, _)| name.as_str()).or(missing).map(|name| excerpt(name.to_owned()))
}

/// Longest complaint, in bytes. Enough for every list of fields; a reader's complaint quotes what it found,
/// which may be as long as a message.
const MAX_COMPLAINT: usize = 512;

/// A text, or as much of its beginning as is worth telling.
fn excerpt(mut text: String) -> String {
    if text.len() > MAX_COMPLAINT {
        text.truncate(text.floor_char_boundary(MAX_COMPLAINT));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests;
