//! Forwarding everything: sound, which has one encoding and no keyframes.

use switchyard_vocab::decision::{Decision, LimitingFactor, SkipReason, Verdict};
use switchyard_vocab::demand::EncodingSet;
use switchyard_vocab::layer::{EncodingIndex, SpatialLayer};
use switchyard_vocab::observed::Observed;

use super::Preference;
use super::lock::{Admission, Lock};
use crate::publication::cache::CacheRef;

/// The one encoding that sound has.
const ONLY: EncodingIndex = EncodingIndex(0);

/// The state of such a selection.
#[derive(Debug)]
pub struct Everything {
    preference: Preference,
    lock: Option<Lock>,
}

impl Everything {
    pub(super) const fn new(preference: Preference) -> Self {
        Self { preference, lock: None }
    }

    pub(super) fn select(&mut self, observed: &Observed) -> Verdict {
        if self.preference.paused {
            return Verdict::Skip(SkipReason::Paused);
        }
        if observed.encoding != ONLY {
            return Verdict::Skip(SkipReason::OtherEncoding);
        }
        match self.lock.as_mut().map(|lock| lock.admit(observed)) {
            Some(Admission::Forward) => Verdict::Forward,
            Some(Admission::PaddingOnly) => Verdict::Skip(SkipReason::PaddingOnly),
            Some(Admission::BeforeSwitch) => Verdict::Skip(SkipReason::BeforeSwitch),
            Some(Admission::Restarted) | None if observed.padding_only => {
                self.lock = None;
                Verdict::Skip(SkipReason::PaddingOnly)
            }
            Some(Admission::Restarted) | None => {
                self.lock = Some(Lock::at(observed));
                Verdict::Switch
            }
        }
    }

    pub(super) const fn set_preference(&mut self, preference: Preference) {
        self.preference = preference;
        if preference.paused {
            self.lock = None;
        }
    }

    /// The next one begins instead.
    pub(super) fn handle_dropped(&mut self, packet: CacheRef) {
        self.lock = self.lock.filter(|lock| !lock.began_with(packet));
    }

    pub(super) fn current(&self) -> Option<EncodingIndex> {
        self.lock.map(|lock| lock.encoding())
    }

    pub(super) const fn wanted(&self) -> EncodingSet {
        let mut wanted = EncodingSet::NONE;
        if !self.preference.paused {
            wanted.insert(ONLY);
        }
        wanted
    }

    pub(super) fn decision(&self) -> Decision {
        let current = self.current();
        let limited_by = match (self.preference.paused, current) {
            (true, _) => LimitingFactor::Preference,
            (false, Some(_)) => LimitingFactor::None,
            (false, None) => LimitingFactor::PublisherNotSending,
        };
        let target = (!self.preference.paused).then_some(ONLY);
        Decision { current, layer: current.map(|_| SpatialLayer(0)), target, limited_by }
    }
}
