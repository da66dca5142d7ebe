//! Placement: on which worker a session's peers live. Pure; knows loads, not rooms or sessions.

use serde::{Deserialize, Serialize};
use switchyard_vocab::ids::WorkerId;

/// By how many peers a room's own worker may be ahead of the emptiest before a room spills over.
///
/// Spilling costs one crossing per publication and worker; not spilling costs latency for everybody
/// on a busy core. Sixty-four peers are about a tenth of what one core carries.
const SPILL_PEERS: usize = 64;

/// How sessions are spread over workers.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    /// A room stays together until its worker is clearly busier than another.
    #[default]
    Affine,
    /// One worker after the other, whatever the room: makes small rooms cross workers.
    Spread,
}

/// What placement knows of one worker.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WorkerLoad {
    /// Peers it holds.
    pub peers: usize,
    /// Of these, peers of the room in question.
    pub of_room: usize,
}

impl Placement {
    /// The worker for one more session, given every worker's load in the order of their numbers.
    ///
    /// `turn` counts the sessions placed so far. `None` only when there are no workers.
    pub fn choose(self, loads: &[WorkerLoad], turn: u64) -> Option<WorkerId> {
        let last = u8::try_from(loads.len().checked_sub(1)?).unwrap_or(u8::MAX);
        let load = |id: &u8| loads[usize::from(*id)];
        let emptiest = (0..=last).min_by_key(|id| load(id).peers)?;

        let chosen = match self {
            Self::Spread => (turn % (u64::from(last) + 1)) as u8,
            Self::Affine => (0..=last)
                .filter(|id| load(id).of_room > 0)
                .min_by_key(|id| load(id).peers)
                .filter(|id| load(id).peers <= load(&emptiest).peers + SPILL_PEERS)
                .unwrap_or(emptiest),
        };
        Some(WorkerId(chosen))
    }
}

#[cfg(test)]
mod tests;
