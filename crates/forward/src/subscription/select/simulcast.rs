//! One of several encodings of the same picture: the highest live one up to what is wanted.
//!
//! It changes, up or down, only at the first packet of a keyframe of the new encoding; until then
//! the old one goes on. The first one to show a keyframe is taken at once, so that a picture is
//! there early, and steps between the current and the wanted layer are taken when they offer
//! themselves.

use std::time::{Duration, Instant};

use switchyard_vocab::decision::{Decision, LimitingFactor, SkipReason, Verdict};
use switchyard_vocab::demand::EncodingSet;
use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS, SpatialLayer};
use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::{ExtSeqNo, RtpTimestamp};

use super::Preference;
use super::lock::{Admission, Lock};
use crate::allocation::Grant;
use crate::publication::cache::CacheRef;
use crate::publication::layers::{Layer, Layers, best_up_to};

/// A keyframe takes at least this long to come: asking sooner repeats an answered question.
const LEAST_ASK: Duration = Duration::from_millis(200);

/// However slow the subscriber's path, the publisher is asked this often.
const MOST_ASK: Duration = Duration::from_secs(1);

/// The state of such a selection.
#[derive(Debug)]
pub struct Simulcast {
    preference: Preference,
    /// What fits on the way to the subscriber.
    grant: Grant,
    lock: Option<Lock>,
    /// The newest packet seen of each encoding, with its frame: a switch must not happen at an older
    /// frame.
    newest: [Option<(ExtSeqNo, RtpTimestamp)>; MAX_ENCODINGS],
    /// The encoding last asked for, and when to ask again.
    asked: Option<(EncodingIndex, Instant)>,
}

impl Simulcast {
    pub(super) const fn new(preference: Preference) -> Self {
        let grant = Grant::UpTo(SpatialLayer::HIGHEST);
        Self { preference, grant, lock: None, newest: [None; MAX_ENCODINGS], asked: None }
    }

    pub(super) fn select(&mut self, observed: &Observed, layers: &Layers) -> Verdict {
        let is_late = self.note_newest(observed);
        if self.is_paused() {
            return Verdict::Skip(SkipReason::Paused);
        }
        if let Some(lock) = self.lock.as_mut().filter(|lock| lock.encoding() == observed.encoding) {
            match lock.admit(observed) {
                Admission::Forward => return Verdict::Forward,
                Admission::PaddingOnly => return Verdict::Skip(SkipReason::PaddingOnly),
                Admission::BeforeSwitch => return Verdict::Skip(SkipReason::BeforeSwitch),
                Admission::Restarted => self.lock = None,
            }
        }
        if observed.padding_only {
            return Verdict::Skip(SkipReason::PaddingOnly);
        }
        if observed.keyframe_start && !is_late && self.welcomes(observed.encoding, layers) {
            self.lock = Some(Lock::at(observed));
            return Verdict::Switch;
        }
        let is_target = self.target(layers).is_some_and(|target| target.encoding == observed.encoding);
        let waits = self.lock.is_none() || is_target;
        Verdict::Skip(if waits { SkipReason::AwaitingKeyframe } else { SkipReason::OtherEncoding })
    }

    pub(super) fn set_preference(&mut self, preference: Preference) {
        self.preference = preference;
        self.stop_if_paused();
    }

    pub(super) fn set_grant(&mut self, grant: Grant) {
        self.grant = grant;
        self.stop_if_paused();
    }

    fn stop_if_paused(&mut self) {
        if self.is_paused() {
            self.lock = None;
            self.asked = None;
        }
    }

    fn is_paused(&self) -> bool {
        self.preference.paused || self.grant == Grant::Pause
    }

    /// What follows would be decoded without it.
    pub(super) fn handle_dropped(&mut self, packet: CacheRef) {
        self.lock = self.lock.filter(|lock| !lock.covers(packet));
    }

    pub(super) fn current(&self) -> Option<EncodingIndex> {
        self.lock.map(|lock| lock.encoding())
    }

    pub(super) fn poll_keyframe(
        &mut self,
        now: Instant,
        rtt: Duration,
        layers: &Layers,
    ) -> Option<EncodingIndex> {
        let Some(target) = self.target(layers).map(|target| target.encoding) else {
            self.asked = None;
            return None;
        };
        if self.current() == Some(target) {
            self.asked = None;
            return None;
        }
        if self.asked.is_some_and(|(encoding, again)| encoding == target && now < again) {
            return None;
        }
        self.asked = Some((target, now + (rtt * 2).clamp(LEAST_ASK, MOST_ASK)));
        Some(target)
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        match self.asked {
            Some((_, again)) => Some(again),
            None => None,
        }
    }

    pub(super) fn wanted(&self, layers: &Layers) -> EncodingSet {
        let mut wanted = EncodingSet::NONE;
        if self.is_paused() {
            return wanted;
        }
        let Some(target) = self.target(layers) else { return EncodingSet::ALL };
        wanted.insert(target.encoding);
        match self.current() {
            Some(current) => wanted.insert(current),
            // For the first picture any smaller one will do.
            None => layers.iter().filter(|layer| layer.live && layer.rank < target.rank).for_each(|layer| {
                wanted.insert(layer.encoding);
            }),
        }
        wanted
    }

    pub(super) fn decision(&self, layers: &Layers) -> Decision {
        let current = self.current();
        let layer = current.and_then(|current| layers.get(current)).map(|layer| layer.rank);
        let target = self.target(layers);
        let limited_by = match target {
            _ if self.preference.paused => LimitingFactor::Preference,
            None if self.grant == Grant::Pause => LimitingFactor::Bandwidth,
            None => LimitingFactor::PublisherNotSending,
            Some(target) if current != Some(target.encoding) => LimitingFactor::KeyframeWait,
            Some(target) => self.limit_of_target(target, layers),
        };
        Decision { current, layer, target: target.map(|target| target.encoding), limited_by }
    }

    /// Why the target is not higher than it is.
    fn limit_of_target(&self, target: &Layer, layers: &Layers) -> LimitingFactor {
        let Some(next) = layers.iter().find(|layer| layer.rank > target.rank) else {
            return LimitingFactor::None;
        };
        if next.rank > self.preference.max_layer {
            LimitingFactor::Preference
        } else if matches!(self.grant, Grant::UpTo(granted) if next.rank > granted) {
            LimitingFactor::Bandwidth
        } else {
            LimitingFactor::PublisherNotSending
        }
    }

    fn target<'a>(&self, layers: &'a Layers) -> Option<&'a Layer> {
        match self.grant {
            Grant::UpTo(granted) if !self.preference.paused => {
                best_up_to(layers, granted.min(self.preference.max_layer))
            }
            _ => None,
        }
    }

    /// Whether a keyframe of this encoding brings the subscriber nearer to what it wants.
    fn welcomes(&self, encoding: EncodingIndex, layers: &Layers) -> bool {
        let (Some(target), Some(offered)) = (self.target(layers), layers.get(encoding)) else { return false };
        let rank_of =
            |lock: Lock| layers.get(lock.encoding()).filter(|layer| layer.live).map(|layer| layer.rank);
        match self.lock.and_then(rank_of) {
            _ if offered.encoding == target.encoding => true,
            // Nothing is forwarded, or what is forwarded has fallen silent.
            None => offered.live && offered.rank < target.rank,
            Some(current) if current < target.rank => current < offered.rank && offered.rank < target.rank,
            Some(current) => target.rank < offered.rank && offered.rank < current,
        }
    }

    /// Whether a packet of a newer frame of its encoding has been seen already.
    fn note_newest(&mut self, observed: &Observed) -> bool {
        let Some(newest) = self.newest.get_mut(observed.encoding.index()) else { return true };
        let is_overtaken = newest.is_some_and(|(seq, _)| observed.seq < seq);
        if !is_overtaken {
            *newest = Some((observed.seq, observed.timestamp));
        }
        is_overtaken && newest.is_some_and(|(_, frame)| frame != observed.timestamp)
    }
}
