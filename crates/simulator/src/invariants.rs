//! What must hold in every run, whatever the seed.

use std::time::Duration;

use switchyard_vocab::codec::MediaKind;

use crate::elastic::Trace;
use crate::world::{Look, World};

/// Nobody may hear nothing for longer, as long as the link carries sound at all.
pub const LONGEST_SILENCE: Duration = Duration::from_secs(2);

/// No picture may be older when it is decoded: what waits so long waits in a queue that only grows.
pub const LONGEST_DELAY: Duration = Duration::from_secs(5);

/// More than the capacity and a tenth may be sent for this long at a time.
pub const LONGEST_EXCESS: Duration = Duration::from_secs(2);

/// Looks over which a rate is taken: half a second.
const WINDOW: usize = 5;

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// What of it does not hold for those who are watched in a call, a sentence each.
pub fn of_call(world: &World) -> Vec<String> {
    let watched: Vec<&str> = world.watched().collect();
    watched.into_iter().flat_map(|who| of_participant(world, who)).collect()
}

fn of_participant(world: &World, who: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let excess = longest_excess(world.looks(who));
    if excess > LONGEST_EXCESS {
        broken.push(format!("{who} is sent more than the link carries for {excess:?}"));
    }
    let Some(client) = world.client(who) else { return broken };
    let impression = client.impression();
    for (publication, (kind, whose)) in &client.told().others {
        let whose = whose.as_str();
        match kind {
            MediaKind::Audio => {
                let heard = impression.heard.get(publication).cloned().unwrap_or_default();
                let silent =
                    world.elapsed().saturating_sub(heard.last.unwrap_or_default()).max(heard.longest_gap);
                if silent > LONGEST_SILENCE {
                    broken.push(format!("{who} hears nothing of {whose} for {silent:?}"));
                }
                if heard.faults.count() > 0 {
                    broken.push(format!("{who} hears {whose} with faults: {:?}", heard.faults.first()));
                }
            }
            MediaKind::Video => {
                let seen = impression.seen.get(publication).cloned().unwrap_or_default();
                if seen.longest_delay > LONGEST_DELAY {
                    broken.push(format!("{who} sees {whose} {:?} late", seen.longest_delay));
                }
                if seen.faults.count() > 0 {
                    broken.push(format!("{who} sees {whose} with faults: {:?}", seen.faults.first()));
                }
            }
        }
    }
    broken
}

/// For how long at a time more was sent than the link carries and a tenth.
pub fn longest_excess(looks: &[Look]) -> Duration {
    let exceeds = looks.windows(WINDOW).map(|few| {
        let sent: u64 = few.iter().map(|look| look.tally.sent.as_bytes() * 8).sum();
        let room: f64 = few
            .iter()
            .map(|look| look.capacity.map_or(f64::INFINITY, |rate| rate.as_bps() as f64 * LOOK.as_secs_f64()))
            .sum();
        sent as f64 > 1.1 * room
    });
    longest(exceeds)
}

/// What of it does not hold for flows, a sentence each.
pub fn of_flows(trace: &Trace) -> Vec<String> {
    let window = LOOK * WINDOW as u32;
    let ends = trace.lasts.saturating_sub(window);
    let times = (0..).map(|i| LOOK * i).take_while(|at| *at < ends);
    let exceeds = times.map(|at| {
        let forward = trace.flows.iter().filter(|flow| !flow.is_backward);
        let sent: f64 = forward.map(|flow| flow.sent_in(at..at + window).as_bps() as f64).sum();
        let capacity = |at| trace.capacity.at(at).map_or(f64::INFINITY, |rate| rate.as_bps() as f64);
        sent > 1.1 * capacity(at).max(capacity(at + window))
    });
    let excess = longest(exceeds);
    let is_broken = excess > LONGEST_EXCESS;
    is_broken
        .then(|| format!("more is sent than the bottleneck carries for {excess:?}"))
        .into_iter()
        .collect()
}

fn longest(holds: impl Iterator<Item = bool>) -> Duration {
    let (mut run, mut longest) = (0, 0);
    for holds in holds {
        run = if holds { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    LOOK * longest
}

#[cfg(test)]
mod tests;
