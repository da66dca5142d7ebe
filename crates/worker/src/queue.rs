//! Between selection and release: what was selected waits in its subscriber's pacer.

use std::time::Duration;

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

/// A queue that takes longer than this holds back what follows it by more than people would notice.
const LONG_WAIT: Duration = Duration::from_millis(100);

/// What a network puts in front of a packet: IPv4 and UDP.
const HEADERS: usize = 20 + 8;

/// What encryption adds behind it.
const TAG: usize = 16;

/// The size of a packet with everything around it.
pub(crate) const fn on_wire(len: usize) -> DataSize {
    encrypted_on_wire(len + TAG)
}

/// The size of an encrypted packet with everything around it.
pub(crate) const fn encrypted_on_wire(len: usize) -> DataSize {
    DataSize::bytes((len + HEADERS) as u64)
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
    if matches!(verdict, Verdict::Switch | Verdict::Introduce) {
        // Another layer takes over: repairs of the old one would only hold it up, …
        let has_long_wait = peer.pacer.wait() > LONG_WAIT;
        let is_old = |queued: &Queued| {
            queued.subscription() == subscription && (has_long_wait || matches!(queued, Queued::Again { .. }))
        };
        // … and so would its pictures where many of them wait.
        counters.superseded += peer.pacer.discard(is_old) as u64;
        entry.switching = Some(packet);
    }
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
