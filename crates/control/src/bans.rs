//! Bans: who may not come back into a room for a while.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::{Duration, Instant};

use switchyard_vocab::ids::Identity;

use crate::admission::room_for_one_more;
use crate::query::Ban;
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

    /// Lets somebody back in. Gives back whether they were banned.
    pub(crate) fn lift(&mut self, now: Instant, room: &RoomKey, identity: &Identity) -> bool {
        let until = self.0.remove(&(room.clone(), identity.clone()));
        until.is_some_and(|until| until > now)
    }

    /// Who is banned from a room, in order, after one.
    pub(crate) fn after<'a>(
        &'a self,
        now: Instant,
        room: &'a RoomKey,
        after: Option<&Identity>,
    ) -> impl Iterator<Item = Ban> + 'a {
        let start = match after {
            Some(identity) => Bound::Excluded((room.clone(), identity.clone())),
            None => Bound::Included((room.clone(), Identity::new(""))),
        };
        let bans = self.0.range((start, Bound::Unbounded)).take_while(move |((of, _), _)| of == room);
        let valid = bans.filter(move |(_, until)| **until > now);
        valid.map(|((_, identity), &until)| Ban { identity: identity.clone(), until })
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
