//! Everything that happened, folded into one number: equal runs have equal numbers.

use std::collections::VecDeque;
use std::fmt;
use std::hash::Hasher;
use std::time::Duration;

use rustc_hash::FxHasher;

/// Lines kept for people; enough for all of a minute's call.
const KEPT_LINES: usize = 4_000;

/// Distance of the marks by which two runs are compared: fine enough to look there, coarse enough
/// to keep all of them.
const MARK_EVERY: Duration = Duration::from_millis(100);

/// A running hash over events and their virtual times, with the last lines kept for people.
#[derive(Default)]
pub struct EventLog {
    hasher: FxHasher,
    events: u64,
    lines: VecDeque<String>,
    marks: Vec<u64>,
}

impl fmt::Debug for EventLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventLog({} events, {:016x})", self.events, self.hash())
    }
}

impl EventLog {
    /// Notes an event at a time since the start of the run.
    pub fn note(&mut self, at: Duration, what: &'static str, event: &dyn fmt::Debug) {
        let line = format!("{:>10.6} {what} {event:?}", at.as_secs_f64());
        self.hash_in(at, what, line.as_bytes());
        if self.lines.len() == KEPT_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// Notes bytes that were sent, without keeping them.
    pub fn note_bytes(&mut self, at: Duration, what: &'static str, bytes: &[u8]) {
        self.hash_in(at, what, bytes);
    }

    fn hash_in(&mut self, at: Duration, what: &str, bytes: &[u8]) {
        self.mark_until(at);
        self.hasher.write_u64(at.as_nanos() as u64);
        self.hasher.write(what.as_bytes());
        self.hasher.write(bytes);
        self.events += 1;
    }

    fn mark_until(&mut self, at: Duration) {
        let due = (at.as_nanos() / MARK_EVERY.as_nanos()) as usize;
        if self.marks.len() < due {
            self.marks.resize(due, self.hasher.finish());
        }
    }

    /// When this run and another one began to differ, to a tenth of a second; `None` when they
    /// never did.
    pub fn first_difference(&self, other: &Self) -> Option<Duration> {
        let differs = self.marks.iter().zip(&other.marks).position(|(a, b)| a != b);
        match differs {
            Some(mark) => Some(MARK_EVERY * mark as u32),
            None if self.hash() == other.hash() => None,
            None => Some(MARK_EVERY * self.marks.len().min(other.marks.len()) as u32),
        }
    }

    /// How many events were noted.
    pub const fn len(&self) -> u64 {
        self.events
    }

    /// Whether nothing happened.
    pub const fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// The number that stands for all of them.
    pub fn hash(&self) -> u64 {
        self.hasher.finish()
    }

    /// The latest events that were noted with words, the oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
