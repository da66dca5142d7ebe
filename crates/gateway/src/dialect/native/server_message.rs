//! What the server says.

mod reasons;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client_message::{Source, Way};
use super::codecs::Codecs;

#[cfg(test)]
pub(super) use reasons::refusal_codes;
pub use reasons::{EndReason, ErrorCode, LimitedBy, Refused};

/// One message of the server with the number of the message it answers.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct ServerEnvelope {
    /// The `id` of the message that this one answers, when that had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    pub in_reply_to: Option<u64>,
    /// The message.
    #[serde(flatten)]
    pub message: ServerMessage,
}

/// What the server says, by `type`. Clients ignore types and fields that they do not know.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The connection stands. Always the first message.
    Welcome {
        /// The session's number, for support requests and logs.
        session: u64,
        /// Version of this dialect.
        protocol: u32,
        /// The server's name and version.
        server: String,
        /// The key that resumes this session after a loss of the connection; absent when none does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume: Option<String>,
        /// For how long after a loss, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume_seconds: Option<u64>,
        /// Whether this is a session that was resumed: `snapshot` follows.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        resumed: bool,
    },
    /// You are back in a session that was resumed: all that you may have missed.
    Snapshot {
        /// The room.
        room: String,
        /// Who you are.
        identity: String,
        /// The name others read of you; null when none.
        name: Option<String>,
        /// What the application has attached to you; null when nothing.
        metadata: Option<String>,
        /// The others, with what they publish.
        participants: Vec<Participant>,
        /// What you may do.
        permissions: Permissions,
        /// What the application has attached to the room; null when nothing.
        room_metadata: Option<String>,
        /// Whether nobody but those who moderate is let in.
        locked: bool,
        /// What the room takes of those who publish.
        codecs: Codecs,
        /// What you publish.
        own: Vec<Own>,
        /// Which publication each m-line carries on which you receive, by the last offer that you answered.
        subscriptions: Vec<Subscription>,
        /// Those of your connections that the server still has; any other has ended, and `offer` begins it anew.
        connections: Vec<Way>,
        /// How many messages you missed that do not follow because they are no longer kept, at most.
        #[serde(default, skip_serializing_if = "is_zero")]
        missed_messages: u64,
    },
    /// You are in; this is who and what is there.
    Joined {
        /// The room.
        room: String,
        /// Who you are.
        identity: String,
        /// The name others read of you; null when none.
        name: Option<String>,
        /// What the application has attached to you; null when nothing.
        metadata: Option<String>,
        /// The others, with what they publish.
        participants: Vec<Participant>,
        /// What you may do.
        permissions: Permissions,
        /// What the application has attached to the room; null when nothing.
        room_metadata: Option<String>,
        /// Whether nobody but those who moderate is let in.
        locked: bool,
        /// What the room takes of those who publish.
        codecs: Codecs,
    },
    /// Somebody, perhaps you, has another name or other metadata.
    ParticipantChanged {
        /// How they appear now, with what they publish.
        participant: Participant,
    },
    /// What is known of the room has changed.
    RoomChanged {
        /// What the application has attached to it; null when nothing.
        metadata: Option<String>,
        /// Whether nobody but those who moderate is let in.
        locked: bool,
        /// What it takes of those who publish from now on.
        codecs: Codecs,
    },
    /// Somebody says something.
    Message {
        /// Its place among the messages of the room, the same for everybody; those to you alone are counted
        /// apart.
        number: u64,
        /// Who; absent when it is the server's operator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// You, when it is for you alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// What.
        text: String,
        /// When the server got it, in milliseconds since 1970.
        at: u64,
    },
    /// Your `message` was handed on.
    MessageSent {
        /// Its place among the messages of the room, or among those to its recipient alone.
        number: u64,
    },
    /// What you may do has changed, and counts from now on.
    PermissionsChanged {
        /// All of it.
        permissions: Permissions,
    },
    /// Somebody came.
    ParticipantJoined {
        /// Who, with what they publish.
        participant: Participant,
    },
    /// Somebody went, with all that they published.
    ParticipantLeft {
        /// Who.
        identity: String,
    },
    /// Somebody publishes a new track.
    PublicationAdded {
        /// Who.
        identity: String,
        /// What.
        publication: Publication,
    },
    /// A track is gone.
    PublicationRemoved {
        /// Who published it.
        identity: String,
        /// Which one.
        publication: u64,
        /// Why the server took it away, as the code of a refusal; told to its publisher alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A track was silenced or unsilenced by its publisher.
    PublicationMuted {
        /// Who published it.
        identity: String,
        /// Which one.
        publication: u64,
        /// Whether it is silent now.
        muted: bool,
    },
    /// A track is sent in another codec than before. Whoever receives it gets an offer with that one.
    PublicationCodec {
        /// Who publishes it.
        identity: String,
        /// Which one.
        publication: u64,
        /// What it is encoded with now.
        codec: String,
    },
    /// What a publication sends has changed.
    PublicationLayers {
        /// Which one.
        publication: u64,
        /// What has been seen of it, the smallest picture first.
        layers: Vec<Layer>,
    },
    /// The server's answer to your offer.
    Answer {
        /// Its session description.
        sdp: String,
        /// What became of the m-lines on which you send.
        publications: Vec<Published>,
    },
    /// The server's offer on the connection on which you receive. Answer it with its number.
    Offer {
        /// Its number.
        offer: u64,
        /// The server's session description.
        sdp: String,
        /// Which publication each active m-line carries.
        subscriptions: Vec<Subscription>,
    },
    /// Somebody can't decode your publication. Publish the same in one of these codecs as well, and name it in
    /// `backup_of`.
    CodecWanted {
        /// Which one.
        publication: u64,
        /// Any of them will do, the likeliest first.
        codecs: Vec<String>,
    },
    /// What you get of a subscribed publication, and why not more.
    SubscriptionChanged {
        /// Which one.
        publication: u64,
        /// The layer you get now; null when nothing is forwarded.
        layer: Option<u8>,
        /// Position of its encoding in the publisher's description; null when nothing is forwarded.
        encoding: Option<u8>,
        /// The encoding that is headed for, when it is not the same.
        target_encoding: Option<u8>,
        /// What keeps you from more, for programs.
        limited_by: LimitedBy,
        /// The same in words.
        why: String,
    },
    /// One of your connections opened or ended.
    ConnectionChanged {
        /// Which one.
        connection: Way,
        /// What happened.
        state: ConnectionState,
        /// Why it ended, as a short stable name; null when it opened.
        reason: Option<String>,
    },
    /// Your request was carried out and has no other answer.
    Done {},
    /// Your request was understood and refused; nothing has changed.
    Refused(Refused),
    /// The session is over; nothing follows but the end of the connection.
    Ended {
        /// Why.
        reason: EndReason,
        /// With `kicked`: what the moderator has to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// Answers `ping`.
    Pong {},
    /// Your message was not understood, or not looked at, and had no effect.
    Error {
        /// For programs.
        code: ErrorCode,
        /// What to change.
        message: String,
        /// The field of the message that is at fault, when it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// With `rate_limited`: after how many milliseconds the same message may be sent again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Somebody in the room.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Participant {
    /// Who.
    pub identity: String,
    /// A name for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the application has attached to them; null when nothing.
    pub metadata: Option<String>,
    /// Whether only those who moderate see them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Whether they are connected now; who is not may come back within seconds, and is sending and receiving still.
    pub connected: bool,
    /// What they publish.
    pub publications: Vec<Publication>,
}

/// What somebody may do.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Permissions {
    /// The sources of which tracks may be published.
    pub publish: Vec<Source>,
    /// Receive what others publish.
    pub subscribe: bool,
    /// Send text messages.
    pub messages: bool,
    /// Change one's own name and metadata.
    pub rename: bool,
    /// Moderate, and see who is hidden.
    pub admin: bool,
    /// Seen only by those who moderate.
    pub hidden: bool,
    /// How much of it.
    pub caps: Caps,
}

/// How much of what is permitted; what is absent is bounded by the server's limits alone.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Caps {
    /// The highest layer received of anything; 0 is the smallest picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_layer: Option<u8>,
    /// The rate at which what one publishes is forwarded, at most, in bits per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bitrate: Option<u64>,
    /// Tracks published at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tracks: Option<u64>,
    /// Publications received at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_subscriptions: Option<u64>,
}

/// A published track.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Publication {
    /// Its number, unique on the server.
    pub id: u64,
    /// Sound or picture.
    pub kind: Kind,
    /// Where it comes from.
    pub source: Source,
    /// A name for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether its publisher has silenced it.
    pub muted: bool,
    /// How many encodings were offered; more than one is simulcast.
    pub encodings: u8,
    /// What it is encoded with: `opus`, `VP8`, `VP9`, `H264`, `AV1` or `H265`.
    pub codec: String,
}

/// Sound or picture.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

/// One encoding that has been seen.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Layer {
    /// Its rank by size: 0 is the smallest picture. This is what `set_max_layer` takes.
    pub layer: u8,
    /// Its position in the publisher's description.
    pub encoding: u8,
    /// Whether it is being sent now.
    pub live: bool,
    /// Columns, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u16>,
    /// Rows, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u16>,
    /// Its rate in bits per second when this was told.
    pub bits_per_second: u64,
}

/// What became of an m-line on which you send: a publication, or a refusal.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Published {
    /// The m-line.
    pub mid: String,
    /// The publication it feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<u64>,
    /// Why it feeds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// Which publication an m-line carries.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Subscription {
    /// The m-line.
    pub mid: String,
    /// The publication.
    pub publication: u64,
}

/// What an m-line feeds on which you send.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Own {
    /// The m-line.
    pub mid: String,
    /// The publication.
    pub publication: u64,
    /// Whether it is silenced, by you or a moderator.
    pub muted: bool,
}

/// What happened to a connection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Media may flow.
    Open,
    /// It is over.
    Ended,
}
