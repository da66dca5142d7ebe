//! Excess: what a publisher sends beyond the rate at which it is forwarded.
//!
//! What is too much goes as whole layers, the largest first: a layer of which packets are missing is of no use
//! to anybody. A track that is too much with its smallest layer, or that has just one, is withheld whole until
//! its publisher sends less.

use std::time::{Duration, Instant};

use switchyard_vocab::demand::EncodingSet;
use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS};
use switchyard_vocab::units::Bitrate;

use super::encoding::Rate;

/// How long the rate may lie above the limit. Shorter withholds layers because of one keyframe, longer lets
/// more through of a publisher that does not care.
const EXCESS_PATIENCE: Duration = Duration::from_secs(2);

/// How long the rate must have left room for a layer before it is forwarded again. Shorter makes layers of a
/// publisher at its limit come and go, longer punishes one that has mended.
const RETURN_PATIENCE: Duration = Duration::from_secs(5);

/// Rates from this many times the limit on are cut at once.
const GROSS: u64 = 2;

/// Percent of the limit below which the rate has to stay with a layer that comes back.
const RETURN_PERCENT: u64 = 95;

/// Which encodings of one publication are withheld, and why.
#[derive(Debug, Default)]
pub(super) struct Excess {
    limit: Option<Bitrate>,
    rates: [Rate; MAX_ENCODINGS],
    withheld: EncodingSet,
    over_since: Option<Instant>,
    under_since: Option<Instant>,
}

impl Excess {
    /// Changes the limit. Without one, nothing is withheld from the next [`look`](Self::look) on.
    pub(super) const fn set_limit(&mut self, limit: Option<Bitrate>) {
        self.limit = limit;
    }

    /// Whether there is anything to look at from time to time.
    pub(super) const fn is_active(&self) -> bool {
        self.limit.is_some() || !self.withheld.is_empty()
    }

    /// Counts a packet of media, whether it goes further or not.
    pub(super) fn note(&mut self, now: Instant, encoding: EncodingIndex, len: usize) {
        if let (true, Some(rate)) = (self.is_active(), self.rates.get_mut(encoding.index())) {
            rate.add(now, len);
        }
    }

    /// Whether packets of an encoding go no further.
    pub(super) const fn withholds(&self, encoding: EncodingIndex) -> bool {
        self.withheld.contains(encoding)
    }

    /// Decides anew; `ranked` are the encodings, the smallest first. Gives back those that may go on.
    pub(super) fn look(
        &mut self,
        now: Instant,
        ranked: impl DoubleEndedIterator<Item = EncodingIndex> + Clone,
    ) -> EncodingSet {
        let Some(limit) = self.limit else { return std::mem::take(&mut self.withheld) };
        self.withhold(now, limit, ranked.clone());
        self.give_back(now, limit, ranked)
    }

    fn withhold(
        &mut self,
        now: Instant,
        limit: Bitrate,
        ranked: impl DoubleEndedIterator<Item = EncodingIndex>,
    ) {
        let mut sum = self.forwarded(now);
        if sum <= limit.as_bps() {
            self.over_since = None;
            return;
        }
        let since = *self.over_since.get_or_insert(now);
        let is_gross = sum >= limit.as_bps().saturating_mul(GROSS);
        if !is_gross && now.saturating_duration_since(since) < EXCESS_PATIENCE {
            return;
        }
        for encoding in ranked.rev() {
            if sum <= limit.as_bps() {
                break;
            }
            if !self.withheld.contains(encoding) {
                sum = sum.saturating_sub(self.rate(now, encoding));
                self.withheld.insert(encoding);
            }
        }
        (self.over_since, self.under_since) = (None, None);
    }

    /// The smallest layer that is withheld comes back first.
    fn give_back(
        &mut self,
        now: Instant,
        limit: Bitrate,
        mut ranked: impl Iterator<Item = EncodingIndex>,
    ) -> EncodingSet {
        let mut back = EncodingSet::NONE;
        let Some(next) = ranked.find(|&encoding| self.withheld.contains(encoding)) else { return back };
        let sum = self.forwarded(now) + self.rate(now, next);
        if sum > limit.as_bps() / 100 * RETURN_PERCENT {
            self.under_since = None;
            return back;
        }
        let since = *self.under_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= RETURN_PATIENCE {
            self.under_since = None;
            self.withheld.remove(next);
            back.insert(next);
        }
        back
    }

    /// Bits per second of all that is not withheld.
    fn forwarded(&mut self, now: Instant) -> u64 {
        let withheld = self.withheld;
        let rates = (0..).map(EncodingIndex).zip(&mut self.rates);
        let going = rates.filter(|(encoding, _)| !withheld.contains(*encoding));
        going.map(|(_, rate)| rate.bitrate(now).as_bps()).sum()
    }

    fn rate(&mut self, now: Instant, encoding: EncodingIndex) -> u64 {
        self.rates.get_mut(encoding.index()).map_or(0, |rate| rate.bitrate(now).as_bps())
    }
}

#[cfg(test)]
mod tests;
