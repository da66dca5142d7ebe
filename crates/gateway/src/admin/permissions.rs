//! What somebody may do and how much of it, as callers read and write it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use switchyard_control::act::{CapChange, GrantChange};
use switchyard_control::grants::{Permissions, Sources};
use switchyard_control::intent::TrackSource;
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::units::Bitrate;

use super::input::given;
use crate::auth::{CapClaims, GrantClaims};

/// Where media comes from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    Camera,
    Microphone,
    Screen,
    ScreenAudio,
    Unknown,
}

/// What may be published: everything, nothing, or tracks of the sources listed.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(untagged, expecting = "true, false or a list of sources")]
pub(super) enum Publish {
    /// Everything or nothing.
    All(bool),
    /// Tracks of these sources.
    Only(Vec<Source>),
}

/// What somebody may do. What is left out stays as it is, or as it usually is.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "GrantsGiven")]
pub(super) struct Grants {
    /// The sources of which tracks may be published.
    pub(super) publish: Option<Publish>,
    /// Receive what others publish.
    pub(super) subscribe: Option<bool>,
    /// Send text messages.
    pub(super) messages: Option<bool>,
    /// Change one's own name and metadata.
    pub(super) rename: Option<bool>,
    /// Moderate, and see who is hidden.
    pub(super) admin: Option<bool>,
    /// Be seen by nobody but those who moderate.
    pub(super) hidden: Option<bool>,
}

/// How much of it. What is left out stays as it is; null takes a cap away.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "CapsGiven")]
pub(super) struct Caps {
    /// The highest layer received of anything; 0 is the smallest picture.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<u8>")]
    pub(super) max_layer: Option<Option<u8>>,
    /// The rate at which what one publishes is forwarded, at most, in bits per second.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<u64>")]
    pub(super) max_bitrate: Option<Option<u64>>,
    /// Tracks published at once.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<u32>")]
    pub(super) max_tracks: Option<Option<u32>>,
    /// Publications received at once.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<u32>")]
    pub(super) max_subscriptions: Option<Option<u32>>,
}

/// What somebody may do, and how much of it.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "Permissions")]
pub(super) struct PermissionsTold {
    /// The sources of which tracks may be published.
    pub(super) publish: Vec<Source>,
    /// Receive what others publish.
    pub(super) subscribe: bool,
    /// Send text messages.
    pub(super) messages: bool,
    /// Change one's own name and metadata.
    pub(super) rename: bool,
    /// Moderate, and see who is hidden.
    pub(super) admin: bool,
    /// Seen by nobody but those who moderate.
    pub(super) hidden: bool,
    /// How much of it.
    pub(super) caps: CapsTold,
}

/// How much of what is permitted; null is bounded by the server's limits alone.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "Caps")]
pub(super) struct CapsTold {
    /// The highest layer received of anything.
    pub(super) max_layer: Option<u8>,
    /// The rate at which what one publishes is forwarded, at most, in bits per second.
    pub(super) max_bitrate: Option<u64>,
    /// Tracks published at once.
    pub(super) max_tracks: Option<u64>,
    /// Publications received at once.
    pub(super) max_subscriptions: Option<u64>,
}

impl Publish {
    fn sources(&self) -> Sources {
        match self {
            Self::All(true) => Sources::ALL,
            Self::All(false) => Sources::NONE,
            Self::Only(sources) => sources.iter().map(|&source| source.into()).collect(),
        }
    }
}

impl Grants {
    /// As a change of what somebody has.
    pub(super) fn change(&self) -> GrantChange {
        GrantChange {
            publish: self.publish.as_ref().map(Publish::sources),
            subscribe: self.subscribe,
            messages: self.messages,
            rename: self.rename,
            admin: self.admin,
            hidden: self.hidden,
        }
    }

    /// As a token says it.
    pub(super) fn claims(&self) -> GrantClaims {
        let usual = GrantClaims::default();
        GrantClaims {
            publish: self.publish.as_ref().map_or(usual.publish, Publish::sources),
            subscribe: self.subscribe.unwrap_or(usual.subscribe),
            messages: self.messages.unwrap_or(usual.messages),
            rename: self.rename.unwrap_or(usual.rename),
            admin: self.admin.unwrap_or(usual.admin),
            hidden: self.hidden.unwrap_or(usual.hidden),
        }
    }
}

impl Caps {
    /// As a change of what somebody has.
    pub(super) fn change(&self) -> CapChange {
        let count = |cap: Option<Option<u32>>| cap.map(|cap| cap.map(|cap| cap as usize));
        CapChange {
            max_layer: self.max_layer.map(|cap| cap.map(SpatialLayer)),
            max_bitrate: self.max_bitrate.map(|cap| cap.map(Bitrate::bps)),
            max_tracks: count(self.max_tracks),
            max_subscriptions: count(self.max_subscriptions),
        }
    }

    /// As a token says it.
    pub(super) fn claims(&self) -> CapClaims {
        let count = |cap: Option<Option<u32>>| cap.flatten().map(|cap| cap as usize);
        CapClaims {
            max_layer: self.max_layer.flatten(),
            max_bitrate: self.max_bitrate.flatten(),
            max_tracks: count(self.max_tracks),
            max_subscriptions: count(self.max_subscriptions),
        }
    }
}

impl From<Permissions> for PermissionsTold {
    fn from(permissions: Permissions) -> Self {
        let Permissions { grants, caps } = permissions;
        Self {
            publish: grants.sources().iter().map(Source::from).collect(),
            subscribe: grants.subscribe,
            messages: grants.messages,
            rename: grants.rename,
            admin: grants.admin,
            hidden: grants.hidden,
            caps: CapsTold {
                max_layer: caps.max_layer.map(|layer| layer.0),
                max_bitrate: caps.max_bitrate.map(Bitrate::as_bps),
                max_tracks: caps.max_tracks.map(|cap| cap as u64),
                max_subscriptions: caps.max_subscriptions.map(|cap| cap as u64),
            },
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
