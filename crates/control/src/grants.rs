//! Grants and caps: what a participant may do, and how much of it.
//!
//! They come with a [`Pass`], which whoever checks proofs has made of one (a token, say). Here they are values;
//! `driver` holds everybody to them.

pub(crate) mod change;

use std::sync::Arc;
use std::time::Instant;

use switchyard_vocab::demand::Preference;
use switchyard_vocab::ids::Tenant;
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::units::Bitrate;

use crate::codec_policy::CodecPolicy;
use crate::intent::TrackSource;
use crate::refusal::Refusal;

/// A proof that was found good: who vouches for a participant, for how long, and for what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pass {
    /// Whose participant it is.
    pub tenant: Tenant,
    /// The proof's own name, by which it can be revoked.
    pub token: Option<Arc<str>>,
    /// When it ends; the session ends with it unless there is another by then.
    pub expires_at: Option<Instant>,
    /// What it allows.
    pub permissions: Permissions,
    /// What a room takes that is opened with it, within what the server takes; of no meaning in rooms that
    /// there are.
    pub codecs: Option<Arc<CodecPolicy>>,
}

impl Default for Pass {
    /// Endless and ordinary, of a tenant without a name.
    fn default() -> Self {
        Self {
            tenant: Tenant::new(""),
            token: None,
            expires_at: None,
            permissions: Permissions::default(),
            codecs: None,
        }
    }
}

/// What a participant may do, and how much of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Permissions {
    /// What it may do.
    pub grants: Grants,
    /// How much of it.
    pub caps: Caps,
}

/// What a participant may do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Grants {
    /// Publish tracks of these sources.
    pub publish: Sources,
    /// Receive what others publish.
    pub subscribe: bool,
    /// Send text messages.
    pub messages: bool,
    /// Change its own name and metadata.
    pub rename: bool,
    /// Moderate: send others away, silence them, lock and end the room. Also see who is hidden.
    pub admin: bool,
    /// Be seen by nobody but those who moderate. Whoever is hidden publishes nothing.
    pub hidden: bool,
}

impl Default for Grants {
    /// What is granted when nothing is said: everything but to moderate and to hide.
    fn default() -> Self {
        Self {
            publish: Sources::ALL,
            subscribe: true,
            messages: true,
            rename: true,
            admin: false,
            hidden: false,
        }
    }
}

impl Grants {
    /// The sources of which tracks may be published: none while hidden.
    pub fn sources(&self) -> Sources {
        if self.hidden { Sources::NONE } else { self.publish }
    }

    /// Refuses what is not granted.
    pub(crate) fn check(&self, grant: Grant) -> Result<(), Refusal> {
        let is_granted = match grant {
            Grant::Subscribe => self.subscribe,
            Grant::Messages => self.messages,
            Grant::Rename => self.rename,
            Grant::Admin => self.admin,
        };
        if is_granted { Ok(()) } else { Err(Refusal::NotPermitted { grant: grant.as_str().to_owned() }) }
    }

    /// Refuses to publish a track of a source that is not granted.
    pub(crate) fn check_source(&self, source: TrackSource) -> Result<(), Refusal> {
        if self.sources().contains(source) {
            return Ok(());
        }
        let why =
            if self.hidden { "publish (while hidden)".to_owned() } else { format!("publish: {source}") };
        Err(Refusal::NotPermitted { grant: why })
    }
}

/// A grant that is asked for by name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Grant {
    Subscribe,
    Messages,
    Rename,
    Admin,
}

impl Grant {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Messages => "messages",
            Self::Rename => "rename",
            Self::Admin => "admin",
        }
    }
}

/// A set of [`TrackSource`]s.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sources(u8);

impl Sources {
    /// No source.
    pub const NONE: Self = Self(0);
    /// Every source there is.
    pub const ALL: Self = Self((1 << TrackSource::ALL.len()) - 1);

    /// Whether a source is in.
    pub const fn contains(self, source: TrackSource) -> bool {
        self.0 & (1 << source as u8) != 0
    }

    /// The members, in the order of [`TrackSource::ALL`].
    pub fn iter(self) -> impl Iterator<Item = TrackSource> {
        TrackSource::ALL.into_iter().filter(move |&source| self.contains(source))
    }
}

impl FromIterator<TrackSource> for Sources {
    fn from_iter<I: IntoIterator<Item = TrackSource>>(sources: I) -> Self {
        Self(sources.into_iter().fold(0, |set, source| set | (1 << source as u8)))
    }
}

/// How much of what is granted; `None` is as much as the server's limits allow.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Caps {
    /// The highest layer it receives of anything.
    pub max_layer: Option<SpatialLayer>,
    /// The rate at which all that it publishes is forwarded, at most.
    pub max_bitrate: Option<Bitrate>,
    /// Tracks it publishes at once.
    pub max_tracks: Option<usize>,
    /// Publications it receives at once.
    pub max_subscriptions: Option<usize>,
}

impl Caps {
    /// As much of a preference as the cap on layers leaves.
    pub(crate) fn bound(&self, preference: Preference) -> Preference {
        let most = self.max_layer.unwrap_or(SpatialLayer::HIGHEST);
        Preference { max_layer: preference.max_layer.min(most), ..preference }
    }

    /// Refuses one more track when there are `held` already.
    pub(crate) fn check_tracks(&self, held: usize) -> Result<(), Refusal> {
        under("tracks", held, self.max_tracks)
    }

    /// Refuses one more subscription when there are `held` already.
    pub(crate) fn check_subscriptions(&self, held: usize) -> Result<(), Refusal> {
        under("subscriptions", held, self.max_subscriptions)
    }
}

fn under(what: &'static str, held: usize, cap: Option<usize>) -> Result<(), Refusal> {
    match cap {
        Some(cap) if held >= cap => Err(Refusal::CapReached { what, cap }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
