//! Queries and answers: looking at what control holds, without changing it.
//!
//! Lists come page by page, each of [`MAX_PAGE`] at most: what one answer costs does not grow with the server.

mod answers;

use switchyard_vocab::ids::{Identity, SessionId, Tenant};

use crate::revocations::Revoked;
use crate::room::key::RoomKey;

pub use answers::{
    Ban, ConnectionInfo, Page, ParticipantDetail, ParticipantInfo, PublicationInfo, Revocation, RoomInfo,
    SubscriptionInfo,
};
pub use switchyard_vocab::counters::ControlTotals;

/// Most entries of one page. More would hold everybody else back for longer while it is put together.
pub const MAX_PAGE: usize = 500;

/// What somebody outside asks. Answers are values of the moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Query {
    /// How much there is.
    Totals,
    /// Rooms, in the order of tenants and names.
    Rooms {
        /// Those of one tenant, or all.
        tenant: Option<Tenant>,
        /// Only those after this one, which need not be there.
        after: Option<RoomKey>,
        /// How many at most.
        limit: usize,
    },
    /// One room.
    Room(RoomKey),
    /// Who is in a room, in the order of their sessions.
    Participants {
        /// Which room.
        room: RoomKey,
        /// Only those after this one, who need not be there.
        after: Option<SessionId>,
        /// How many at most.
        limit: usize,
    },
    /// One participant, with everything that hangs on it.
    Participant {
        /// Which room.
        room: RoomKey,
        /// Who.
        identity: Identity,
    },
    /// Who may not come back into a room, in the order of identities.
    Bans {
        /// Which room. Nobody need be in it.
        room: RoomKey,
        /// Only those after this one.
        after: Option<Identity>,
        /// How many at most.
        limit: usize,
    },
    /// What is revoked, in the order of tenants; tokens before identities.
    Revocations {
        /// Those of one tenant, or all.
        tenant: Option<Tenant>,
        /// Only those after this one.
        after: Option<(Tenant, Revoked)>,
        /// How many at most.
        limit: usize,
    },
    /// Whether any of these is revoked.
    IsRevoked {
        /// Of which tenant.
        tenant: Tenant,
        /// What is looked for.
        revoked: Vec<Revoked>,
    },
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Answers [`Query::Totals`].
    Totals(ControlTotals),
    /// Answers [`Query::Rooms`].
    Rooms(Page<RoomInfo, RoomKey>),
    /// Answers [`Query::Room`]; `None` when nobody is in it.
    Room(Option<RoomInfo>),
    /// Answers [`Query::Participants`]; `None` when nobody is in the room.
    Participants(Option<Page<ParticipantInfo, SessionId>>),
    /// Answers [`Query::Participant`]; `None` when nobody of that name is there.
    Participant(Option<Box<ParticipantDetail>>),
    /// Answers [`Query::Bans`].
    Bans(Page<Ban, Identity>),
    /// Answers [`Query::Revocations`].
    Revocations(Page<Revocation, (Tenant, Revoked)>),
    /// Answers [`Query::IsRevoked`].
    IsRevoked(bool),
}

impl Answer {
    /// The totals, if that is what was asked.
    pub const fn totals(&self) -> Option<ControlTotals> {
        match self {
            Self::Totals(totals) => Some(*totals),
            _ => None,
        }
    }
}
