//! Changes of what a participant may do.

use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::units::Bitrate;

use super::{Caps, Grants, Permissions, Sources};

/// What is to be different about permissions; what is left out stays.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PermissionChange {
    /// Of what somebody may do.
    pub grants: GrantChange,
    /// Of how much.
    pub caps: CapChange,
}

/// What is to be different about grants.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GrantChange {
    /// See [`Grants::publish`].
    pub publish: Option<Sources>,
    /// See [`Grants::subscribe`].
    pub subscribe: Option<bool>,
    /// See [`Grants::messages`].
    pub messages: Option<bool>,
    /// See [`Grants::rename`].
    pub rename: Option<bool>,
    /// See [`Grants::admin`].
    pub admin: Option<bool>,
    /// See [`Grants::hidden`].
    pub hidden: Option<bool>,
}

/// What is to be different about caps; `Some(None)` takes one away.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CapChange {
    /// See [`Caps::max_layer`].
    pub max_layer: Option<Option<SpatialLayer>>,
    /// See [`Caps::max_bitrate`].
    pub max_bitrate: Option<Option<Bitrate>>,
    /// See [`Caps::max_tracks`].
    pub max_tracks: Option<Option<usize>>,
    /// See [`Caps::max_subscriptions`].
    pub max_subscriptions: Option<Option<usize>>,
}

impl PermissionChange {
    /// Permissions as they are afterwards.
    pub(crate) fn apply(&self, before: Permissions) -> Permissions {
        let Permissions { grants, caps } = before;
        let Self { grants: changed, caps: capped } = self;
        Permissions {
            grants: Grants {
                publish: changed.publish.unwrap_or(grants.publish),
                subscribe: changed.subscribe.unwrap_or(grants.subscribe),
                messages: changed.messages.unwrap_or(grants.messages),
                rename: changed.rename.unwrap_or(grants.rename),
                admin: changed.admin.unwrap_or(grants.admin),
                hidden: changed.hidden.unwrap_or(grants.hidden),
            },
            caps: Caps {
                max_layer: capped.max_layer.unwrap_or(caps.max_layer),
                max_bitrate: capped.max_bitrate.unwrap_or(caps.max_bitrate),
                max_tracks: capped.max_tracks.unwrap_or(caps.max_tracks),
                max_subscriptions: capped.max_subscriptions.unwrap_or(caps.max_subscriptions),
            },
        }
    }
}
