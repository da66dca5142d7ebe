//! How often sound is repeated for one subscriber: as often as the loss that it reports needs.
//!
//! What is lost of sound can't wait for being asked for again: by then its place has been played. It can be in the
//! next packets once more. With one repeat a share of p² stays lost, with two p³, as long as losses are
//! independent: at 20 % that is 4 % and 0.8 %. Each repeat costs as much again as the sound itself, so they
//! are for those only who need them, and who don't lose because of them: see `redundancy/trial.rs`.

mod trial;
mod window;

use std::time::{Duration, Instant};

use switchyard_vocab::redundancy::AudioRedundancy;

use trial::{Outcome, Trial};
use window::Window;

/// Most packets that are in a later one once more. A third would help above 30 % of loss, where hardly anything
/// else of a call works.
pub const MAX_REPEATS: usize = 2;

/// Loss from which on sound is repeated once, and twice. Opus conceals less than 2 % without being noticed; above
/// 7 % one repeat leaves more than 0.5 %.
const NEEDED_FROM: [f64; MAX_REPEATS] = [0.02, 0.07];

/// Loss below which they are needed no longer. Lower than where they begin, or they would come and go.
const NEEDED_DOWN_TO: [f64; MAX_REPEATS] = [0.01, 0.04];

/// How long they have to be needed no longer. Loss comes in spells; repeating in vain for so long costs less than
/// the beginning of the next spell.
const KEPT_FOR: Duration = Duration::from_secs(10);

/// Packets that have to be told of before they prove anything: a second of sound alone.
const MIN_TOLD: u32 = 50;

/// For how many packets a receiver report counts, and what its share of loss is counted in. It says of how many it
/// tells only together with the one before.
const REPORT_WEIGHT: u32 = 256;

/// After feedback on single packets, receiver reports say nothing new for so long.
const FEEDBACK_COUNTS_FOR: Duration = Duration::from_secs(10);

/// The sound of one subscriber's path.
#[derive(Debug)]
pub struct Redundancy {
    mode: AudioRedundancy,
    window: Window,
    repeats: u8,
    /// When loss last needed as many.
    needed: Option<Instant>,
    trial: Trial,
    /// When single packets were told of last.
    heard: Option<Instant>,
}

impl Redundancy {
    /// A path of which nothing was told yet.
    pub fn new(mode: AudioRedundancy) -> Self {
        let repeats = u8::from(mode == AudioRedundancy::Always);
        Self { mode, window: Window::default(), repeats, needed: None, trial: Trial::default(), heard: None }
    }

    /// How many of the packets before it each packet of sound should have in it.
    pub const fn repeats(&self) -> u8 {
        self.repeats
    }

    /// Feedback told of so many packets that they came, or did not.
    pub fn on_feedback(&mut self, now: Instant, told: u32, lost: u32) {
        self.heard = Some(now);
        self.look(now, told, lost);
    }

    /// A receiver report told that so many of 256 did not come.
    pub fn on_report(&mut self, now: Instant, fraction_lost: u8) {
        let is_heard = self.heard.is_some_and(|at| now.saturating_duration_since(at) < FEEDBACK_COUNTS_FOR);
        if !is_heard {
            self.look(now, REPORT_WEIGHT, fraction_lost.into());
        }
    }

    fn look(&mut self, now: Instant, told: u32, lost: u32) {
        if self.mode == AudioRedundancy::Off {
            return;
        }
        if self.trial.is_running() {
            self.follow_trial(now, told, lost);
            return;
        }
        self.window.add(now, told, lost);
        let Some(loss) = self.window.loss(MIN_TOLD) else { return };
        let called_for = NEEDED_FROM.iter().filter(|&&from| loss >= from).count() as u8;
        let called_for = called_for.min(self.trial.most(now));
        let least = self.least();
        let down_to = self.repeats.checked_sub(1).and_then(|top| NEEDED_DOWN_TO.get(usize::from(top)));
        if called_for > self.repeats {
            self.repeats = called_for;
            self.needed = Some(now);
            self.trial.reset();
        } else if called_for == self.repeats || down_to.is_some_and(|&down_to| loss >= down_to) {
            self.needed = Some(now);
            if self.repeats > least && self.trial.begins(now, self.repeats, self.window.sample()) {
                self.repeats -= 1;
            }
        } else if self.needed.is_none_or(|at| now.saturating_duration_since(at) >= KEPT_FOR) {
            self.repeats -= 1;
            self.needed = Some(now);
            self.trial.forget();
        } else {
            self.trial.reset();
        }
        self.repeats = self.repeats.max(least);
    }

    fn follow_trial(&mut self, now: Instant, told: u32, lost: u32) {
        match self.trial.tell(now, told, lost, self.repeats) {
            Outcome::Open => return,
            Outcome::Needed => self.repeats += 1,
            Outcome::Harmful => {}
        }
        self.needed = Some(now);
        self.window = Window::default();
    }

    fn least(&self) -> u8 {
        u8::from(self.mode == AudioRedundancy::Always)
    }
}

#[cfg(test)]
mod tests;
