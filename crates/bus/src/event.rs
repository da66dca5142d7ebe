//! Events: what a worker tells control. The worker never waits.

use std::time::Duration;

use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::decision::Decision;
use switchyard_vocab::ids::{PeerId, PublicationId, SubscriptionId};
use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS, PictureSize, SpatialLayer};
use switchyard_vocab::units::Bitrate;

/// Events of one worker that may wait for control. When it is full, the worker marks what changed
/// as dirty and sends its state in a later turn.
pub const CAPACITY: usize = 4_096;

const _: () = assert!(
    CAPACITY >= 2 * crate::command::CAPACITY,
    "every command may cause an answer and an end before control reads again"
);

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A peer's line is open: media may flow.
    PeerOpened {
        /// Which peer.
        peer: PeerId,
        /// Time from `OpenPeer` to here.
        took: Duration,
    },
    /// A peer is gone, with everything it published and subscribed to.
    PeerEnded {
        /// Which peer.
        peer: PeerId,
        /// Why.
        end: LineEnd,
    },
    /// What a publication sends has changed.
    PublicationChanged {
        /// Which publication.
        publication: PublicationId,
        /// Its encodings, the smallest picture first.
        layers: Layers,
    },
    /// What a subscription gets has changed.
    SubscriptionChanged {
        /// Which subscription.
        subscription: SubscriptionId,
        /// What it gets now, and why not more.
        decision: Decision,
    },
}

/// The live encodings of a publication, by rank.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Layers([Option<LiveLayer>; MAX_ENCODINGS]);

/// One encoding that is being sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LiveLayer {
    /// Its place in SDP.
    pub encoding: EncodingIndex,
    /// Its rank by size.
    pub layer: SpatialLayer,
    /// Its picture size, when known.
    pub size: Option<PictureSize>,
    /// Its measured rate.
    pub bitrate: Bitrate,
}

impl Layers {
    /// Adds the next larger layer; those past [`MAX_ENCODINGS`] are left out.
    pub fn push(&mut self, layer: LiveLayer) {
        if let Some(free) = self.0.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(layer);
        }
    }

    /// The layers, the smallest picture first.
    pub fn iter(&self) -> impl Iterator<Item = &LiveLayer> {
        self.0.iter().flatten()
    }
}
