//! Between selection and release: what was selected waits in its subscriber's pacer.

use switchyard_congestion::pacer::Class;
use switchyard_forward::publication::Publication;
use switchyard_forward::publication::cache::CacheRef;
use switchyard_vocab::counters::WorkerCounters;
use switchyard_vocab::decision::Verdict;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::units::DataSize;

use crate::peers::Peer;
use crate::subscriptions::{Entry, Queued, SubscriptionKey};

/// Packets that may have overtaken the first one of a keyframe and are still sent behind it: a burst
/// of a sender's pacer.
const MAX_OVERTAKING: u64 = 64;

/// What a network carries for a packet besides itself: IPv4, UDP and the tag.
const OVERHEAD: usize = 20 + 8 + 16;

/// The size of a packet with everything around it.
pub(crate) const fn on_wire(len: usize) -> DataSize {
    DataSize::bytes((len + OVERHEAD) as u64)
}

/// Lets a selected packet wait for its turn to leave.
pub(crate) fn queue(
    peer: &mut Peer,
    (class, size): (Class, DataSize),
    subscription: SubscriptionKey,
    entry: &mut Entry,
    (packet, verdict): (CacheRef, Verdict),
    counters: &mut WorkerCounters,
) {
    if peer.pacer.push(class, size, Queued::New { subscription, packet, verdict }).is_err() {
        counters.drops.add(DropReason::PacerFull);
        entry.handle_dropped(packet);
    }
}

/// The first packet of a keyframe may have been overtaken by the next ones, which were passed over
/// then: shows those that follow it without a gap once more.
pub(crate) fn catch_up(
    peer: &mut Peer,
    class: Class,
    key: SubscriptionKey,
    entry: &mut Entry,
    first: CacheRef,
    publication: &Publication,
    counters: &mut WorkerCounters,
) {
    for ahead in 1..=MAX_OVERTAKING {
        let packet = CacheRef { seq: first.seq.plus(ahead), ..first };
        let Some(cached) = publication.cache().get(packet) else { return };
        let verdict = entry.forwarding.select(cached.observed, publication.layers());
        if !matches!(verdict, Verdict::Skip(_)) {
            let size = on_wire(cached.bytes.len());
            queue(peer, (class, size), key, entry, (packet, verdict), counters);
        }
    }
}
