//! A scenario: conditions, media, run, check, as a list of steps that reads as prose.

mod step;

use std::fmt;
use std::time::Duration;

use switchyard_control::placement::Placement;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::redundancy::AudioRedundancy;

use crate::client::media::Media;
use crate::network::LinkConditions;
use crate::seed::Seed;
use crate::world::{World, WorldConfig};
use step::{Step, Wish};

/// A link like a good home's: 20 ms each way, nothing lost.
const USUAL_LINK: LinkConditions = LinkConditions::clean(Duration::from_millis(20));

/// What is to happen, and what must be true.
pub struct Scenario {
    name: &'static str,
    config: WorldConfig,
    link: LinkConditions,
    steps: Vec<Step>,
}

/// How a scenario went.
pub struct Outcome {
    /// The world at its end.
    pub world: World,
    /// The claims that did not hold.
    pub failures: Vec<Failure>,
}

/// A claim that did not hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// What was claimed.
    pub claim: &'static str,
    /// When, since the start of the run.
    pub at: Duration,
    /// What was found instead.
    pub reason: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s: \"{}\" does not hold: {}", self.at.as_secs_f64(), self.claim, self.reason)
    }
}

impl Scenario {
    /// A scenario with one worker and usual links, in which nothing happens yet.
    pub const fn called(name: &'static str) -> Self {
        let (placement, redundancy) = (Placement::Spread, AudioRedundancy::OnLoss);
        let config = WorldConfig { workers: 1, placement, adapts: false, redundancy, ccfb: false };
        Self { name, config, link: USUAL_LINK, steps: Vec::new() }
    }

    /// Sessions are spread over so many workers, one after the other.
    pub const fn over_workers(mut self, workers: u8) -> Self {
        self.config.workers = workers;
        self
    }

    /// Each subscriber gets what fits on its way, instead of all it asks for.
    pub const fn adapting(mut self) -> Self {
        self.config.adapts = true;
        self
    }

    /// Sound is repeated then.
    pub const fn repeating_sound(mut self, redundancy: AudioRedundancy) -> Self {
        self.config.redundancy = redundancy;
        self
    }

    /// Subscribers tell stream by stream what arrives (RFC 8888), and not of all packets in one row.
    pub const fn told_by_stream(mut self) -> Self {
        self.config.ccfb = true;
        self
    }

    /// Everybody who enters from now on has a link like this, in both directions.
    pub fn behind(mut self, link: LinkConditions) -> Self {
        self.link = link;
        self
    }

    /// Somebody comes and publishes this. Whoever has left may come again.
    pub fn enters(self, who: &'static str, media: Media) -> Self {
        let link = self.link.clone();
        self.step(Step::Enter { who, media, link })
    }

    /// So many come one after the other within a time and receive. They are called `guest 0`, `guest 1` and so on.
    pub fn crowd(self, guests: u32, within: Duration) -> Self {
        let link = self.link.clone();
        self.step(Step::Crowd { guests, within, link })
    }

    /// From now on somebody asks for a hundred keyframes and 50 000 packets a second of every picture.
    pub fn floods(self, who: &'static str) -> Self {
        self.step(Step::Flood(who))
    }

    /// Somebody goes.
    pub fn leaves(self, who: &'static str) -> Self {
        self.step(Step::Want { who, wish: Wish::Leave })
    }

    /// Somebody silences their own camera or microphone for everybody.
    pub fn mutes(self, who: &'static str, kind: MediaKind) -> Self {
        self.step(Step::Want { who, wish: Wish::SetMuted { kind, muted: true } })
    }

    /// Somebody lets their camera or microphone be seen or heard again.
    pub fn unmutes(self, who: &'static str, kind: MediaKind) -> Self {
        self.step(Step::Want { who, wish: Wish::SetMuted { kind, muted: false } })
    }

    /// Somebody wants no higher layer than this of somebody's camera.
    pub fn wants_at_most(self, who: &'static str, layer: SpatialLayer, of: &'static str) -> Self {
        self.step(Step::Want { who, wish: Wish::SetMaxLayer { of, layer } })
    }

    /// Somebody wants nothing of somebody's camera for now.
    pub fn pauses(self, who: &'static str, of: &'static str) -> Self {
        self.step(Step::Want { who, wish: Wish::SetPaused { of, paused: true } })
    }

    /// Somebody wants somebody's camera again.
    pub fn resumes(self, who: &'static str, of: &'static str) -> Self {
        self.step(Step::Want { who, wish: Wish::SetPaused { of, paused: false } })
    }

    /// Somebody's link changes, in both directions.
    pub fn moves_to(self, who: &'static str, link: LinkConditions) -> Self {
        self.turns_to(who, link.clone(), link)
    }

    /// Somebody's link changes, to them otherwise than from them.
    pub fn turns_to(self, who: &'static str, up: LinkConditions, down: LinkConditions) -> Self {
        self.step(Step::Link { who, up, down })
    }

    /// From now on what somebody receives is written down, tenth of a second by tenth of a second.
    pub fn watches(self, who: &'static str) -> Self {
        self.step(Step::Watch(who))
    }

    /// Time passes.
    pub fn runs(self, time: Duration) -> Self {
        self.step(Step::Run(time))
    }

    /// Time passes, and of what anybody has seen until then nothing counts.
    pub fn settles(self, time: Duration) -> Self {
        self.step(Step::Run(time)).step(Step::Settled)
    }

    /// Something must be true now; says what is true instead.
    pub fn checks(self, claim: &'static str, check: impl Fn(&World) -> Result<(), String> + 'static) -> Self {
        self.step(Step::Check { claim, check: Box::new(check) })
    }

    /// The same steps so many times over, numbered from zero.
    pub fn repeats(self, times: u32, steps: impl Fn(Self, u32) -> Self) -> Self {
        (0..times).fold(self, steps)
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// What it is called.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Lets it happen.
    pub fn play(&self, seed: Seed) -> Outcome {
        let mut world = World::new(seed, self.config);
        let mut failures = Vec::new();
        for step in &self.steps {
            if let Err((claim, reason)) = step.take(&mut world) {
                failures.push(Failure { claim, at: world.elapsed(), reason });
            }
        }
        Outcome { world, failures }
    }
}
