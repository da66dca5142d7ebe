//! Messages to intents, notices to messages. Values only; nothing is decided here.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use switchyard_control::grants;
use switchyard_control::intent::{Connection, Intent, OfferId, RequestId, TrackDescription, TrackSource};
use switchyard_control::notice::{self, Addressed, Notice};
use switchyard_control::refusal::Refusal;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::decision::{Decision, LimitingFactor};
use switchyard_vocab::ids::{Identity, PublicationId};
use switchyard_vocab::layer::SpatialLayer;

use super::client_message::{ClientMessage, Source, Track, Way};
use super::codecs;
use super::server_message::{
    Caps, ConnectionState, EndReason, Kind, Layer, LimitedBy, Own, Participant, Permissions, Publication,
    Published, Refused, ServerEnvelope, ServerMessage, Subscription,
};
use crate::auth::Admission;

/// The intent of a message; `None` for what the gateway answers itself or has to check first.
pub(super) fn intent(message: ClientMessage, admission: &Admission) -> Option<Intent> {
    let publication = PublicationId;
    Some(match message {
        ClientMessage::Ping {} | ClientMessage::RefreshToken { .. } => return None,
        ClientMessage::Join { auto_subscribe, name } => Intent::Join(admission.join(name, auto_subscribe)),
        ClientMessage::Leave {} => Intent::Leave,
        ClientMessage::Offer { sdp, tracks } => {
            Intent::Offer { sdp, tracks: tracks.into_iter().map(description).collect() }
        }
        ClientMessage::Answer { offer, sdp } => Intent::Answer { offer: OfferId(offer), sdp },
        ClientMessage::Candidate { connection, candidate } => {
            Intent::Candidate { connection: connection.into(), candidate }
        }
        ClientMessage::Unpublish { publication: id } => Intent::Unpublish { publication: publication(id) },
        ClientMessage::Mute { publication: id, muted } => {
            Intent::SetMuted { publication: publication(id), muted }
        }
        ClientMessage::Subscribe { publication: id } => Intent::Subscribe { publication: publication(id) },
        ClientMessage::Unsubscribe { publication: id } => {
            Intent::Unsubscribe { publication: publication(id) }
        }
        ClientMessage::SetMaxLayer { publication: id, layer } => Intent::SetMaxLayer {
            publication: publication(id),
            layer: layer.map_or(SpatialLayer::HIGHEST, SpatialLayer),
        },
        ClientMessage::Pause { publication: id, paused } => {
            Intent::SetPaused { publication: publication(id), paused }
        }
        ClientMessage::RestartIce {} => Intent::RestartIce,
        ClientMessage::SetName { name } => Intent::SetName(name),
        ClientMessage::SetMetadata { metadata } => Intent::SetMetadata(metadata),
        ClientMessage::Message { text, to } => {
            Intent::Message { text: text.into(), to: to.map(Identity::new), at: since_1970() }
        }
        ClientMessage::Kick { identity, reason, ban_seconds } => Intent::Kick {
            identity: Identity::new(identity),
            message: reason,
            ban: ban_seconds.map(Duration::from_secs),
        },
        ClientMessage::Lock { locked } => Intent::SetLocked(locked),
        ClientMessage::SetRoomMetadata { metadata } => Intent::SetRoomMetadata(metadata),
        ClientMessage::SetRoomCodecs { allowed, preferred } => {
            Intent::SetRoomCodecs(codecs::policy(allowed, preferred))
        }
        ClientMessage::EndRoom {} => Intent::EndRoom,
    })
}

/// The time by which messages are stamped: when they came in.
fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The messages of a notice: one, and behind a snapshot what belongs to it.
pub(super) fn messages(mut addressed: Addressed) -> impl Iterator<Item = ServerEnvelope> {
    let then = match &mut addressed.notice {
        Notice::Snapshot(snapshot) => std::mem::take(&mut snapshot.then),
        _ => Vec::new(),
    };
    let then = then.into_iter().map(|notice| ServerEnvelope { in_reply_to: None, message: said(notice) });
    std::iter::once(message(addressed)).chain(then)
}

/// The message of a notice.
fn message(addressed: Addressed) -> ServerEnvelope {
    let in_reply_to = addressed.in_reply_to.map(|RequestId(id)| id);
    let mut message = said(addressed.notice);
    if let ServerMessage::Refused(refused) = &mut message {
        refused.field = addressed.at_fault.map(field);
    }
    ServerEnvelope { in_reply_to, message }
}

/// How this dialect calls a part of an intent.
fn field(part: &'static str) -> String {
    match part {
        "message" => "reason",
        other => other,
    }
    .to_owned()
}

fn said(notice: Notice) -> ServerMessage {
    match notice {
        Notice::Joined {
            room,
            identity,
            display_name,
            own_metadata,
            participants,
            permissions,
            metadata,
            locked,
            codecs,
        } => ServerMessage::Joined {
            room: room.to_string(),
            identity: identity.to_string(),
            name: display_name,
            metadata: own_metadata.as_deref().map(str::to_owned),
            participants: participants.into_iter().map(Participant::from).collect(),
            permissions: permissions.into(),
            room_metadata: metadata.as_deref().map(str::to_owned),
            locked,
            codecs: codecs.as_ref().into(),
        },
        Notice::Snapshot(snapshot) => seen_again(*snapshot),
        Notice::PermissionsChanged(permissions) => {
            ServerMessage::PermissionsChanged { permissions: permissions.into() }
        }
        Notice::ParticipantJoined(participant) => {
            ServerMessage::ParticipantJoined { participant: participant.into() }
        }
        Notice::ParticipantLeft { identity } => {
            ServerMessage::ParticipantLeft { identity: identity.to_string() }
        }
        Notice::PublicationAdded { identity, publication } => ServerMessage::PublicationAdded {
            identity: identity.to_string(),
            publication: publication.into(),
        },
        Notice::PublicationRemoved { identity, publication, why } => ServerMessage::PublicationRemoved {
            identity: identity.to_string(),
            publication: publication.0,
            why: why.map(|refusal| refusal.code().to_owned()),
        },
        Notice::PublicationMuted { identity, publication, muted } => ServerMessage::PublicationMuted {
            identity: identity.to_string(),
            publication: publication.0,
            muted,
        },
        Notice::PublicationCodec { identity, publication, codec } => ServerMessage::PublicationCodec {
            identity: identity.to_string(),
            publication: publication.0,
            codec: codec.name().to_owned(),
        },
        Notice::PublicationLayers { publication, layers } => ServerMessage::PublicationLayers {
            publication: publication.0,
            layers: layers
                .iter()
                .map(|layer| Layer {
                    layer: layer.rank.0,
                    encoding: layer.encoding.0,
                    live: layer.live,
                    width: layer.size.map(|size| size.width),
                    height: layer.size.map(|size| size.height),
                    bits_per_second: layer.bitrate.as_bps(),
                })
                .collect(),
        },
        Notice::Answer { sdp, publications } => ServerMessage::Answer {
            sdp,
            publications: publications.into_iter().map(Published::from).collect(),
        },
        Notice::Offer { offer, sdp, subscriptions } => ServerMessage::Offer {
            offer: offer.0,
            sdp,
            subscriptions: subscriptions.into_iter().map(Subscription::from).collect(),
        },
        Notice::CodecWanted { publication, codecs } => ServerMessage::CodecWanted {
            publication: publication.0,
            codecs: codecs.iter().map(|codec| codec.name().to_owned()).collect(),
        },
        Notice::SubscriptionChanged { publication, decision } => decided(publication, decision),
        Notice::ConnectionChanged { connection, state } => changed(connection, state),
        Notice::Done => ServerMessage::Done {},
        Notice::Refused(refusal) => ServerMessage::Refused(refusal.into()),
        Notice::Ended(reason) => ServerMessage::Ended { reason: reason.into(), message: None },
        Notice::Kicked { message } => ServerMessage::Ended { reason: EndReason::Kicked, message },
        Notice::ParticipantChanged(participant) => {
            ServerMessage::ParticipantChanged { participant: participant.into() }
        }
        Notice::RoomChanged { metadata, locked, codecs } => ServerMessage::RoomChanged {
            metadata: metadata.as_deref().map(str::to_owned),
            locked,
            codecs: codecs.as_ref().into(),
        },
        Notice::MessageSent { number } => ServerMessage::MessageSent { number },
        Notice::Message(notice::Message { number, from, to, text, at }) => ServerMessage::Message {
            number,
            from: from.map(|from| from.to_string()),
            to: to.map(|to| to.to_string()),
            text: text.to_string(),
            at: at.as_millis() as u64,
        },
    }
}

fn seen_again(snapshot: notice::Snapshot) -> ServerMessage {
    let own =
        |own: notice::Own| Own { mid: own.mid.to_string(), publication: own.publication.0, muted: own.muted };
    ServerMessage::Snapshot {
        room: snapshot.room.to_string(),
        identity: snapshot.identity.to_string(),
        name: snapshot.display_name,
        metadata: snapshot.own_metadata.as_deref().map(str::to_owned),
        participants: snapshot.participants.into_iter().map(Participant::from).collect(),
        permissions: snapshot.permissions.into(),
        room_metadata: snapshot.metadata.as_deref().map(str::to_owned),
        locked: snapshot.locked,
        codecs: snapshot.codecs.as_ref().into(),
        own: snapshot.own.into_iter().map(own).collect(),
        subscriptions: snapshot.subscriptions.into_iter().map(Subscription::from).collect(),
        connections: snapshot.connections.into_iter().map(Way::from).collect(),
        missed_messages: snapshot.missed_messages,
    }
}

fn decided(publication: PublicationId, decision: Decision) -> ServerMessage {
    let (limited_by, why) = match decision.limited_by {
        LimitingFactor::None => (LimitedBy::Nothing, "this is the highest layer there is"),
        LimitingFactor::Preference => (LimitedBy::Preference, "you asked for no more than this"),
        LimitingFactor::Bandwidth if decision.target.is_none() => {
            (LimitedBy::Bandwidth, "not even its smallest layer fits on the way to you now")
        }
        LimitingFactor::Bandwidth => (LimitedBy::Bandwidth, "no higher layer fits on the way to you now"),
        LimitingFactor::PublisherNotSending if decision.target.is_none() => {
            (LimitedBy::PublisherNotSending, "the publisher sends nothing now that you could get")
        }
        LimitingFactor::PublisherNotSending => {
            (LimitedBy::PublisherNotSending, "the publisher sends nothing higher now")
        }
        LimitingFactor::KeyframeWait => (LimitedBy::KeyframeWait, "the next keyframe of it has not come yet"),
        LimitingFactor::CodecUnsupported => {
            (LimitedBy::CodecUnsupported, "your answer took none of the codecs in which it is published")
        }
        LimitingFactor::TokenCap => (LimitedBy::TokenCap, "your token allows no higher layer"),
    };
    ServerMessage::SubscriptionChanged {
        publication: publication.0,
        layer: decision.layer.map(|layer| layer.0),
        encoding: decision.current.map(|encoding| encoding.0),
        target_encoding: decision
            .target
            .filter(|&target| Some(target) != decision.current)
            .map(|encoding| encoding.0),
        limited_by,
        why: why.to_owned(),
    }
}

fn changed(connection: Connection, state: notice::ConnectionState) -> ServerMessage {
    let connection = connection.into();
    let (state, reason) = match state {
        notice::ConnectionState::Open => (ConnectionState::Open, None),
        notice::ConnectionState::Ended(end) => (ConnectionState::Ended, Some(end.as_str().to_owned())),
    };
    ServerMessage::ConnectionChanged { connection, state, reason }
}

fn description(track: Track) -> TrackDescription {
    let Track { mid, source, name, muted, backup_of } = track;
    TrackDescription { mid, source: source.into(), name, muted, backup_of: backup_of.map(PublicationId) }
}

impl From<Way> for Connection {
    fn from(way: Way) -> Self {
        match way {
            Way::Publish => Self::Publish,
            Way::Subscribe => Self::Subscribe,
        }
    }
}

impl From<Connection> for Way {
    fn from(connection: Connection) -> Self {
        match connection {
            Connection::Publish => Self::Publish,
            Connection::Subscribe => Self::Subscribe,
        }
    }
}

impl From<notice::Subscribed> for Subscription {
    fn from(line: notice::Subscribed) -> Self {
        Self { mid: line.mid.to_string(), publication: line.publication.0 }
    }
}

impl From<Source> for TrackSource {
    fn from(source: Source) -> Self {
        match source {
            Source::Camera => Self::Camera,
            Source::Microphone => Self::Microphone,
            Source::Screen => Self::Screen,
            Source::ScreenAudio => Self::ScreenAudio,
            Source::Unknown => Self::Unknown,
        }
    }
}

impl From<TrackSource> for Source {
    fn from(source: TrackSource) -> Self {
        match source {
            TrackSource::Camera => Self::Camera,
            TrackSource::Microphone => Self::Microphone,
            TrackSource::Screen => Self::Screen,
            TrackSource::ScreenAudio => Self::ScreenAudio,
            TrackSource::Unknown => Self::Unknown,
        }
    }
}

impl From<notice::Participant> for Participant {
    fn from(participant: notice::Participant) -> Self {
        Self {
            identity: participant.identity.to_string(),
            name: participant.display_name,
            metadata: participant.metadata.as_deref().map(str::to_owned),
            hidden: participant.hidden,
            connected: participant.connected,
            publications: participant.publications.into_iter().map(Publication::from).collect(),
        }
    }
}

impl From<grants::Permissions> for Permissions {
    fn from(permissions: grants::Permissions) -> Self {
        let grants::Permissions { grants, caps } = permissions;
        Self {
            publish: grants.sources().iter().map(Source::from).collect(),
            subscribe: grants.subscribe,
            messages: grants.messages,
            rename: grants.rename,
            admin: grants.admin,
            hidden: grants.hidden,
            caps: Caps {
                max_layer: caps.max_layer.map(|layer| layer.0),
                max_bitrate: caps.max_bitrate.map(|rate| rate.as_bps()),
                max_tracks: caps.max_tracks.map(|tracks| tracks as u64),
                max_subscriptions: caps.max_subscriptions.map(|count| count as u64),
            },
        }
    }
}

impl From<notice::Publication> for Publication {
    fn from(publication: notice::Publication) -> Self {
        Self {
            id: publication.id.0,
            kind: match publication.kind {
                MediaKind::Audio => Kind::Audio,
                MediaKind::Video => Kind::Video,
            },
            source: publication.source.into(),
            name: publication.name,
            muted: publication.muted,
            encodings: publication.encodings,
            codec: publication.codec.name().to_owned(),
        }
    }
}

impl From<notice::Published> for Published {
    fn from(published: notice::Published) -> Self {
        let mid = published.mid.to_string();
        match published.outcome {
            Ok(publication) => Self { mid, publication: Some(publication.0), refused: None },
            Err(refusal) => Self { mid, publication: None, refused: Some(refusal.into()) },
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code().to_owned(), message: refusal.to_string(), field: None }
    }
}

impl From<notice::EndReason> for EndReason {
    fn from(reason: notice::EndReason) -> Self {
        match reason {
            // Of those who came back too late the connection is closed without a word.
            notice::EndReason::Left | notice::EndReason::NotResumed => Self::Left,
            notice::EndReason::Replaced => Self::Replaced,
            notice::EndReason::ServerStopping => Self::ServerStopping,
            notice::EndReason::ProtocolError => Self::ProtocolError,
            notice::EndReason::TooSlow => Self::TooSlow,
            notice::EndReason::Kicked => Self::Kicked,
            notice::EndReason::RoomEnded => Self::RoomEnded,
            notice::EndReason::TokenExpired => Self::TokenExpired,
            notice::EndReason::TokenRevoked => Self::TokenRevoked,
            notice::EndReason::ResumedElsewhere => Self::ResumedElsewhere,
        }
    }
}

#[cfg(test)]
mod tests;
