//! What a notice weighs while it waits, as far as it is more than itself: texts and lists.

use std::mem::size_of;

use super::{Message, Notice, Participant, Publication, Published, Snapshot, Subscribed};

impl Notice {
    /// About how many bytes it takes to keep or to write, itself included. Text that many notices share counts for
    /// each of them, because each is written.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.carried()
    }

    fn carried(&self) -> usize {
        match self {
            Self::Joined { participants, metadata, own_metadata, .. } => {
                everybody(participants) + text(metadata.as_deref()) + text(own_metadata.as_deref())
            }
            Self::Snapshot(snapshot) => snapshot.weight(),
            Self::ParticipantChanged(who) | Self::ParticipantJoined(who) => who.weight(),
            Self::RoomChanged { metadata, .. } => text(metadata.as_deref()),
            Self::Message(Message { text, .. }) => text.len(),
            Self::Kicked { message } => text(message.as_deref()),
            Self::ParticipantLeft { identity }
            | Self::PublicationRemoved { identity, .. }
            | Self::PublicationMuted { identity, .. }
            | Self::PublicationCodec { identity, .. } => identity.as_str().len(),
            Self::PublicationAdded { identity, publication } => {
                identity.as_str().len() + publication.weight()
            }
            Self::Answer { sdp, publications } => sdp.len() + size_of::<Published>() * publications.len(),
            Self::Offer { sdp, subscriptions, .. } => {
                sdp.len() + size_of::<Subscribed>() * subscriptions.len()
            }
            _ => 0,
        }
    }
}

impl Snapshot {
    fn weight(&self) -> usize {
        let then: usize = self.then.iter().map(Notice::weight).sum();
        let lines = size_of::<Subscribed>() * (self.own.len() + self.subscriptions.len());
        let texts = text(self.metadata.as_deref()) + text(self.own_metadata.as_deref());
        size_of::<Self>() + everybody(&self.participants) + lines + texts + then
    }
}

impl Participant {
    fn weight(&self) -> usize {
        let publications: usize = self.publications.iter().map(Publication::weight).sum();
        let texts = text(self.display_name.as_deref()) + text(self.metadata.as_deref());
        size_of::<Self>() + self.identity.as_str().len() + texts + publications
    }
}

impl Publication {
    fn weight(&self) -> usize {
        size_of::<Self>() + text(self.name.as_deref())
    }
}

fn everybody(participants: &[Participant]) -> usize {
    participants.iter().map(Participant::weight).sum()
}

fn text(text: Option<&str>) -> usize {
    text.map_or(0, str::len)
}

#[cfg(test)]
mod tests;
