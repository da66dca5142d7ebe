//! Which part of an intent a refusal is about.

use super::Intent;
use crate::refusal::Refusal;

/// The parts of one intent that may be at fault, by what they say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    /// A description, or a piece of one.
    description: Option<&'static str>,
    /// Which publication is meant.
    publication: Option<&'static str>,
    /// Who is meant.
    participant: Option<&'static str>,
    /// What people read.
    words: Option<&'static str>,
    /// What programs read.
    metadata: Option<&'static str>,
    /// Who vouches for the participant.
    token: Option<&'static str>,
}

impl Parts {
    pub(crate) fn of(intent: &Intent) -> Self {
        let none = Self::default();
        match intent {
            Intent::Join(_) | Intent::Refresh(_) => Self { token: Some("token"), ..none },
            Intent::Offer { .. } => Self { description: Some("sdp"), publication: Some("tracks"), ..none },
            Intent::Answer { .. } | Intent::Ingest { .. } => Self { description: Some("sdp"), ..none },
            Intent::Watch { .. } => Self { description: Some("sdp"), participant: Some("identity"), ..none },
            Intent::Fragment { .. } => Self { description: Some("fragment"), ..none },
            Intent::Candidate { .. } => Self { description: Some("candidate"), ..none },
            Intent::Unpublish { .. }
            | Intent::SetMuted { .. }
            | Intent::Subscribe { .. }
            | Intent::Unsubscribe { .. }
            | Intent::SetMaxLayer { .. }
            | Intent::SetPaused { .. } => Self { publication: Some("publication"), ..none },
            Intent::Message { .. } => Self { participant: Some("to"), words: Some("text"), ..none },
            Intent::Kick { .. } => Self { participant: Some("identity"), words: Some("message"), ..none },
            Intent::SetMetadata(_) | Intent::SetRoomMetadata(_) => {
                Self { metadata: Some("metadata"), ..none }
            }
            _ => none,
        }
    }

    /// The one part that a refusal is about, if it is about one.
    pub(crate) fn at_fault(self, refusal: &Refusal) -> Option<&'static str> {
        match refusal {
            Refusal::BadName { what: "display name", .. } => Some("name"),
            Refusal::BadName { what: "track name", .. } => self.publication,
            Refusal::BadName { what, .. } => Some(what),
            Refusal::BadDescription(_) | Refusal::NoUsableCodec { .. } | Refusal::CodecNotAllowed { .. } => {
                self.description
            }
            Refusal::UnfitForBackup(_)
            | Refusal::UnknownPublication(_)
            | Refusal::NotYours(_)
            | Refusal::OwnPublication(_)
            | Refusal::NotSubscribed(_) => self.publication,
            Refusal::UnknownParticipant(_) | Refusal::NothingPublished(_) => self.participant,
            Refusal::StaleAnswer(_) => Some("offer"),
            Refusal::MessageTooLong { .. } => self.words,
            Refusal::MetadataTooLong { .. } => self.metadata,
            Refusal::TokenRevoked | Refusal::TokenForOtherRoom => self.token,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
