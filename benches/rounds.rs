//! Interleaved rounds: every stage once per round, so that what disturbs the machine for a while
//! disturbs all of them alike, and the median passes it over.

use std::fmt;
use std::time::{Duration, Instant};

use crate::counting::allocations;

/// Rounds before any is counted: caches fill, tables and rings reach their sizes.
const WARM_UP: usize = 8;

/// Rounds that are counted. Odd, so that the median is one of them.
const ROUNDS: usize = 201;

/// Packets per stage and round: their buffers stay within a second-level cache.
pub const PACKETS: usize = 256;

/// One thing to measure.
pub trait Stage {
    /// What it is called in the table.
    fn name(&self) -> String;

    /// Makes [`PACKETS`] packets ready. Not measured.
    fn prepare(&mut self);

    /// Does the work on all of them. Returns how many it was done on, so that nothing can be left out
    /// unseen.
    fn run(&mut self) -> usize;
}

/// What one stage costs per packet.
#[derive(Clone, Debug)]
pub struct Cost {
    /// The stage.
    pub name: String,
    /// Nanoseconds in the median round.
    pub median: f64,
    /// … in the best round.
    pub best: f64,
    /// … that nine rounds of ten do not exceed. Far above the median: the machine was busy otherwise.
    pub p90: f64,
    /// Allocations, over all counted rounds.
    pub allocations: f64,
}

/// Measures all stages.
///
/// # Panics
///
/// When a stage did not work on every packet: its figure would be a lie.
pub fn measure(stages: &mut [Box<dyn Stage>]) -> Vec<Cost> {
    let mut times = vec![Vec::with_capacity(ROUNDS); stages.len()];
    let mut allocated = vec![0; stages.len()];
    for round in 0..WARM_UP + ROUNDS {
        for (index, stage) in stages.iter_mut().enumerate() {
            stage.prepare();
            let before = allocations();
            let began = Instant::now();
            let done = std::hint::black_box(stage.run());
            let took = began.elapsed();
            let after = allocations();
            assert_eq!(done, PACKETS, "{} did not work on every packet", stage.name());
            if round >= WARM_UP {
                times[index].push(took);
                allocated[index] += after - before;
            }
        }
    }
    let each = stages.iter().zip(times).zip(allocated);
    each.map(|((stage, times), allocated)| Cost::new(stage.name(), times, allocated)).collect()
}

impl Cost {
    fn new(name: String, mut times: Vec<Duration>, allocated: u64) -> Self {
        times.sort_unstable();
        let at = |index: usize| {
            let time = times.get(index).copied().unwrap_or_default();
            time.as_secs_f64() * 1e9 / PACKETS as f64
        };
        let counted = (times.len() * PACKETS).max(1) as f64;
        let (median, best, p90) = (at(times.len() / 2), at(0), at(times.len() * 9 / 10));
        Self { name, median, best, p90, allocations: allocated as f64 / counted }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, median, best, p90, allocations } = self;
        write!(f, "| {name:<44} | {median:>7.0} | {best:>7.0} | {p90:>7.0} | {allocations:>11.3} |")
    }
}

/// Prints a table that can be pasted into a document.
pub fn print(costs: &[Cost]) {
    println!("| {:<44} | {:>7} | {:>7} | {:>7} | {:>11} |", "stage", "ns", "best", "p90", "allocations");
    println!("| {:-<44} | {:->6}: | {:->6}: | {:->6}: | {:->10}: |", "", "", "", "", "");
    costs.iter().for_each(|cost| println!("{cost}"));
}
