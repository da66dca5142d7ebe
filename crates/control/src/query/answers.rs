//! What answers tell.

use std::sync::Arc;
use std::time::Instant;

use switchyard_vocab::decision::Decision;
use switchyard_vocab::demand::Preference;
use switchyard_vocab::downlink::DownlinkFigures;
use switchyard_vocab::ids::{Identity, PeerId, PublicationId, SessionId, Tenant, WorkerId};
use switchyard_vocab::layer::Layers;

use crate::codec_policy::CodecPolicy;
use crate::grants::Permissions;
use crate::intent::Connection;
use crate::notice::Publication;
use crate::revocations::Revoked;
use crate::room::key::RoomKey;

/// Some of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Page<T, C> {
    /// The entries.
    pub items: Vec<T>,
    /// The last one's place, when more follow: ask for what comes after it.
    pub next: Option<C>,
}

/// A room.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoomInfo {
    /// Which one.
    pub room: RoomKey,
    /// When somebody first came.
    pub since: Option<Instant>,
    /// How many are in it.
    pub participants: usize,
    /// How much they publish, a second codec of the same not counted.
    pub publications: usize,
    /// What the application has attached to it.
    pub metadata: Option<Arc<str>>,
    /// Whether nobody but those who moderate is let in.
    pub locked: bool,
    /// What it takes of those who publish, within what the server takes.
    pub codecs: Arc<CodecPolicy>,
}

/// Somebody in a room.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ParticipantInfo {
    /// The number of the session.
    pub session: SessionId,
    /// Who.
    pub identity: Identity,
    /// A name for people to read.
    pub display_name: Option<String>,
    /// When they came.
    pub since: Instant,
    /// Whether they can be told things now, rather than being waited for after their connection was lost.
    pub connected: bool,
    /// Whether only those who moderate see them.
    pub hidden: bool,
    /// Where their media is handled, once there is any.
    pub worker: Option<WorkerId>,
    /// How much they publish, a second codec of the same not counted.
    pub publications: usize,
    /// How much they receive, or want to.
    pub subscriptions: usize,
}

/// Somebody in a room, with everything that hangs on it. Bounded by the limits on publications and
/// subscriptions of one session.
#[derive(Clone, Debug, PartialEq)]
pub struct ParticipantDetail {
    /// What is told of everybody.
    pub about: ParticipantInfo,
    /// What the application has attached to them.
    pub metadata: Option<Arc<str>>,
    /// Whether they receive everything without asking.
    pub auto_subscribe: bool,
    /// What they may do.
    pub permissions: Permissions,
    /// The name of the pass they came with.
    pub token: Option<Arc<str>>,
    /// When their pass ends.
    pub expires_at: Option<Instant>,
    /// Their media connections.
    pub connections: Vec<ConnectionInfo>,
    /// What they publish.
    pub publications: Vec<PublicationInfo>,
    /// What they receive, or want to.
    pub subscriptions: Vec<SubscriptionInfo>,
}

/// A media connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConnectionInfo {
    /// The number of its media side.
    pub peer: PeerId,
    /// Which way media flows on it.
    pub connection: Connection,
    /// Whether media may flow.
    pub open: bool,
    /// What its worker knows of the way to the participant. Control does not: it is for whoever reads what workers
    /// leave to add.
    pub downlink: Option<DownlinkFigures>,
}

/// A publication.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicationInfo {
    /// What everybody is told of it.
    pub about: Publication,
    /// What has been seen of it.
    pub layers: Layers,
    /// How many receive it, or want to.
    pub subscribers: usize,
    /// The publication of which it is the same in a second codec.
    pub backup_of: Option<PublicationId>,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct SubscriptionInfo {
    /// Of which publication.
    pub publication: PublicationId,
    /// Whose that is.
    pub publisher: Option<Identity>,
    /// Whether it has an m-line that was answered.
    pub flowing: bool,
    /// How much of it is wanted, as far as the pass allows.
    pub preference: Preference,
    /// What the worker last told of it.
    pub decision: Option<Decision>,
}

/// Who may not come back into a room.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ban {
    /// Who.
    pub identity: Identity,
    /// Until when.
    pub until: Instant,
}

/// A pass that no longer counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Revocation {
    /// Of which tenant.
    pub tenant: Tenant,
    /// Which one, or whose.
    pub revoked: Revoked,
    /// Until when.
    pub until: Instant,
}
