//! What control and the gateway have counted, as values: whoever serves the page hands them over.

pub use switchyard_vocab::counters::ControlTotals;

/// Everything that is not counted by a worker.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Shells {
    /// What control told; `None` when it did not answer in time.
    pub control: Option<ControlTotals>,
    /// What the gateway counted.
    pub gateway: GatewayTotals,
}

/// What the gateway holds, and what it has counted since start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GatewayTotals {
    /// Signalling connections open now.
    pub connections: u64,
    /// Requests that wait for control now.
    pub waiting_requests: u64,
    /// Notices that wait now for the session for which most do.
    pub waiting_notices: u64,
    /// Signalling connections accepted.
    pub connections_accepted: u64,
    /// Signalling connections refused, by reason.
    pub connections_refused: RefusedConnections,
    /// Messages read from clients.
    pub messages_received: u64,
    /// Messages written to clients.
    pub messages_sent: u64,
    /// Messages of clients that were answered with an error of the dialect.
    pub messages_rejected: u64,
    /// Offers and answers that were not looked at because there were too many, or too long ones.
    pub descriptions_limited: u64,
    /// Sessions ended because their client read too slowly.
    pub sessions_too_slow: u64,
    /// Sessions ended because nothing was heard of their client.
    pub sessions_silent: u64,
    /// Sessions ended because their client was in no room in time.
    pub sessions_not_joined: u64,
    /// What the admin API has answered.
    pub admin: AdminTotals,
    /// What publishers by WHIP ask for and hold.
    pub whip: ResourceTotals,
    /// What watchers by WHEP ask for and hold.
    pub whep: ResourceTotals,
}

/// Signalling connections refused, by reason.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RefusedConnections {
    /// No token, or one that does not hold.
    pub unauthorized: u64,
    /// A request that could not be understood.
    pub malformed: u64,
    /// Too many attempts from one address.
    pub rate_limited: u64,
    /// Too many of one key.
    pub key_rate_limited: u64,
    /// As many connections as the server takes.
    pub full: u64,
    /// More plain connections open at once than the server takes, or takes of one network.
    pub crowded: u64,
    /// The server is stopping.
    pub stopping: u64,
    /// A key that resumes nothing, or no longer.
    pub resume_gone: u64,
}

/// What can be asked of the admin API, by the names of its document; `unknown` is everything else.
pub const ADMIN_OPERATIONS: [&str; 21] = [
    "get_status",
    "drain",
    "list_rooms",
    "get_room",
    "change_room",
    "end_room",
    "send_message",
    "list_participants",
    "get_participant",
    "change_participant",
    "kick_participant",
    "mute_publication",
    "list_bans",
    "lift_ban",
    "mint_token",
    "list_revocations",
    "revoke",
    "lift_token_revocation",
    "lift_identity_revocation",
    "get_openapi",
    "unknown",
];

/// How an HTTP request ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StatusClass {
    /// It was done.
    Done,
    /// Whoever asked has to ask otherwise.
    Refused,
    /// The server failed, or could not say in time.
    Failed,
}

impl StatusClass {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Done, Self::Refused, Self::Failed];

    /// The class of a status.
    pub const fn of(status: u16) -> Self {
        match status {
            0..400 => Self::Done,
            400..500 => Self::Refused,
            _ => Self::Failed,
        }
    }

    /// As labels have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "2xx",
            Self::Refused => "4xx",
            Self::Failed => "5xx",
        }
    }
}

/// The methods by which resources of WHIP and WHEP are dealt with; `other` is every one that they don't take.
pub const RESOURCE_METHODS: [&str; 5] = ["POST", "PATCH", "DELETE", "OPTIONS", "other"];

/// What one of the dialects that make resources has answered, and what it holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ResourceTotals {
    /// Requests, by method and by the class of the status, each in the order in which they are listed.
    pub answered: [[u64; StatusClass::ALL.len()]; RESOURCE_METHODS.len()],
    /// Resources open now.
    pub open: u64,
}

/// What the admin API has answered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AdminTotals {
    /// Requests, by operation and by the class of the status, each in the order in which they are listed.
    pub answered: [[u64; StatusClass::ALL.len()]; ADMIN_OPERATIONS.len()],
    /// Callers who could not say who they are, those of whom nothing was written down included.
    pub turned_away: u64,
}
