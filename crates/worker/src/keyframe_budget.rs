//! How many keyframes one peer may cause by what it subscribes to and prefers.
//!
//! A subscription that starts, pauses, or takes another layer needs a keyframe, and that goes to
//! everybody who gets the layer. The count is kept by publication and outlives the subscription: who
//! unsubscribes and subscribes again begins with no new budget. What is asked for by RTCP has a
//! budget of its own, see [`Subscription`](switchyard_forward::subscription::Subscription).

use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use switchyard_vocab::ids::PublicationId;

/// Keyframes of one publication granted in a row. Fewer and somebody who tries out the buttons of a
/// user interface waits; more and the picture of all others is shaken longer.
const BURST: u32 = 10;

/// Time in which one is earned back. Shorter lets one peer cost all others bitrate for ever; longer
/// makes it wait longer once it has used up what it had.
const EARNED_IN: Duration = Duration::from_secs(3);

/// Publications whose counts are kept for one peer. Only those asked for within the last half minute
/// need one: fewer make a peer in a vast room wait, more cost memory.
const MAX_COUNTED: usize = 1_024;

/// What one peer has used up.
#[derive(Debug, Default)]
pub(crate) struct KeyframeBudget {
    /// When the budget of each publication is whole again.
    whole_at: FxHashMap<PublicationId, Instant>,
}

impl KeyframeBudget {
    /// Whether one more keyframe of a publication may be asked for; it counts if so. If not, the
    /// subscription asks again in a moment by itself.
    pub(crate) fn admits(&mut self, now: Instant, publication: PublicationId) -> bool {
        if self.whole_at.len() >= MAX_COUNTED && !self.whole_at.contains_key(&publication) {
            self.whole_at.retain(|_, whole_at| *whole_at > now);
            if self.whole_at.len() >= MAX_COUNTED {
                return false;
            }
        }
        let whole_at = self.whole_at.entry(publication).or_insert(now);
        let then = (*whole_at).max(now) + EARNED_IN;
        let fits = then.saturating_duration_since(now) <= EARNED_IN * BURST;
        if fits {
            *whole_at = then;
        }
        fits
    }
}

#[cfg(test)]
mod tests;
