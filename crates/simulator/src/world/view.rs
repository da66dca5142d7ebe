//! Looking at the world by people's names.

use switchyard_control::act::RoomKey;
use switchyard_control::query::{Answer, Query};
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::downlink::DownlinkFigures;
use switchyard_vocab::ids::{Identity, PeerId, PublicationId, RoomName, Tenant};

use super::{ROOM, World};
use crate::client::Client;
use crate::client::subscriber::{Heard, Seen};

impl World {
    /// The client called `name`, or that there is none.
    pub fn who(&self, name: &str) -> Result<&Client, String> {
        self.client(name).ok_or_else(|| format!("there is no {name}"))
    }

    /// What somebody publishes.
    pub fn publication(&self, name: &str, kind: MediaKind) -> Result<PublicationId, String> {
        let published = &self.who(name)?.told().published;
        published.get(&kind).copied().ok_or_else(|| format!("{name} publishes no {}", kind.as_str()))
    }

    /// What `viewer` has seen of the camera of `whom`.
    pub fn sees(&self, viewer: &str, whom: &str) -> Result<Seen, String> {
        let publication = self.publication(whom, MediaKind::Video)?;
        let seen = self.who(viewer)?.impression().seen.remove(&publication);
        seen.filter(|seen| seen.decoded > 0).ok_or_else(|| format!("{viewer} has seen nothing of {whom}"))
    }

    /// What the server's operator is told of the way to somebody who receives.
    pub fn downlink(&self, name: &str) -> Result<DownlinkFigures, String> {
        let room = RoomKey { tenant: Tenant::new(""), name: RoomName::new(ROOM) };
        let query = Query::Participant { room, identity: Identity::new(name) };
        let Answer::Participant(Some(detail)) = self.control.answer(self.clock.now(), &query) else {
            return Err(format!("there is no {name}"));
        };
        let told: Vec<_> = self.seats.iter().map(|seat| seat.downlinks.latest()).collect();
        let is_theirs = |peer: PeerId| detail.connections.iter().any(|connection| connection.peer == peer);
        let figures = told.iter().flat_map(|told| told.iter()).find(|(peer, _)| is_theirs(*peer));
        figures.map(|&(_, figures)| figures).ok_or_else(|| format!("nothing is told of the way to {name}"))
    }

    /// What `listener` has heard of the microphone of `whom`.
    pub fn hears(&self, listener: &str, whom: &str) -> Result<Heard, String> {
        let publication = self.publication(whom, MediaKind::Audio)?;
        let heard = self.who(listener)?.impression().heard.remove(&publication);
        heard
            .filter(|heard| heard.packets > 0)
            .ok_or_else(|| format!("{listener} has heard nothing of {whom}"))
    }
}
