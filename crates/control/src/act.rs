//! Acts: what the server's operator does to those who are in, by whatever means.

use std::sync::Arc;
use std::time::Duration;

use switchyard_vocab::ids::{Identity, PublicationId, Tenant};

use crate::refusal::Refusal;

use crate::codec_policy::CodecPolicy;
pub use crate::grants::change::{CapChange, GrantChange, PermissionChange};
pub use crate::revocations::Revoked;
pub use crate::room::key::RoomKey;

/// What an operator does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Act {
    /// Let a pass no longer count. Whoever is in by it is sent away, and nobody comes in by it.
    Revoke {
        /// Of which tenant.
        tenant: Tenant,
        /// Which pass, or whose.
        revoked: Revoked,
        /// For how long: until the last pass that it is about has ended by itself.
        lasts: Duration,
    },
    /// Let a pass count again before that.
    LiftRevocation {
        /// Of which tenant.
        tenant: Tenant,
        /// Which pass, or whose.
        revoked: Revoked,
    },
    /// Change what is known of a room, or who is let in.
    ChangeRoom {
        /// Which one.
        room: RoomKey,
        /// What of it.
        change: RoomChange,
    },
    /// Send everybody away.
    EndRoom {
        /// Out of which room.
        room: RoomKey,
    },
    /// Say something to everybody in a room, or to one.
    Announce {
        /// Where.
        room: RoomKey,
        /// What.
        text: Arc<str>,
        /// To whom alone.
        to: Option<Identity>,
        /// When, in time since 1970.
        at: Duration,
    },
    /// Send somebody away. With a ban, also somebody who is not here.
    Kick {
        /// Out of which room.
        room: RoomKey,
        /// Whom.
        identity: Identity,
        /// What they are told.
        message: Option<String>,
        /// For how long they may not come back.
        ban: Option<Duration>,
    },
    /// Let somebody back in before a ban is over.
    LiftBan {
        /// Into which room.
        room: RoomKey,
        /// Whom.
        identity: Identity,
    },
    /// Silence a publication for everybody. Only its publisher gives it its voice again.
    Mute {
        /// In which room.
        room: RoomKey,
        /// Whose.
        identity: Identity,
        /// Which one.
        publication: PublicationId,
    },
    /// Change how somebody appears, or what they may do. A pass shown later goes before that.
    ChangeParticipant {
        /// In which room.
        room: RoomKey,
        /// Whom.
        identity: Identity,
        /// What of it.
        change: ParticipantChange,
    },
    /// Let nobody in any more, or everybody again. Whoever is in stays.
    SetDraining(bool),
}

/// What is to be different about a room; what is left out stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RoomChange {
    /// What the application has attached to it; `Some(None)` is nothing.
    pub metadata: Option<Option<String>>,
    /// Whether nobody but those who moderate is let in.
    pub locked: Option<bool>,
    /// What it takes of those who publish from now on, within what the server takes.
    pub codecs: Option<CodecPolicy>,
}

/// What is to be different about a participant; what is left out stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ParticipantChange {
    /// The name for people to read.
    pub display_name: Option<String>,
    /// What the application has attached to them; `Some(None)` is nothing.
    pub metadata: Option<Option<String>>,
    /// What they may do, from now on and for as long as they stay.
    pub permissions: PermissionChange,
}

/// What an act led to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Acted {
    /// How many sessions it ended.
    pub ended: usize,
    /// Whether there was anything to be done: an act whose outcome held before changes nothing.
    pub changed: bool,
    /// The number of a message that was handed on.
    pub message: Option<u64>,
}

/// Why an act was not carried out; nothing has changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ActError {
    /// It can't be, as a participant's request could not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody is in a room of that name.
    #[error("nobody is in the room {0:?}")]
    UnknownRoom(String),
    /// There is no such ban, or no longer.
    #[error("{0:?} is not banned from the room")]
    NotBanned(String),
    /// There is no such revocation, or no longer.
    #[error("that is not revoked")]
    NotRevoked,
}

impl ActError {
    /// Short stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::UnknownRoom(_) => "unknown_room",
            Self::NotBanned(_) => "not_banned",
            Self::NotRevoked => "not_revoked",
        }
    }
}
