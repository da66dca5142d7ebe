//! The lanes between workers, opened all at once: every worker can reach every other.

use std::sync::Arc;

use switchyard_vocab::ids::WorkerId;

use crate::demand::{self, Demand};
use crate::lane::{Receiver, Sender, lane};
use crate::media::{self, Batch};
use crate::stray::{self, Stray};
use crate::wake::Wake;

/// One worker's lanes to and from one other.
pub struct Link {
    /// Who is at the other end.
    pub other: WorkerId,
    /// Media for it.
    pub media_out: Sender<Batch>,
    /// Empty batches it gave back.
    pub empties_in: Receiver<Batch>,
    /// Media from it.
    pub media_in: Receiver<Batch>,
    /// Empty batches for it.
    pub empties_out: Sender<Batch>,
    /// What we want of its publications.
    pub demand_out: Sender<Demand>,
    /// What it wants of ours.
    pub demand_in: Receiver<Demand>,
    /// Its datagrams that came to us.
    pub stray_out: Sender<Stray>,
    /// Our datagrams that came to it.
    pub stray_in: Receiver<Stray>,
}

/// Opens all lanes between workers: for each worker its links, by the number of the other.
///
/// `wakes[i]` wakes worker `i`. Returning an empty batch wakes nobody: it is found when needed.
pub fn mesh(wakes: &[Arc<dyn Wake>]) -> Vec<Vec<Link>> {
    let mut links: Vec<Vec<Link>> = wakes.iter().map(|_| Vec::new()).collect();
    for a in 0..wakes.len() {
        for b in a + 1..wakes.len() {
            let (at_a, at_b) = pair(a, b, wakes);
            links[a].push(at_a);
            links[b].push(at_b);
        }
    }
    links
}

fn pair(a: usize, b: usize, wakes: &[Arc<dyn Wake>]) -> (Link, Link) {
    let (media_ab, media_from_a) = lane(media::CAPACITY, wakes[b].clone());
    let (media_ba, media_from_b) = lane(media::CAPACITY, wakes[a].clone());
    let (empties_ab, empties_from_a) = lane(media::CAPACITY, wakes[b].clone());
    let (empties_ba, empties_from_b) = lane(media::CAPACITY, wakes[a].clone());
    let (demand_ab, demand_from_a) = lane(demand::CAPACITY, wakes[b].clone());
    let (demand_ba, demand_from_b) = lane(demand::CAPACITY, wakes[a].clone());
    let (stray_ab, stray_from_a) = lane(stray::CAPACITY, wakes[b].clone());
    let (stray_ba, stray_from_b) = lane(stray::CAPACITY, wakes[a].clone());

    let at_a = Link {
        other: WorkerId(b as u8),
        media_out: media_ab,
        empties_in: empties_from_b,
        media_in: media_from_b,
        empties_out: empties_ab,
        demand_out: demand_ab,
        demand_in: demand_from_b,
        stray_out: stray_ab,
        stray_in: stray_from_b,
    };
    let at_b = Link {
        other: WorkerId(a as u8),
        media_out: media_ba,
        empties_in: empties_from_a,
        media_in: media_from_a,
        empties_out: empties_ba,
        demand_out: demand_ba,
        demand_in: demand_from_a,
        stray_out: stray_ba,
        stray_in: stray_from_a,
    };
    (at_a, at_b)
}

#[cfg(test)]
mod tests;
