//! When to ask for a keyframe, with libwebrtc's patience.

use std::time::{Duration, Instant};

/// Patience while nothing could ever be decoded, or since a keyframe was last asked for.
const WAIT_FOR_KEYFRAME: Duration = Duration::from_millis(200);
/// Patience with a stream that was decodable before.
const WAIT_FOR_FRAME: Duration = Duration::from_secs(3);
/// A stream without packets for so long is not active: nobody is asked for anything.
const INACTIVE_AFTER: Duration = Duration::from_secs(5);

/// Watches one stream.
#[derive(Debug, Default)]
pub(super) struct KeyframeWatch {
    /// Nothing can be decoded before a keyframe comes.
    is_required: bool,
    /// Since when it waits: for a first frame, for the next one, or for an answer.
    since: Option<Instant>,
    last_packet: Option<Instant>,
    asked: u64,
}

impl KeyframeWatch {
    /// A packet of the stream arrived.
    pub(super) fn on_packet(&mut self, now: Instant) {
        if self.last_packet.is_none() {
            self.is_required = true;
        }
        if self.since.is_none() || self.is_inactive(now) {
            self.since = Some(now);
        }
        self.last_packet = Some(now);
    }

    /// A frame was decoded.
    pub(super) const fn on_decoded(&mut self, now: Instant) {
        self.is_required = false;
        self.since = Some(now);
    }

    /// Too much was lost.
    pub(super) const fn on_hopeless(&mut self) {
        self.is_required = true;
    }

    /// Whether to ask now.
    pub(super) fn take_due(&mut self, now: Instant) -> bool {
        let is_due = self.due().is_some_and(|due| due <= now) && !self.is_inactive(now);
        if is_due {
            self.is_required = true;
            self.since = Some(now);
            self.asked += 1;
        }
        is_due
    }

    /// When to look again; `None` while nothing arrives.
    pub(super) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        self.due().filter(|_| !self.is_inactive(now))
    }

    /// What was asked for so far does not count any more.
    pub(super) const fn forget_asked(&mut self) {
        self.asked = 0;
    }

    /// How often a keyframe was asked for.
    pub(super) const fn asked(&self) -> u64 {
        self.asked
    }

    fn due(&self) -> Option<Instant> {
        let patience = if self.is_required { WAIT_FOR_KEYFRAME } else { WAIT_FOR_FRAME };
        Some(self.since? + patience)
    }

    fn is_inactive(&self, now: Instant) -> bool {
        self.last_packet.is_none_or(|last| now >= last + INACTIVE_AFTER)
    }
}

#[cfg(test)]
mod tests;
