//! Waiting for somebody to publish.

use std::time::Duration;

use switchyard_control::intent::Intent;
use switchyard_control::notice::{Notice, Participant};
use switchyard_vocab::ids::Identity;
use tokio::time::{sleep, timeout};

use super::{Over, Resource};
use crate::port::Seat;

/// Time for more tracks of somebody who has just published the first.
const MORE_TRACKS: Duration = Duration::from_millis(200);

impl Resource {
    /// Waits until `identity` publishes something, at most as long as is configured; what is there when it
    /// is over, is for control to say.
    pub(super) async fn wait_for(&mut self, identity: &Identity, joined: &Notice) -> Result<(), Over> {
        if publishes(joined, identity) {
            return Ok(());
        }
        let patience = self.whip.app.config.whip.wait_for_publisher;
        let published = async {
            loop {
                let notice = tokio::select! {
                    notice = self.seat.notices.recv() => notice,
                    _ = Seat::ended(&mut self.ended) => return Err(Over::Leave("ended from outside")),
                };
                if self.hear(notice)?.is_some_and(|told| publishes(&told.notice, identity)) {
                    sleep(MORE_TRACKS).await;
                    return Ok(());
                }
            }
        };
        timeout(patience, published).await.unwrap_or(Ok(()))
    }
}

impl Resource {
    /// Asks to receive. Where that lacks a codec for which its publisher was asked, it is waited for as for a
    /// publisher; after that, it is what there is.
    pub(super) async fn watch(&mut self, identity: Identity, sdp: String) -> Result<Notice, Over> {
        let intent = |whole| Intent::Watch { identity: identity.clone(), sdp: sdp.clone(), whole };
        match self.request(intent(true)).await {
            Err(Over::Refused(_)) if !self.lacking.is_empty() => {}
            answered => return answered,
        }
        let patience = self.whip.app.config.whip.wait_for_publisher;
        let decodable = async {
            while !self.lacking.is_empty() {
                let notice = tokio::select! {
                    notice = self.seat.notices.recv() => notice,
                    _ = Seat::ended(&mut self.ended) => return Err(Over::Leave("ended from outside")),
                };
                self.hear(notice)?;
            }
            Ok(())
        };
        timeout(patience, decodable).await.unwrap_or(Ok(()))?;
        self.request(intent(false)).await
    }
}

/// Whether a notice tells that somebody publishes.
fn publishes(notice: &Notice, sought: &Identity) -> bool {
    let has_tracks = |one: &Participant| one.identity == *sought && !one.publications.is_empty();
    match notice {
        Notice::Joined { participants, .. } => participants.iter().any(has_tracks),
        Notice::ParticipantJoined(participant) => has_tracks(participant),
        Notice::PublicationAdded { identity, .. } => identity == sought,
        _ => false,
    }
}
