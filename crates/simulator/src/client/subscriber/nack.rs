//! Which packets to ask for again, with libwebrtc's numbers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use switchyard_vocab::rtp::ExtSeqNo;

/// Most packets asked for at once; more are a keyframe's business.
const MAX_MISSING: usize = 1_000;
/// Requests for one packet before it is given up.
const MAX_TRIES: u32 = 100;
/// The round trip assumed by somebody who only receives.
const ROUND_TRIP: Duration = Duration::from_millis(100);
/// How often the list is looked through.
const INTERVAL: Duration = Duration::from_millis(20);

/// The packets missing from one stream.
#[derive(Debug, Default)]
pub(super) struct NackList {
    newest: Option<ExtSeqNo>,
    missing: BTreeMap<ExtSeqNo, Missing>,
    given_up: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Missing {
    asked: Option<Instant>,
    tries: u32,
}

impl NackList {
    /// A packet arrived, by itself or again. False when too much is missing: the list is empty now,
    /// and a keyframe has to be asked for.
    #[must_use]
    pub(super) fn on_packet(&mut self, seq: ExtSeqNo) -> bool {
        self.missing.remove(&seq);
        let newest = *self.newest.get_or_insert(seq);
        if seq <= newest {
            return true;
        }
        self.newest = Some(seq);
        if self.missing.len() as u64 + seq.since(newest) > MAX_MISSING as u64 {
            self.given_up += self.missing.len() as u64;
            self.missing.clear();
            return false;
        }
        let gap = (newest.0 + 1..seq.0).map(ExtSeqNo);
        self.missing.extend(gap.map(|seq| (seq, Missing::default())));
        true
    }

    /// Nothing older than this is needed any more.
    pub(super) fn forget_before(&mut self, seq: ExtSeqNo) {
        self.missing = self.missing.split_off(&seq);
    }

    /// The packets to ask for now.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<ExtSeqNo> {
        let before = self.missing.len();
        self.missing.retain(|_, missing| missing.tries < MAX_TRIES);
        self.given_up += (before - self.missing.len()) as u64;
        let due = self.missing.iter_mut().filter(|(_, missing)| missing.is_due(now));
        due.map(|(&seq, missing)| {
            missing.asked = Some(now);
            missing.tries += 1;
            seq
        })
        .collect()
    }

    /// When to look again.
    pub(super) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        (!self.missing.is_empty()).then(|| now + INTERVAL)
    }

    /// Packets still missing.
    pub(super) fn len(&self) -> usize {
        self.missing.len()
    }

    /// Packets that were asked for in vain.
    pub(super) const fn given_up(&self) -> u64 {
        self.given_up
    }
}

impl Missing {
    fn is_due(&self, now: Instant) -> bool {
        self.asked.is_none_or(|asked| now >= asked + ROUND_TRIP)
    }
}

#[cfg(test)]
mod tests;
