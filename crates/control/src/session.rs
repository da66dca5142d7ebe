//! A session: what one participant sends and receives, and on which connections.

pub(crate) mod line;
pub(crate) mod negotiation;
pub(crate) mod presence;
pub(crate) mod publishing;
pub(crate) mod subscribing;
pub(crate) mod telling;
pub(crate) mod watching;

use switchyard_vocab::ids::{PeerId, PublicationId, SubscriptionId, WorkerId};
use switchyard_vocab::units::Bitrate;

use crate::grants::Pass;
use crate::pace::Pace;
use crate::room::key::RoomKey;
use presence::Presence;
use publishing::Publishing;
use subscribing::Subscribing;
use telling::{MUTES_PER_SECOND, PRESENCE_PER_SECOND, Telling};
use watching::Watching;

/// A participant that is in a room. Both its connections live on one worker.
pub(crate) struct Session {
    pub(crate) room: RoomKey,
    pub(crate) pass: Pass,
    /// It has published something, now or before.
    pub(crate) has_published: bool,
    /// What is set aside of its tenant's quota, since it first published.
    pub(crate) set_aside: Option<Bitrate>,
    /// How often it tells everybody something.
    pub(crate) pace: Pace,
    /// How often it begins to publish something.
    pub(crate) publishing_pace: Pace,
    pub(crate) mutes: Telling<PublicationId>,
    pub(crate) returns: Telling<()>,
    pub(crate) presence: Presence,
    pub(crate) worker: Option<WorkerId>,
    pub(crate) publishing: Publishing,
    pub(crate) subscribing: Subscribing,
    pub(crate) watching: Option<Watching>,
    /// It has published by a description alone, and hears nothing that it is told.
    pub(crate) is_deaf: bool,
}

impl Session {
    pub(crate) fn new(room: RoomKey, pass: Pass) -> Self {
        Self {
            room,
            pass,
            has_published: false,
            set_aside: None,
            pace: Pace::default(),
            publishing_pace: Pace::default(),
            mutes: Telling::new(MUTES_PER_SECOND),
            returns: Telling::new(PRESENCE_PER_SECOND),
            presence: Presence::default(),
            worker: None,
            publishing: Publishing::default(),
            subscribing: Subscribing::new(),
            watching: None,
            is_deaf: false,
        }
    }

    /// The peers it has now.
    pub(crate) fn peers(&self) -> impl Iterator<Item = PeerId> {
        let watching = self.watching.as_ref().map(Watching::peer);
        self.publishing.peer().into_iter().chain(self.subscribing.peer()).chain(watching)
    }

    /// The publication whose media one is received as: itself, or its backup.
    pub(crate) fn carrier_of(&self, publication: PublicationId) -> Option<PublicationId> {
        let watched = self.watching.as_ref().and_then(|watching| watching.carrier_of(publication));
        watched.or_else(|| self.subscribing.carrier_of(publication))
    }

    /// What it receives, or wants to.
    pub(crate) fn subscriptions(&self) -> impl Iterator<Item = SubscriptionId> {
        let watching = self.watching.iter().flat_map(Watching::subscriptions);
        self.subscribing.subscriptions().chain(watching)
    }
}
