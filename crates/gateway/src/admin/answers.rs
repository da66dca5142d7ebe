//! Participants as callers read them.

mod downlink;

use schemars::JsonSchema;
use serde::Serialize;
use switchyard_control::intent::Connection;
use switchyard_control::query::{
    ConnectionInfo, ParticipantDetail, ParticipantInfo, PublicationInfo, SubscriptionInfo,
};
use switchyard_vocab::decision::LimitingFactor;
use switchyard_vocab::layer::{self, SpatialLayer};

use self::downlink::Downlink;
use super::permissions::{PermissionsTold, Source};
use super::times;

/// Somebody in a room.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Participant {
    /// The number of the session.
    session: u64,
    /// Who.
    identity: String,
    /// A name for people to read.
    name: Option<String>,
    /// When they came.
    since: u64,
    /// Whether their signalling connection stands; without it they are waited for a while.
    connected: bool,
    /// Whether only those who moderate see them.
    hidden: bool,
    /// The worker that handles their media, once there is any.
    worker: Option<u8>,
    /// How much they publish.
    publications: u64,
    /// How much they receive, or want to.
    subscriptions: u64,
}

/// Somebody in a room, with everything that hangs on it.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Detail {
    /// The number of the session.
    session: u64,
    /// Who.
    identity: String,
    /// A name for people to read.
    name: Option<String>,
    /// When they came.
    since: u64,
    /// Whether their signalling connection stands; without it they are waited for a while.
    connected: bool,
    /// The worker that handles their media, once there is any.
    worker: Option<u8>,
    /// What the application has attached to them.
    metadata: Option<String>,
    /// Whether they receive everything without asking.
    auto_subscribe: bool,
    /// What they may do.
    permissions: PermissionsTold,
    /// The name of the token they came with.
    token_id: Option<String>,
    /// When their token ends, and the session with it.
    expires_at: Option<u64>,
    /// Their media connections.
    connections: Vec<MediaConnection>,
    /// What they publish.
    publications: Vec<Publication>,
    /// What they receive, or want to.
    subscriptions: Vec<Subscription>,
}

/// A media connection.
#[derive(Debug, JsonSchema, Serialize)]
struct MediaConnection {
    /// Which way media flows on it.
    way: Way,
    /// Whether media may flow.
    open: bool,
    /// What is known of the way to the participant, where something is received on it.
    downlink: Option<Downlink>,
}

/// Which way media flows, as the participant sees it.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    Publish,
    Subscribe,
}

/// A publication.
#[derive(Debug, JsonSchema, Serialize)]
struct Publication {
    /// Its number, unique on the server.
    id: u64,
    /// `audio` or `video`.
    kind: String,
    /// Where it comes from.
    source: Source,
    /// A name for people to read.
    name: Option<String>,
    /// What it is encoded with.
    codec: String,
    /// Whether it is silenced.
    muted: bool,
    /// How many receive it, or want to.
    subscribers: u64,
    /// The publication of which it is the same in a second codec.
    backup_of: Option<u64>,
    /// How many encodings were offered.
    encodings: u8,
    /// What has been seen of them, the smallest picture first.
    layers: Vec<Layer>,
}

/// An encoding that has been seen.
#[derive(Debug, JsonSchema, Serialize)]
struct Layer {
    /// Its rank by size: 0 is the smallest picture.
    layer: u8,
    /// Its place in the publisher's description.
    encoding: u8,
    /// Whether it is being sent now.
    live: bool,
    /// Columns, when known.
    width: Option<u16>,
    /// Rows, when known.
    height: Option<u16>,
    /// Its rate when that was last told.
    bits_per_second: u64,
}

/// A subscription.
#[derive(Debug, JsonSchema, Serialize)]
struct Subscription {
    /// Of which publication.
    publication: u64,
    /// Whose that is.
    publisher: Option<String>,
    /// Whether its m-line was answered, so that it can be forwarded.
    negotiated: bool,
    /// The highest layer wanted, as far as the token allows; null is any.
    max_layer: Option<u8>,
    /// Whether nothing is wanted for now.
    paused: bool,
    /// The layer that is forwarded; null when nothing is.
    layer: Option<u8>,
    /// The encoding that is forwarded; null when nothing is.
    encoding: Option<u8>,
    /// The encoding that is headed for, when it is not the same.
    target_encoding: Option<u8>,
    /// What keeps it from more; null before its worker has told anything.
    limited_by: Option<LimitedBy>,
}

/// What keeps a subscription from a higher layer.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum LimitedBy {
    Nothing,
    Preference,
    Bandwidth,
    PublisherNotSending,
    KeyframeWait,
    CodecUnsupported,
    TokenCap,
}

impl From<ParticipantInfo> for Participant {
    fn from(info: ParticipantInfo) -> Self {
        Self {
            session: info.session.0,
            identity: info.identity.to_string(),
            name: info.display_name,
            since: times::millis(info.since),
            connected: info.connected,
            hidden: info.hidden,
            worker: info.worker.map(|worker| worker.0),
            publications: info.publications as u64,
            subscriptions: info.subscriptions as u64,
        }
    }
}

impl From<ParticipantDetail> for Detail {
    fn from(detail: ParticipantDetail) -> Self {
        let about = detail.about;
        Self {
            session: about.session.0,
            identity: about.identity.to_string(),
            name: about.display_name,
            since: times::millis(about.since),
            connected: about.connected,
            worker: about.worker.map(|worker| worker.0),
            metadata: detail.metadata.as_deref().map(str::to_owned),
            auto_subscribe: detail.auto_subscribe,
            permissions: detail.permissions.into(),
            token_id: detail.token.as_deref().map(str::to_owned),
            expires_at: detail.expires_at.map(times::millis),
            connections: detail.connections.into_iter().map(MediaConnection::from).collect(),
            publications: detail.publications.into_iter().map(Publication::from).collect(),
            subscriptions: detail.subscriptions.into_iter().map(Subscription::from).collect(),
        }
    }
}

impl From<ConnectionInfo> for MediaConnection {
    fn from(info: ConnectionInfo) -> Self {
        let way = match info.connection {
            Connection::Publish => Way::Publish,
            Connection::Subscribe => Way::Subscribe,
        };
        Self { way, open: info.open, downlink: info.downlink.map(Downlink::from) }
    }
}

impl From<PublicationInfo> for Publication {
    fn from(info: PublicationInfo) -> Self {
        let about = info.about;
        Self {
            id: about.id.0,
            kind: about.kind.as_str().to_owned(),
            source: about.source.into(),
            name: about.name,
            codec: about.codec.name().to_owned(),
            muted: about.muted,
            subscribers: info.subscribers as u64,
            backup_of: info.backup_of.map(|publication| publication.0),
            encodings: about.encodings,
            layers: info.layers.iter().map(Layer::from).collect(),
        }
    }
}

impl From<&layer::Layer> for Layer {
    fn from(layer: &layer::Layer) -> Self {
        Self {
            layer: layer.rank.0,
            encoding: layer.encoding.0,
            live: layer.live,
            width: layer.size.map(|size| size.width),
            height: layer.size.map(|size| size.height),
            bits_per_second: layer.bitrate.as_bps(),
        }
    }
}

impl From<SubscriptionInfo> for Subscription {
    fn from(info: SubscriptionInfo) -> Self {
        let decision = info.decision;
        let most = info.preference.max_layer;
        let target =
            decision.and_then(|decision| decision.target.filter(|_| decision.target != decision.current));
        Self {
            publication: info.publication.0,
            publisher: info.publisher.map(|publisher| publisher.to_string()),
            negotiated: info.flowing,
            max_layer: (most != SpatialLayer::HIGHEST).then_some(most.0),
            paused: info.preference.paused,
            layer: decision.and_then(|decision| decision.layer).map(|layer| layer.0),
            encoding: decision.and_then(|decision| decision.current).map(|encoding| encoding.0),
            target_encoding: target.map(|encoding| encoding.0),
            limited_by: decision.map(|decision| decision.limited_by.into()),
        }
    }
}

impl From<LimitingFactor> for LimitedBy {
    fn from(factor: LimitingFactor) -> Self {
        match factor {
            LimitingFactor::None => Self::Nothing,
            LimitingFactor::Preference => Self::Preference,
            LimitingFactor::Bandwidth => Self::Bandwidth,
            LimitingFactor::PublisherNotSending => Self::PublisherNotSending,
            LimitingFactor::KeyframeWait => Self::KeyframeWait,
            LimitingFactor::CodecUnsupported => Self::CodecUnsupported,
            LimitingFactor::TokenCap => Self::TokenCap,
        }
    }
}
