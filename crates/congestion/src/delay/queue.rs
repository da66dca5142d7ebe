//! How long the queue on the way is: the way that packets take now, beside the shortest way known.

use std::time::{Duration, Instant};

use switchyard_vocab::units::Bitrate;

use crate::packet::{Fate, Outcome};

/// The shortest way of so long a time is taken for the way through an empty queue. Shorter forgets it
/// while a queue stands, longer takes a new route for a queue.
const BASE_WINDOW: Duration = Duration::from_secs(20);

/// A queue stands when it was never shorter within this time.
const STANDING_WINDOW: Duration = Duration::from_millis(500);

/// A queue that stays within so many milliseconds …
const UNMOVED_MS: f64 = 5.0;

/// … for so many windows is none: the way itself has become longer. One that we fill would take exactly what
/// the link carries to stay so, and of one that others fill something would be seen by then.
const UNMOVED_WINDOWS: u32 = 6;

/// … provided that no more than one in so many packets is lost meanwhile: a queue that others keep full does not move
/// either, but it overflows.
const MOST_LOST_OF: u32 = 100;

/// Less having been sent for its sake meanwhile, so many tell as much.
const UNMOVED_WINDOWS_ANSWERED: u32 = 3;

/// A way that is longer by less than this, in milliseconds, is left to [`BASE_WINDOW`]: nothing is made of so short
/// a queue.
const NOTICED_MS: f64 = 50.0;

/// The queue.
#[derive(Debug, Default)]
pub(super) struct QueueDelay {
    origin: Option<Instant>,
    base: Shortest,
    lately: Shortest,
    /// The shortest it was in the last whole window.
    standing_ms: f64,
    unmoved: Unmoved,
    /// What was sent before less was, for the sake of a queue that was none.
    wronged: Option<Bitrate>,
}

/// How long the queue has been what it is.
#[derive(Debug, Default)]
struct Unmoved {
    least_ms: f64,
    most_ms: f64,
    windows: u32,
    /// Packets seen since.
    seen: Seen,
    /// What was sent before less was for its sake, and until when, if so; and the packets seen since.
    answered: Option<(Instant, Bitrate)>,
    seen_since_answer: Seen,
}

/// What became of packets, in numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    arrived: u32,
    lost: u32,
}

/// The shortest of the last window and of the present one, in milliseconds.
#[derive(Debug, Default)]
struct Shortest {
    last: Option<f64>,
    present: Option<f64>,
    ends: Option<Instant>,
}

impl QueueDelay {
    /// Takes in what one report told. Returns the shortest queue any of its packets met, in milliseconds.
    pub(super) fn on_outcomes(&mut self, now: Instant, outcomes: &[Outcome]) -> Option<f64> {
        let origin = *self.origin.get_or_insert(now);
        self.unmoved.note(outcomes);
        let shortest =
            outcomes.iter().filter_map(|outcome| way_ms(origin, outcome)).min_by(f64::total_cmp)?;
        self.base.add(now, shortest, BASE_WINDOW);
        let queue_ms = shortest - self.base.get().unwrap_or(shortest);
        let Some(of_window) = self.lately.add(now, queue_ms, STANDING_WINDOW) else { return Some(queue_ms) };
        if self.unmoved.is_no_queue(now, of_window) {
            *self = Self { origin: self.origin, wronged: self.unmoved.sent_before(), ..Self::default() };
            self.base.add(now, shortest, BASE_WINDOW);
            return Some(0.0);
        }
        self.standing_ms = of_window;
        Some(queue_ms)
    }

    /// The queue that one packet met, in milliseconds.
    pub(super) fn met_by(&self, outcome: &Outcome) -> Option<f64> {
        Some(way_ms(self.origin?, outcome)? - self.base.get()?)
    }

    /// The queue that was always there in the last window, in milliseconds.
    pub(super) const fn standing_ms(&self) -> f64 {
        self.standing_ms
    }

    /// Less than this is going to be sent because of a queue: it is given a window to show.
    pub(super) fn was_answered(&mut self, now: Instant, sending: Bitrate) {
        self.standing_ms = 0.0;
        if self.unmoved.answered.is_none() {
            self.unmoved.answered = Some((now, sending));
            self.unmoved.seen_since_answer = Seen::default();
        }
    }

    /// What was sent before less was, for the sake of what has turned out to be a longer way.
    pub(super) const fn take_wronged(&mut self) -> Option<Bitrate> {
        self.wronged.take()
    }
}

impl Unmoved {
    fn note(&mut self, outcomes: &[Outcome]) {
        self.seen.note(outcomes);
        self.seen_since_answer.note(outcomes);
    }

    /// What was sent before, unless it has been too much since.
    fn sent_before(&self) -> Option<Bitrate> {
        self.answered.filter(|_| !self.seen_since_answer.loses()).map(|(_, sending)| sending)
    }

    /// The shortest queue of one more window. Whether it is none.
    fn is_no_queue(&mut self, now: Instant, ms: f64) -> bool {
        let (least, most) = (self.least_ms.min(ms), self.most_ms.max(ms));
        let is_unmoved = most - least <= UNMOVED_MS;
        // It may have been answered as soon as it began, in a window that began without it.
        let is_recent = |at: Instant| now.saturating_duration_since(at) < STANDING_WINDOW * 3;
        let is_of_this = |at: Instant| is_unmoved && ms > NOTICED_MS || is_recent(at);
        self.answered = self.answered.filter(|(at, _)| is_of_this(*at));
        if is_unmoved {
            (self.least_ms, self.most_ms) = (least, most);
            self.windows += 1;
        } else {
            let Self { answered, seen_since_answer, .. } = *self;
            let (windows, seen) = (0, Seen::default());
            *self = Self { least_ms: ms, most_ms: ms, windows, seen, answered, seen_since_answer };
        }
        let enough = if self.answered.is_some() { UNMOVED_WINDOWS_ANSWERED } else { UNMOVED_WINDOWS };
        self.windows >= enough && ms > NOTICED_MS && !self.seen.loses()
    }
}

impl Seen {
    fn note(&mut self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            match outcome.fate {
                Fate::Arrived(_) => self.arrived += 1,
                Fate::Missing => self.lost += 1,
                Fate::ArrivedLate(_) | Fate::Unreported => {}
            }
        }
    }

    /// Whether more is lost than of a link that is not full.
    const fn loses(self) -> bool {
        self.lost > self.arrived / MOST_LOST_OF
    }
}

/// What the way of a packet took, by clocks of which nobody knows how far they are apart.
fn way_ms(origin: Instant, outcome: &Outcome) -> Option<f64> {
    let left = outcome.sent.at.saturating_duration_since(origin).as_secs_f64()
        - origin.saturating_duration_since(outcome.sent.at).as_secs_f64();
    Some(outcome.arrival()?.0 as f64 / 1e3 - left * 1e3)
}

impl Shortest {
    /// Adds a value. When a window ends by it, returns the shortest of that.
    fn add(&mut self, now: Instant, value: f64, window: Duration) -> Option<f64> {
        let ended = self.ends.is_none_or(|ends| now >= ends).then(|| {
            self.last = self.present.take();
            self.ends = Some(now + window);
            self.last
        });
        self.present = Some(self.present.map_or(value, |present| present.min(value)));
        ended.flatten()
    }

    fn get(&self) -> Option<f64> {
        self.last.into_iter().chain(self.present).min_by(f64::total_cmp)
    }
}
