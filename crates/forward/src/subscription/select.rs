//! Which packets a subscriber gets. It decides and gives reasons; it changes no packet.
//!
//! One file per way of layering: several encodings of one picture (simulcast), or everything as it
//! comes (sound).

mod everything;
mod lock;
mod simulcast;

use std::time::{Duration, Instant};

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::decision::{Decision, Verdict};
use switchyard_vocab::demand::EncodingSet;
pub use switchyard_vocab::demand::Preference;
use switchyard_vocab::layer::EncodingIndex;
use switchyard_vocab::observed::Observed;

use crate::allocation::Grant;
use crate::publication::cache::CacheRef;
use crate::publication::layers::Layers;

use everything::Everything;
use simulcast::Simulcast;

/// The selection of one subscription.
#[derive(Debug)]
pub enum Select {
    /// One of several encodings of the same picture.
    Simulcast(Simulcast),
    /// All there is.
    Everything(Everything),
}

impl Select {
    /// Nothing has been forwarded yet.
    pub fn new(kind: MediaKind, preference: Preference) -> Self {
        match kind {
            MediaKind::Video => Self::Simulcast(Simulcast::new(preference)),
            MediaKind::Audio => Self::Everything(Everything::new(preference)),
        }
    }

    /// Decides about one packet. Every packet of the publication is to be shown, in the order of
    /// arrival, whether or not it is wanted.
    pub fn select(&mut self, observed: &Observed, layers: &Layers) -> Verdict {
        match self {
            Self::Simulcast(simulcast) => simulcast.select(observed, layers),
            Self::Everything(everything) => everything.select(observed),
        }
    }

    /// Replaces what the subscriber wants.
    pub fn set_preference(&mut self, preference: Preference) {
        match self {
            Self::Simulcast(simulcast) => simulcast.set_preference(preference),
            Self::Everything(everything) => everything.set_preference(preference),
        }
    }

    /// Replaces what fits on the way to the subscriber. Sound always does.
    pub fn set_grant(&mut self, grant: Grant) {
        match self {
            Self::Simulcast(simulcast) => simulcast.set_grant(grant),
            Self::Everything(_) => {}
        }
    }

    /// A selected packet can't be sent after all. Where what is being forwarded now can't do without
    /// it, it needs a new start; of what has been left for another encoding nothing is missed.
    pub fn handle_dropped(&mut self, packet: CacheRef) {
        match self {
            Self::Simulcast(simulcast) => simulcast.handle_dropped(packet),
            Self::Everything(everything) => everything.handle_dropped(packet),
        }
    }

    /// The encoding being forwarded.
    pub fn current(&self) -> Option<EncodingIndex> {
        match self {
            Self::Simulcast(simulcast) => simulcast.current(),
            Self::Everything(everything) => everything.current(),
        }
    }

    /// The encoding of which a keyframe should be asked for now, if any.
    pub fn poll_keyframe(&mut self, now: Instant, rtt: Duration, layers: &Layers) -> Option<EncodingIndex> {
        match self {
            Self::Simulcast(simulcast) => simulcast.poll_keyframe(now, rtt, layers),
            Self::Everything(_) => None,
        }
    }

    /// When [`poll_keyframe`](Self::poll_keyframe) asks again.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Simulcast(simulcast) => simulcast.poll_timeout(),
            Self::Everything(_) => None,
        }
    }

    /// The encodings whose packets have to reach this worker.
    pub fn wanted(&self, layers: &Layers) -> EncodingSet {
        match self {
            Self::Simulcast(simulcast) => simulcast.wanted(layers),
            Self::Everything(everything) => everything.wanted(),
        }
    }

    /// What is forwarded, and why not more.
    pub fn decision(&self, layers: &Layers) -> Decision {
        match self {
            Self::Simulcast(simulcast) => simulcast.decision(layers),
            Self::Everything(everything) => everything.decision(),
        }
    }
}

#[cfg(test)]
mod tests;
