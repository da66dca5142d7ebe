//! Refusals: why a request was not carried out, whose fault that is and what to change.

use switchyard_sdp::SdpError;

/// Why a request was refused. The text says what to change; the code is for programs.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The first intent of a session has to be a join.
    #[error("join a room first")]
    NotJoined,
    /// One session is in one room.
    #[error("this session is already in a room")]
    AlreadyJoined,
    /// A name is empty, too long, or holds control characters.
    #[error("{what} {problem}")]
    BadName {
        /// Which name.
        what: &'static str,
        /// What is wrong with it and what is accepted.
        problem: String,
    },
    /// The session description could not be used.
    #[error("session description: {0}")]
    BadDescription(String),
    /// Something is said to be the backup of what can't have one.
    #[error("publication {0} can't have a backup: only pictures can")]
    UnfitForBackup(u64),
    /// No codec in common.
    #[error("no usable codec: offered {offered}, accepted {accepted}")]
    NoUsableCodec {
        /// What the description offered.
        offered: String,
        /// What the server accepts.
        accepted: String,
    },
    /// The codecs are known, and this server does not take them.
    #[error("no codec that is allowed here: offered {offered}, accepted {accepted}")]
    CodecNotAllowed {
        /// What the description offered.
        offered: String,
        /// What the server accepts.
        accepted: String,
    },
    /// There is no such publication, or it is gone.
    #[error("there is no publication {0}")]
    UnknownPublication(u64),
    /// The publication belongs to somebody else.
    #[error("publication {0} belongs to another participant")]
    NotYours(u64),
    /// Nobody can subscribe to what they publish themselves.
    #[error("publication {0} is your own")]
    OwnPublication(u64),
    /// The session does not receive that publication.
    #[error("publication {0} is not subscribed to")]
    NotSubscribed(u64),
    /// Nobody of that name is in the room.
    #[error("{0:?} is not in the room")]
    UnknownParticipant(String),
    /// Somebody is in the room and publishes nothing.
    #[error("{0:?} is in the room and publishes nothing now")]
    NothingPublished(String),
    /// There is no connection to which a fragment could belong.
    #[error("there is no such connection, or no longer")]
    NoConnection,
    /// New credentials came with what was only to add candidates.
    #[error("the fragment has new ICE credentials, which restart ICE: ask for a restart")]
    RestartNotAsked,
    /// The answer is for an offer that was replaced, or that was never made.
    #[error("offer {0} is not the one that waits for an answer")]
    StaleAnswer(u64),
    /// A limit of the server is reached.
    #[error("{what} limit of {limit} reached")]
    LimitReached {
        /// Of what there are too many.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// The participant's pass does not grant it.
    #[error("you are not permitted to do that: your token does not grant {grant}")]
    NotPermitted {
        /// What is not granted.
        grant: String,
    },
    /// A cap of the participant's pass is reached.
    #[error("the cap of {cap} {what} in your token is reached")]
    CapReached {
        /// Of what there would be too many.
        what: &'static str,
        /// How many there may be.
        cap: usize,
    },
    /// A quota of the participant's tenant is reached.
    #[error("the quota of {quota} {what} for your key is reached")]
    QuotaReached {
        /// Of what there would be too many.
        what: &'static str,
        /// How many there may be.
        quota: usize,
    },
    /// A message is longer than the server passes on.
    #[error("the message has {bytes} bytes, at most {limit} are accepted")]
    MessageTooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// Metadata is longer than the server keeps.
    #[error("the metadata has {bytes} bytes, at most {limit} are accepted")]
    MetadataTooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// Everybody was told something too often.
    #[error(
        "messages and changes that everybody is told of are limited to {per_second} a second: wait a moment"
    )]
    RateLimited {
        /// How many there may be in the long run.
        per_second: u32,
    },
    /// The room lets nobody in but those who moderate.
    #[error("the room is locked")]
    RoomLocked,
    /// A moderator has sent the participant away, and not yet let it come back.
    #[error("you were sent away from this room and may come back in {seconds} seconds")]
    Banned {
        /// When.
        seconds: u64,
    },
    /// The pass no longer holds, whatever its own time says.
    #[error("the token was revoked")]
    TokenRevoked,
    /// The pass shown in mid-call is of another tenant, and so for another room.
    #[error("the token is signed with another key than the one you came with, so it is for another room")]
    TokenForOtherRoom,
    /// The server can't keep up; later it may.
    #[error("the server has more to do than it can: try again in a few seconds")]
    Overloaded,
    /// Nobody new is let in any more, so that the server can be stopped when everybody has left.
    #[error("the server is being emptied and lets nobody in: try another one, or again later")]
    Draining,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl From<SdpError> for Refusal {
    fn from(error: SdpError) -> Self {
        match error {
            SdpError::NoUsableCodec { offered, accepted } => Self::NoUsableCodec { offered, accepted },
            other => Self::BadDescription(other.to_string()),
        }
    }
}

/// Gives each kind of refusal its name, and lists the names.
macro_rules! named {
    ($($kind:pat => $code:literal,)+) => {
        impl Refusal {
            /// The names of all refusals there are.
            pub const CODES: &[&str] = &[$($code),+];

            /// Short stable name for programs.
            pub const fn code(&self) -> &'static str {
                match self { $($kind => $code,)+ }
            }
        }
    };
}

named! {
    Refusal::NotJoined => "not_joined",
    Refusal::AlreadyJoined => "already_joined",
    Refusal::BadName { .. } => "bad_name",
    Refusal::BadDescription(_) | Refusal::UnfitForBackup(_) => "bad_description",
    Refusal::NoUsableCodec { .. } => "no_usable_codec",
    Refusal::CodecNotAllowed { .. } => "codec_not_allowed",
    Refusal::UnknownPublication(_) => "unknown_publication",
    Refusal::NotYours(_) => "not_yours",
    Refusal::OwnPublication(_) => "own_publication",
    Refusal::NotSubscribed(_) => "not_subscribed",
    Refusal::UnknownParticipant(_) => "unknown_participant",
    Refusal::NothingPublished(_) => "nothing_published",
    Refusal::NoConnection => "no_connection",
    Refusal::RestartNotAsked => "restart_not_asked",
    Refusal::StaleAnswer(_) => "stale_answer",
    Refusal::LimitReached { .. } => "limit_reached",
    Refusal::NotPermitted { .. } => "not_permitted",
    Refusal::CapReached { .. } => "cap_reached",
    Refusal::QuotaReached { .. } => "quota_reached",
    Refusal::MessageTooLong { .. } => "message_too_long",
    Refusal::MetadataTooLong { .. } => "metadata_too_long",
    Refusal::RateLimited { .. } => "rate_limited",
    Refusal::RoomLocked => "room_locked",
    Refusal::Banned { .. } => "banned",
    Refusal::TokenRevoked => "token_revoked",
    Refusal::TokenForOtherRoom => "token_for_other_room",
    Refusal::Overloaded => "overloaded",
    Refusal::Draining => "draining",
    Refusal::Stopping => "stopping",
}
