//! Looking at the world by people's names.

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::ids::PublicationId;

use super::World;
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

    /// What `listener` has heard of the microphone of `whom`.
    pub fn hears(&self, listener: &str, whom: &str) -> Result<Heard, String> {
        let publication = self.publication(whom, MediaKind::Audio)?;
        let heard = self.who(listener)?.impression().heard.remove(&publication);
        heard
            .filter(|heard| heard.packets > 0)
            .ok_or_else(|| format!("{listener} has heard nothing of {whom}"))
    }
}
