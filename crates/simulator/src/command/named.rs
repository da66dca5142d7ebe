//! Scenarios by the names that commands use.

use switchyard_simulator::elastic::Trace;
use switchyard_simulator::invariants;
use switchyard_simulator::library::{first_call, random};
use switchyard_simulator::plot::Chart;
use switchyard_simulator::scenario::Scenario;
use switchyard_simulator::scorecard::{self, Case, page};
use switchyard_simulator::seed::Seed;
use switchyard_simulator::world::World;

/// A scenario that was found by its name.
pub(crate) enum Named {
    /// Flows over a bottleneck.
    Flows(Case<Trace>),
    /// A call in which subscribers get what fits.
    Layers(Case<World>),
    /// A call with claims of its own.
    Call(String, Scenario),
    /// A call in which everything is drawn from the seed.
    Random,
}

/// What is left of a run.
pub(super) struct Played {
    /// The last events, if there are any.
    pub(super) log: Vec<String>,
    /// What was measured.
    pub(super) figures: Vec<String>,
    /// What must hold and did not.
    pub(super) broken: Vec<String>,
    pub(super) chart: Chart,
}

/// All names.
pub(crate) fn names() -> Vec<String> {
    let flows = scorecard::estimator().into_iter().map(|case| case.name);
    let layers = scorecard::layers().into_iter().chain(scorecard::recovery()).map(|case| case.name);
    let calls = first_call::calls().into_iter().map(|call| spelled(&call));
    [random::NAME.to_owned()].into_iter().chain(layers).chain(calls).chain(flows).collect()
}

/// How commands spell the name of a call.
fn spelled(call: &Scenario) -> String {
    call.name().replace(' ', "-")
}

impl Named {
    /// The scenario of that name.
    pub(super) fn find(name: &str) -> Result<Self, String> {
        if name == random::NAME {
            return Ok(Self::Random);
        }
        let calls = || scorecard::layers().into_iter().chain(scorecard::recovery());
        let layers = calls().find(|case| case.name == name).map(Self::Layers);
        let flows = || scorecard::estimator().into_iter().find(|case| case.name == name).map(Self::Flows);
        let call = || first_call::calls().into_iter().find(|call| spelled(call) == name);
        let call = || call().map(|call| Self::Call(name.to_owned(), call));
        layers.or_else(flows).or_else(call).ok_or_else(|| format!("there is no scenario called {name}"))
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Flows(case) => &case.name,
            Self::Layers(case) => &case.name,
            Self::Call(name, _) => name,
            Self::Random => random::NAME,
        }
    }

    /// Plays it.
    pub(super) fn play(&self, seed: Seed) -> Played {
        match self {
            Self::Flows(case) => {
                let trace = (case.play)(seed);
                let (figures, chart) = (figures(case, &trace), (case.draw)(case, &trace));
                Played { log: Vec::new(), figures, broken: invariants::of_flows(&trace), chart }
            }
            Self::Layers(case) => {
                let world = (case.play)(seed);
                let (figures, chart) = (figures(case, &world), (case.draw)(case, &world));
                Played { broken: invariants::of_call(&world), log: log(&world), figures, chart }
            }
            Self::Call(name, call) => {
                let outcome = call.play(seed);
                // People mute themselves there and leave: what must hold is what the call claims.
                let broken: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
                let title = format!("{name}, seed {}", seed.0);
                ended(&outcome.world, broken, &title)
            }
            Self::Random => {
                let world = random::call(seed).play(seed).world;
                ended(&world, invariants::of_call(&world), &format!("Random call, seed {}", seed.0))
            }
        }
    }
}

fn ended(world: &World, broken: Vec<String>, title: &str) -> Played {
    let figures = world.watched().map(|who| summary(world, who)).collect();
    Played { log: log(world), figures, broken, chart: Chart::of_call(title, world) }
}

fn figures<T>(case: &Case<T>, run: &T) -> Vec<String> {
    let figure = |target: &scorecard::Target<T>| {
        let value = (target.figure)(run);
        let verdict = if target.bound.miss(value) <= 0.0 { "met" } else { "missed" };
        format!("{}: {} ({verdict})", target.measure, page::figure(target.unit, value))
    };
    case.targets.iter().map(figure).collect()
}

fn log(world: &World) -> Vec<String> {
    let log = world.log();
    let end = format!("{} events, {:016x}", log.len(), log.hash());
    log.lines().map(str::to_owned).chain([end]).collect()
}

/// What somebody saw and heard, in a line for each of the others.
fn summary(world: &World, who: &str) -> String {
    let others = world.looks(who).last().into_iter().flat_map(|look| look.of.keys());
    let of = others.map(|whom| {
        let (seen, heard) = (world.sees(who, whom).unwrap_or_default(), world.hears(who, whom).unwrap_or_default());
        format!(
            "\n  {whom}: {} frames, {} left out, {} freezes, {} changes of layer, delay up to {:?}; {} of {} packets of sound, silent up to {:?}",
            seen.decoded, seen.left_out, seen.freezes, seen.switches, seen.longest_delay, heard.packets, heard.expected, heard.longest_gap
        )
    });
    format!("{who} saw and heard{}", of.collect::<String>())
}
