//! A session: what one participant sends and receives, and on which connections.

pub(crate) mod line;
pub(crate) mod negotiation;
pub(crate) mod publishing;
pub(crate) mod subscribing;

use switchyard_vocab::ids::{PeerId, RoomName, WorkerId};

use publishing::Publishing;
use subscribing::Subscribing;

/// A participant that is in a room. Both its connections live on one worker.
pub(crate) struct Session {
    pub(crate) room: RoomName,
    pub(crate) worker: Option<WorkerId>,
    pub(crate) publishing: Publishing,
    pub(crate) subscribing: Subscribing,
}

impl Session {
    pub(crate) fn new(room: RoomName) -> Self {
        Self { room, worker: None, publishing: Publishing::default(), subscribing: Subscribing::new() }
    }

    /// The peers it has now.
    pub(crate) fn peers(&self) -> impl Iterator<Item = PeerId> {
        self.publishing.peer().into_iter().chain(self.subscribing.peer())
    }
}
