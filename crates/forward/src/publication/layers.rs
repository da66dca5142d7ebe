//! Which encodings are being sent, and how they rank by size.

use std::time::{Duration, Instant};

use switchyard_vocab::bucket::Bucket;
use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS, PictureSize, SpatialLayer};
pub use switchyard_vocab::layer::{Layer, Layers};
use switchyard_vocab::units::Bitrate;

/// Time in which one change of layers is earned back. All subscribers choose anew and are told of
/// each: shorter lets one publisher that flaps with every packet bury them in news, longer leaves
/// them looking at a layer that is gone.
pub const CHANGE_EARNED_IN: Duration = Duration::from_millis(500);

/// Changes that come through at once. Three layers that begin, each seen before its size is known, are
/// six: fewer delays joins, more lets a longer burst of news through.
pub const CHANGES_AT_ONCE: u32 = 6;

/// A rate that is nearer than this share to what was told is no news. Less, and every publication tells
/// something four times a second; more, and subscribers on other workers divide what fits by wrong rates.
pub const RATE_NEWS: f64 = 0.2;

/// How often the layers of one publication may change. What comes too soon is held back, and the
/// state of the moment is looked at when there is room: changes that undo each other are none.
#[derive(Debug, Default)]
pub(super) struct Pace {
    bucket: Bucket,
    due: Option<Instant>,
}

impl Pace {
    /// Whether what was found now may be taken over; `is_news` when it differs from what is known. If
    /// not, it is to be looked at anew when [`due`](Self::due).
    pub(super) fn admits(&mut self, now: Instant, is_news: bool) -> bool {
        let capacity = CHANGE_EARNED_IN * CHANGES_AT_ONCE;
        let admitted = !is_news || self.bucket.has(now, CHANGE_EARNED_IN, capacity);
        self.due = (!admitted).then(|| self.bucket.ready_at(now, CHANGE_EARNED_IN, capacity));
        if is_news && admitted {
            self.bucket.take(now, CHANGE_EARNED_IN);
        }
        admitted
    }

    /// When a change that was held back may come through.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }
}

/// What is known about one encoding, to be ranked.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Its place in SDP.
    pub encoding: EncodingIndex,
    /// Whether it is being sent now.
    pub live: bool,
    /// Its picture size, when known.
    pub size: Option<PictureSize>,
    /// Its measured rate.
    pub bitrate: Bitrate,
}

/// Ranks what has been seen; candidates past [`MAX_ENCODINGS`] are left out.
///
/// The rank is that of the measured picture, or of the rate where no size is known: the order of
/// rids in SDP is a preference and says nothing about size (RFC 8853 §5.2). A layer that pauses
/// keeps its rank, so that "at most the middle one" keeps its meaning.
pub fn rank(candidates: impl IntoIterator<Item = Candidate>) -> Layers {
    let mut seen = [None; MAX_ENCODINGS];
    for (slot, candidate) in seen.iter_mut().zip(candidates) {
        *slot = Some(candidate);
    }
    seen.sort_by_key(|candidate: &Option<Candidate>| {
        candidate.map_or((true, 0, Bitrate::default()), |known| {
            (false, known.size.map_or(0, PictureSize::area), known.bitrate)
        })
    });
    let mut layers = Layers::default();
    for (rank, Candidate { encoding, live, size, bitrate }) in (0..).zip(seen.into_iter().flatten()) {
        layers.push(Layer { encoding, rank: SpatialLayer(rank), live, size, bitrate });
    }
    layers
}

/// Whether the rate of some layer is further than [`RATE_NEWS`] from what it was.
pub fn have_rates_changed(before: &Layers, now: &Layers) -> bool {
    now.iter().any(|layer| {
        let known = before.get(layer.encoding).map_or(0.0, |known| known.bitrate.as_bps() as f64);
        (layer.bitrate.as_bps() as f64 - known).abs() > known * RATE_NEWS
    })
}

/// The largest live layer up to `max`, or the smallest live one when all are larger.
pub fn best_up_to(layers: &Layers, max: SpatialLayer) -> Option<&Layer> {
    let mut live = layers.iter().filter(|layer| layer.live);
    let smallest = live.next()?;
    Some(live.rev().find(|layer| layer.rank <= max).unwrap_or(smallest))
}

#[cfg(test)]
mod tests;
