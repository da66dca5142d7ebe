//! The subscriptions of one worker.

use rustc_hash::FxHashMap;
use slab::Slab;
use switchyard_forward::publication::cache::CacheRef;
use switchyard_forward::subscription::Subscription;
use switchyard_vocab::decision::{Decision, Verdict};
use switchyard_vocab::ids::{PublicationId, SubscriptionId};
use switchyard_vocab::rtp::ExtSeqNo;

use crate::peers::PeerKey;

/// Place of a subscription in the table. A place that was freed and taken again has another age, so
/// that what waits in a pacer never goes out on somebody else's stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct SubscriptionKey {
    place: usize,
    age: u64,
}

/// What waits in a pacer: a small value that stands for a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Queued {
    /// A packet on its first way out.
    New {
        /// Where to.
        subscription: SubscriptionKey,
        /// Which one.
        packet: CacheRef,
        /// How it was selected.
        verdict: Verdict,
    },
    /// A packet that was asked for again.
    Again {
        /// Where to.
        subscription: SubscriptionKey,
        /// Its number when it was sent.
        seq: ExtSeqNo,
    },
}

impl Queued {
    /// Where to.
    pub(crate) const fn subscription(self) -> SubscriptionKey {
        let (Self::New { subscription, .. } | Self::Again { subscription, .. }) = self;
        subscription
    }
}

/// One subscription with its surroundings.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: SubscriptionId,
    pub(crate) peer: PeerKey,
    pub(crate) publication: PublicationId,
    pub(crate) forwarding: Subscription,
    pub(crate) cname: String,
    /// A picture it wants has no keyframe yet, and whether to ask for one has been looked at.
    pub(crate) waits: bool,
    /// The first packet of another layer, while it waits in the pacer.
    pub(crate) switching: Option<CacheRef>,
    /// What control was told last.
    pub(crate) told: Option<Decision>,
    /// It changed and control has not been told.
    pub(crate) is_news: bool,
    age: u64,
}

impl Entry {
    /// A selected packet will never leave: a picture goes on at a keyframe, for which has to be asked.
    pub(crate) fn handle_dropped(&mut self, packet: CacheRef) {
        self.forwarding.handle_dropped(packet);
        self.waits = false;
        self.note_left(packet);
    }

    /// A selected packet does not wait in the pacer any more.
    pub(crate) fn note_left(&mut self, packet: CacheRef) {
        self.switching.take_if(|switching| *switching == packet);
    }
}

/// All subscriptions of one worker.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    slots: Slab<Entry>,
    by_id: FxHashMap<SubscriptionId, SubscriptionKey>,
    ages: u64,
}

impl Subscriptions {
    /// Adds a subscription.
    pub(crate) fn insert(
        &mut self,
        id: SubscriptionId,
        peer: PeerKey,
        publication: PublicationId,
        forwarding: Subscription,
        cname: String,
    ) -> SubscriptionKey {
        self.ages += 1;
        let age = self.ages;
        let (waits, switching, told, is_news) = (false, None, None, false);
        let entry = Entry { id, peer, publication, forwarding, cname, waits, switching, told, is_news, age };
        let key = SubscriptionKey { place: self.slots.insert(entry), age };
        self.by_id.insert(id, key);
        key
    }

    /// Takes a subscription out.
    pub(crate) fn remove(&mut self, key: SubscriptionKey) -> Option<Entry> {
        self.get(key)?;
        let entry = self.slots.try_remove(key.place)?;
        self.by_id.remove(&entry.id);
        Some(entry)
    }

    /// The subscription that control means.
    pub(crate) fn by_id(&self, id: SubscriptionId) -> Option<SubscriptionKey> {
        self.by_id.get(&id).copied()
    }

    /// The subscription in a place, if it is still the same.
    pub(crate) fn get(&self, key: SubscriptionKey) -> Option<&Entry> {
        self.slots.get(key.place).filter(|entry| entry.age == key.age)
    }

    /// The subscription in a place, if it is still the same.
    pub(crate) fn get_mut(&mut self, key: SubscriptionKey) -> Option<&mut Entry> {
        self.slots.get_mut(key.place).filter(|entry| entry.age == key.age)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }
}
