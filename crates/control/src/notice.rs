//! Notices: what control tells a participant, whatever dialect it speaks.

mod weight;

use std::sync::Arc;
use std::time::Duration;

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::decision::Decision;
use switchyard_vocab::ids::{Identity, PublicationId, RoomName, SessionId};
use switchyard_vocab::layer::Layers;
use switchyard_vocab::rtp::Mid;

use crate::codec_policy::CodecPolicy;
use crate::grants::Permissions;
use crate::intent::{Connection, OfferId, RequestId, TrackSource};
use crate::refusal::Refusal;

/// One notice with its addressee.
#[derive(Clone, Debug, PartialEq)]
pub struct Addressed {
    /// Who is told.
    pub session: SessionId,
    /// The request it answers, if it answers one.
    pub in_reply_to: Option<RequestId>,
    /// What is told.
    pub notice: Notice,
    /// Of a refusal: the one part of the intent that it is about, when it is about one, as
    /// [`Intent`](crate::intent::Intent) names it.
    pub at_fault: Option<&'static str>,
}

/// What a participant is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// You are in; this is who and what is there.
    Joined {
        /// The room.
        room: RoomName,
        /// Who you are.
        identity: Identity,
        /// The name others read of you.
        display_name: Option<String>,
        /// What the application has attached to you.
        own_metadata: Option<Arc<str>>,
        /// The others, with what they publish.
        participants: Vec<Participant>,
        /// What you may do.
        permissions: Permissions,
        /// What the application has attached to the room.
        metadata: Option<Arc<str>>,
        /// Whether nobody but those who moderate is let in.
        locked: bool,
        /// What the room takes of those who publish.
        codecs: Arc<CodecPolicy>,
    },
    /// You are back; this is all that you may have missed.
    Snapshot(Box<Snapshot>),
    /// Somebody, perhaps you, appears otherwise than before.
    ParticipantChanged(Participant),
    /// What is known of the room has changed.
    RoomChanged {
        /// What the application has attached to it.
        metadata: Option<Arc<str>>,
        /// Whether nobody but those who moderate is let in.
        locked: bool,
        /// What it takes of those who publish from now on.
        codecs: Arc<CodecPolicy>,
    },
    /// Somebody says something.
    Message(Message),
    /// What you said was handed on.
    MessageSent {
        /// The number it got.
        number: u64,
    },
    /// You were sent away: the session is over; nothing follows.
    Kicked {
        /// What the moderator has to say about it.
        message: Option<String>,
    },
    /// What you may do has changed, and counts from now on.
    PermissionsChanged(Permissions),
    /// Somebody came.
    ParticipantJoined(Participant),
    /// Somebody went, with all that they published.
    ParticipantLeft {
        /// Who.
        identity: Identity,
    },
    /// Somebody publishes a new track.
    PublicationAdded {
        /// Who.
        identity: Identity,
        /// What.
        publication: Publication,
    },
    /// A track is gone.
    PublicationRemoved {
        /// Who published it.
        identity: Identity,
        /// Which one.
        publication: PublicationId,
        /// Why the server took it away, told to its publisher alone.
        why: Option<Refusal>,
    },
    /// A track was silenced or unsilenced by its publisher.
    PublicationMuted {
        /// Who published it.
        identity: Identity,
        /// Which one.
        publication: PublicationId,
        /// Whether it is silent now.
        muted: bool,
    },
    /// A track is sent in another codec than before.
    PublicationCodec {
        /// Who publishes it.
        identity: Identity,
        /// Which one.
        publication: PublicationId,
        /// The codec it is sent in now.
        codec: Codec,
    },
    /// What a publication sends has changed.
    PublicationLayers {
        /// Which one.
        publication: PublicationId,
        /// Its live encodings, the smallest first.
        layers: Layers,
    },
    /// Our answer to your offer, or to a fragment that restarted ICE.
    Answer {
        /// Our session description, or our fragment of one.
        sdp: String,
        /// What became of the m-lines on which you send; of those who
        /// [watch](crate::intent::Intent::Watch), what the m-lines carry on which they receive.
        publications: Vec<Published>,
    },
    /// Our offer on the connection on which you receive; answer it with its number.
    Offer {
        /// Its number.
        offer: OfferId,
        /// Our session description.
        sdp: String,
        /// Which publication each active m-line carries.
        subscriptions: Vec<Subscribed>,
    },
    /// What you get of a subscribed publication, and why not more.
    SubscriptionChanged {
        /// Which one.
        publication: PublicationId,
        /// What you get now.
        decision: Decision,
    },
    /// Somebody can't decode your publication: publish the same in one of these codecs as well, and name it
    /// as its [backup](crate::intent::TrackDescription::backup_of).
    CodecWanted {
        /// Which one.
        publication: PublicationId,
        /// Any of these would do, the likeliest first.
        codecs: Vec<Codec>,
    },
    /// One of your connections opened or ended.
    ConnectionChanged {
        /// Which one.
        connection: Connection,
        /// What happened.
        state: ConnectionState,
    },
    /// Your request was carried out and has no other answer.
    Done,
    /// Your request was refused; nothing has changed.
    Refused(Refusal),
    /// The session is over; nothing follows.
    Ended(EndReason),
}

impl Notice {
    /// Why the session is over, when this says that it is.
    pub const fn end(&self) -> Option<EndReason> {
        match self {
            Self::Ended(reason) => Some(*reason),
            Self::Kicked { .. } => Some(EndReason::Kicked),
            _ => None,
        }
    }

    /// An answer that also speaks of m-lines that were refused before it was made; any other notice as it is.
    pub(crate) fn with_refused(mut self, refused: Vec<Published>) -> Self {
        if let Self::Answer { publications, .. } = &mut self {
            publications.extend(refused);
        }
        self
    }
}

/// All that a participant has to know who was not heard of for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The room.
    pub room: RoomName,
    /// Who you are.
    pub identity: Identity,
    /// The name others read of you.
    pub display_name: Option<String>,
    /// What the application has attached to you.
    pub own_metadata: Option<Arc<str>>,
    /// The others, with what they publish.
    pub participants: Vec<Participant>,
    /// What you may do.
    pub permissions: Permissions,
    /// What the application has attached to the room.
    pub metadata: Option<Arc<str>>,
    /// Whether nobody but those who moderate is let in.
    pub locked: bool,
    /// What the room takes of those who publish.
    pub codecs: Arc<CodecPolicy>,
    /// What you publish.
    pub own: Vec<Own>,
    /// What the m-lines carry on which you receive, as last settled.
    pub subscriptions: Vec<Subscribed>,
    /// Those of your connections that the server still has.
    pub connections: Vec<Connection>,
    /// How many messages you have missed that are no longer kept, at most.
    pub missed_messages: u64,
    /// What you are told right behind it: what the rest of the world looks like, and the messages you missed.
    pub then: Vec<Notice>,
}

/// A publication of one's own, by the m-line that feeds it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Own {
    /// The m-line.
    pub mid: Mid,
    /// What it feeds.
    pub publication: PublicationId,
    /// Whether it is silent.
    pub muted: bool,
}

/// What somebody says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// Rises by one from message to message of the room, the same for everybody; those to one participant are
    /// counted apart, by recipient. Counting begins with the room and the recipient's session.
    pub number: u64,
    /// Who; `None` is the server's operator.
    pub from: Option<Identity>,
    /// To whom alone.
    pub to: Option<Identity>,
    /// What.
    pub text: Arc<str>,
    /// When it came in, in time since 1970.
    pub at: Duration,
}

/// Somebody in the room.
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    /// Who.
    pub identity: Identity,
    /// A name for people to read.
    pub display_name: Option<String>,
    /// What the application has attached to them.
    pub metadata: Option<Arc<str>>,
    /// Whether only those who moderate see them.
    pub hidden: bool,
    /// Whether they can be told anything now; who can't may come back soon.
    pub connected: bool,
    /// What they publish.
    pub publications: Vec<Publication>,
}

/// A published track.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    /// Its number.
    pub id: PublicationId,
    /// Sound or picture.
    pub kind: MediaKind,
    /// Where it comes from.
    pub source: TrackSource,
    /// A name for people to read.
    pub name: Option<String>,
    /// Whether its publisher has silenced it.
    pub muted: bool,
    /// How many encodings were offered.
    pub encodings: u8,
    /// What it is encoded with.
    pub codec: Codec,
}

/// What became of an m-line on which a participant sends.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// The m-line.
    pub mid: Mid,
    /// The publication it feeds, or why it was refused.
    pub outcome: Result<PublicationId, Refusal>,
}

/// Which publication an m-line of our offer carries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subscribed {
    /// The m-line.
    pub mid: Mid,
    /// What it carries.
    pub publication: PublicationId,
}

/// What happened to a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConnectionState {
    /// Media may flow.
    Open,
    /// It is over.
    Ended(LineEnd),
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum EndReason {
    /// You left.
    Left,
    /// Somebody joined as you; the newer session stays.
    Replaced,
    /// The server stops.
    ServerStopping,
    /// You did not join in time, or broke the dialect's rules.
    ProtocolError,
    /// You could not be told things as fast as they happened.
    TooSlow,
    /// A moderator sent you away.
    Kicked,
    /// A moderator ended the room.
    RoomEnded,
    /// Your pass is over, and you showed no other in time.
    TokenExpired,
    /// Your pass no longer holds.
    TokenRevoked,
    /// You are here by another connection, and go on there.
    ResumedElsewhere,
    /// You came back too late: the session was over for want of a connection.
    NotResumed,
}
