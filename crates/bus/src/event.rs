//! Events: what a worker tells control. The worker never waits.

use std::time::Duration;

use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::decision::Decision;
use switchyard_vocab::ids::{PeerId, PublicationId, SubscriptionId};
use switchyard_vocab::layer::Layers;
use switchyard_vocab::profile::Format;

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
        /// Its encodings that have been seen, the smallest picture first.
        layers: Layers,
        /// What it is encoded in, if that is known: its sender may turn to any format that was negotiated.
        format: Option<Format>,
    },
    /// What a subscription gets has changed.
    SubscriptionChanged {
        /// Which subscription.
        subscription: SubscriptionId,
        /// What it gets now, and why not more.
        decision: Decision,
    },
}
