//! Whether repeats make the loss they are against, found out by leaving one out for a moment.
//!
//! On a link that drops whatever is more than it carries, loss calls for repeats, and the repeats are what is lost. No
//! figure of loss tells that from a radio's; but without some of them there is less of it.

use std::time::{Duration, Instant};

use super::MAX_REPEATS;

/// How long loss has to have called for the repeats without a break before one is left out. A spell of loss is over by
/// then.
const FIRST_AFTER: Duration = Duration::from_secs(20);

/// What it was no use for is tried so many times later again, up to this.
const LATER: u32 = 4;
const LATEST: Duration = Duration::from_secs(600);

/// How long one is left out. What was under way with it is not counted.
const SETTLING: Duration = Duration::from_millis(500);
const LASTS: Duration = Duration::from_secs(4);

/// Packets that have to be told of meanwhile.
const MIN_TOLD: u32 = 100;

/// So many standard deviations less is lost without it, or nothing at all: it was not luck.
const CLEARLY: f64 = 3.0;

/// How long a repeat that made loss is not tried again. Doubled each time it did, up to this.
const FIRST_BAR: Duration = Duration::from_secs(30);
const LONGEST_BAR: Duration = Duration::from_secs(480);

/// What was lost of how many.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    pub(super) told: u64,
    pub(super) lost: u64,
}

impl Sample {
    fn share(self) -> f64 {
        self.lost as f64 / self.told.max(1) as f64
    }
}

/// What became of a repeat that was left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// It is not known yet.
    Open,
    /// As much is lost without it: it should be back.
    Needed,
    /// It made the loss: it should stay away.
    Harmful,
}

#[derive(Clone, Copy, Debug)]
struct Running {
    begun: Instant,
    before: Sample,
    during: Sample,
}

/// Trials of one path.
#[derive(Debug)]
pub(super) struct Trial {
    /// Since when loss has called for the repeats there are.
    needed_since: Option<Instant>,
    /// After how long the first and the second one is left out.
    after: [Duration; MAX_REPEATS],
    running: Option<Running>,
    bar: Duration,
    /// How many repeats are most, and until when.
    barred: Option<(u8, Instant)>,
}

impl Default for Trial {
    fn default() -> Self {
        Self {
            needed_since: None,
            after: [FIRST_AFTER; MAX_REPEATS],
            running: None,
            bar: FIRST_BAR,
            barred: None,
        }
    }
}

impl Trial {
    /// How many repeats there may be.
    pub(super) fn most(&self, now: Instant) -> u8 {
        self.barred.filter(|&(_, until)| now < until).map_or(u8::MAX, |(most, _)| most)
    }

    /// Whether one is left out now.
    pub(super) const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The number of repeats has changed, or they are not called for: what is known of their use is over.
    pub(super) const fn reset(&mut self) {
        self.needed_since = None;
    }

    /// They are needed no longer at all.
    pub(super) const fn forget(&mut self) {
        (self.needed_since, self.after) = (None, [FIRST_AFTER; MAX_REPEATS]);
    }

    /// Loss calls for the repeats there are. Whether the last of them should be left out from now on.
    pub(super) fn begins(&mut self, now: Instant, repeats: u8, before: Sample) -> bool {
        let since = *self.needed_since.get_or_insert(now);
        let is_time = now.saturating_duration_since(since) >= self.after_for(repeats.saturating_sub(1));
        if is_time {
            self.running = Some(Running { begun: now, before, during: Sample::default() });
        }
        is_time
    }

    /// Feedback came while one is left out, and `repeats` are there.
    pub(super) fn tell(&mut self, now: Instant, told: u32, lost: u32, repeats: u8) -> Outcome {
        let Some(running) = &mut self.running else { return Outcome::Needed };
        let elapsed = now.saturating_duration_since(running.begun);
        if elapsed >= SETTLING {
            running.during.told += u64::from(told);
            running.during.lost += u64::from(lost);
        }
        let Running { before, during, .. } = *running;
        if elapsed < LASTS || during.told < u64::from(MIN_TOLD) {
            return Outcome::Open;
        }
        (self.running, self.needed_since) = (None, None);
        if is_clearly_less(before, during) {
            self.barred = Some((repeats, now + self.bar));
            self.bar = (self.bar * 2).min(LONGEST_BAR);
            return Outcome::Harmful;
        }
        if let Some(after) = self.after.get_mut(usize::from(repeats)) {
            *after = (*after * LATER).min(LATEST);
        }
        Outcome::Needed
    }

    fn after_for(&self, left: u8) -> Duration {
        self.after.get(usize::from(left)).copied().unwrap_or(FIRST_AFTER)
    }
}

fn is_clearly_less(before: Sample, during: Sample) -> bool {
    let share = before.share();
    let spread = share * (1.0 - share) * (1.0 / before.told.max(1) as f64 + 1.0 / during.told.max(1) as f64);
    during.lost == 0 || share - during.share() > CLEARLY * spread.sqrt()
}
