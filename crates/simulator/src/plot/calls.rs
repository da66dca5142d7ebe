//! The chart of what one participant of a call receives.

use std::collections::BTreeSet;
use std::time::Duration;

use super::flows::kbps;
use super::{Chart, Line, Look, Panel, step};
use crate::world::{self, World};

impl Chart {
    /// Capacity, rate, wait, loss and layers of the first participant who is watched; nothing where nobody is.
    pub fn of_call(title: &str, world: &World) -> Self {
        let looks = world.watched().next().map_or(&[][..], |who| world.looks(who));
        let of: BTreeSet<&String> = looks.iter().flat_map(|look| look.of.keys()).collect();
        let looks = Looks::new(looks, step(world.elapsed(), 4 + of.len()));
        let line = |name: &str, look, points| Line { name: name.to_owned(), look, points };
        let rates = vec![
            line("capacity", Look::Limit, looks.map(|few| few[0].capacity.map_or(0.0, kbps))),
            line(
                "sent",
                Look::Decided(0),
                looks.map(|few| looks.rate(few, |look| look.tally.sent.as_bytes())),
            ),
        ];
        let waits = looks.map(|few| few.iter().map(wait).fold(0.0, f64::max));
        let losses = looks.map(|few| {
            let sent: u64 = few.iter().map(|look| look.tally.sent.as_bytes()).sum();
            100.0 * few.iter().map(|look| look.tally.lost.as_bytes()).sum::<u64>() as f64
                / (sent as f64).max(1.0)
        });
        let layers = of.iter().zip(0..).map(|(whom, number)| {
            // Where nothing was decoded there is no layer, whatever the last one was.
            let mut before = 0;
            let layer = |few: &[world::Look]| {
                let glance = few.last().and_then(|look| look.of.get(*whom)).copied().unwrap_or_default();
                let moves = glance.decoded > std::mem::replace(&mut before, glance.decoded);
                glance.encoding.filter(|_| moves).map_or(0.0, |encoding| f64::from(encoding) + 1.0)
            };
            line(whom, Look::Steps(number), looks.map(layer))
        });
        let panels = vec![
            Panel { what: "kbit/s", height: 200.0, least: 100.0, lines: rates },
            Panel { what: "layer", height: 80.0, least: 3.0, lines: layers.collect() },
            Panel {
                what: "wait in queue, ms",
                height: 80.0,
                least: 50.0,
                lines: vec![line("longest", Look::Decided(0), waits)],
            },
            Panel {
                what: "loss, %",
                height: 60.0,
                least: 4.0,
                lines: vec![line("lost", Look::Decided(0), losses)],
            },
        ];
        Self { title: title.to_owned(), lasts: world.elapsed(), panels }
    }
}

fn wait(look: &world::Look) -> f64 {
    look.tally.longest_wait.as_secs_f64() * 1e3
}

/// Looks, a few of them for each point.
struct Looks<'w> {
    looks: &'w [world::Look],
    each: usize,
    step: Duration,
}

impl<'w> Looks<'w> {
    fn new(looks: &'w [world::Look], step: Duration) -> Self {
        Self { looks, each: (step.as_millis() as usize / 100).max(1), step }
    }

    fn map(&self, value: impl FnMut(&[world::Look]) -> f64) -> Vec<(f64, f64)> {
        let mut value = value;
        self.looks.chunks(self.each).map(|few| (few[0].at.as_secs_f64(), value(few))).collect()
    }

    fn rate(&self, few: &[world::Look], bytes: impl Fn(&world::Look) -> u64) -> f64 {
        let time = self.step.as_secs_f64() * few.len() as f64 / self.each as f64;
        few.iter().map(bytes).sum::<u64>() as f64 * 8.0 / time / 1e3
    }
}
