//! The scorecard: worlds that a congestion control has to live in, what is asked of it there, and what it did.
//!
//! ```text
//! cases ──play, a few seeds each──► figures ──the worst of the seeds──► scores
//!                                                                         │
//!                        baseline (worse fails) ◄─────────────────────────┴──► page (target, result, plot)
//! ```
//!
//! A target that is missed is shown as missed. What fails a test is a figure worse than the one that was committed.

pub mod baseline;
pub mod beyond;
pub mod browsers;
pub mod layers;
mod measures;
pub mod page;
pub mod recovery;
pub mod rfc8867;

use crate::elastic::{Elastic, Trace};
use crate::plot::Chart;
use crate::scenario::Scenario;
use crate::seed::Seed;
use crate::world::World;

/// Each case is played with these; the figure is the worst of them.
pub const SEEDS: [Seed; 3] = [Seed(1), Seed(2), Seed(3)];

/// A world and what is asked there. `T` is what is left of a run.
pub struct Case<T> {
    /// Its name, as files and commands spell it.
    pub name: String,
    /// Where it comes from.
    pub source: &'static str,
    /// What happens in it, in a sentence.
    pub about: String,
    /// Lets it happen.
    pub play: Box<dyn Fn(Seed) -> T>,
    /// Draws it.
    pub draw: fn(&Self, &T) -> Chart,
    /// What is asked.
    pub targets: Vec<Target<T>>,
}

/// One thing that is asked.
pub struct Target<T> {
    /// What is measured.
    pub measure: String,
    /// In what.
    pub unit: Unit,
    /// How much of it is good enough.
    pub bound: Bound,
    /// How it is measured.
    pub figure: Box<dyn Fn(&T) -> f64>,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit {
    /// Hundredths of a whole.
    Percent,
    /// The same, where a hundredth of one counts.
    FinePercent,
    /// Thousands of bits a second.
    Kbps,
    /// Thousandths of a second.
    Millis,
    /// Seconds.
    Seconds,
    /// Thousands of bytes.
    Kilobytes,
    /// One number by another.
    Ratio,
    /// How many.
    Count,
}

/// How much is good enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// So much, or more.
    AtLeast(f64),
    /// So much, or less.
    AtMost(f64),
    /// Neither less than the one nor more than the other.
    Between(f64, f64),
}

/// What a case measured: the worst of all seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The case.
    pub case: String,
    /// What was measured.
    pub measure: String,
    /// In what.
    pub unit: Unit,
    /// How much is good enough.
    pub bound: Bound,
    /// How much it was.
    pub figure: f64,
}

impl Bound {
    /// How far a figure is beyond the bound; negative while it is good enough.
    pub fn miss(self, figure: f64) -> f64 {
        match self {
            Self::AtLeast(least) => least - figure,
            Self::AtMost(most) => figure - most,
            Self::Between(least, most) => (least - figure).max(figure - most),
        }
    }
}

impl Unit {
    /// By how much a figure may differ without meaning anything: other machines round otherwise.
    pub const fn tolerance(self) -> f64 {
        match self {
            Self::Percent | Self::Millis | Self::Kbps => 2.0,
            Self::Seconds => 0.2,
            Self::Ratio => 0.02,
            Self::FinePercent => 0.05,
            Self::Count | Self::Kilobytes => 0.5,
        }
    }
}

impl Score {
    /// Whether the target is met.
    pub fn is_met(&self) -> bool {
        self.bound.miss(self.figure) <= 0.0
    }
}

impl<T> Case<T> {
    /// Plays it with every seed; gives back the scores, and the run with the first seed.
    pub fn score(&self) -> (Vec<Score>, T) {
        let mut runs: Vec<T> = SEEDS.into_iter().map(|seed| (self.play)(seed)).collect();
        let scores = self.targets.iter().map(|target| {
            let figures = runs.iter().map(|run| rounded((target.figure)(run)));
            let worst = figures.max_by(|a, b| target.bound.miss(*a).total_cmp(&target.bound.miss(*b)));
            Score {
                case: self.name.clone(),
                measure: target.measure.clone(),
                unit: target.unit,
                bound: target.bound,
                figure: worst.unwrap_or(f64::NAN),
            }
        });
        (scores.collect(), runs.swap_remove(0))
    }
}

impl Case<Trace> {
    fn elastic(
        name: &str,
        source: &'static str,
        about: &str,
        world: Elastic,
        targets: Vec<Target<Trace>>,
    ) -> Self {
        let play = Box::new(move |seed| world.run(seed));
        let (name, about) = (name.to_owned(), about.to_owned());
        Self { name, source, about, play, draw: |case, trace| Chart::of_flows(&case.about, trace), targets }
    }
}

/// All cases of the estimator with its pacer, without the rest of the server.
pub fn estimator() -> Vec<Case<Trace>> {
    rfc8867::cases().into_iter().chain(beyond::cases()).chain(browsers::cases()).collect()
}

impl Case<World> {
    fn call(
        name: &str,
        source: &'static str,
        about: &str,
        scenario: Scenario,
        targets: Vec<Target<World>>,
    ) -> Self {
        let play = Box::new(move |seed| scenario.play(seed).world);
        let (name, about) = (name.to_owned(), about.to_owned());
        Self { name, source, about, play, draw: |case, world| Chart::of_call(&case.about, world), targets }
    }
}

/// All cases of whole calls in which subscribers get what fits.
pub fn layers() -> Vec<Case<World>> {
    layers::cases()
}

/// All cases of whole calls in which something is lost.
pub fn recovery() -> Vec<Case<World>> {
    recovery::cases()
}

/// To three digits behind the point: what is written down is what is compared.
fn rounded(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}
