//! Bans: who may not come back into a room for a while.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use switchyard_vocab::ids::Identity;

use crate::admission::room_for_one_more;
use crate::refusal::Refusal;
use crate::room::key::RoomKey;

/// Every ban that still counts, each until its own time, rooms that nobody is in included. In memory only.
#[derive(Debug, Default)]
pub(crate) struct Bans(BTreeMap<(RoomKey, Identity), Instant>);

impl Bans {
    /// Bans somebody from a room. When there are `limit` that still count, it is refused rather than another
    /// forgotten.
    pub(crate) fn add(
        &mut self,
        now: Instant,
        (room, identity): (RoomKey, Identity),
        lasts: Duration,
        limit: usize,
    ) -> Result<(), Refusal> {
        self.0.retain(|_, until| *until > now);
        let key = (room, identity);
        if !self.0.contains_key(&key) {
            room_for_one_more("bans", self.0.len(), limit)?;
        }
        self.0.insert(key, now + lasts);
        Ok(())
    }

    /// Refuses somebody who is banned from a room.
    pub(crate) fn check(&self, now: Instant, room: &RoomKey, identity: &Identity) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        let until = self.0.get(&(room.clone(), identity.clone()));
        let left = until.map(|until| until.saturating_duration_since(now)).unwrap_or_default();
        if left.is_zero() { Ok(()) } else { Err(Refusal::Banned { seconds: left.as_secs() + 1 }) }
    }
}
