//! Bans: who may not come back into a room for a while.

use std::ops::Bound;
use std::time::{Duration, Instant};

use switchyard_vocab::ids::{Identity, RoomName};

use crate::kept_until::KeptUntil;
use crate::query::Ban;
use crate::refusal::Refusal;
use crate::room::key::RoomKey;

/// Every ban that still counts, rooms that nobody is in included.
#[derive(Debug, Default)]
pub(crate) struct Bans(KeptUntil<(RoomName, Identity)>);

impl Bans {
    /// Bans somebody from a room. When its tenant has `limit` that still count, it is refused rather than another
    /// forgotten.
    pub(crate) fn add(
        &mut self,
        now: Instant,
        (room, identity): (RoomKey, Identity),
        lasts: Duration,
        limit: usize,
    ) -> Result<(), Refusal> {
        let RoomKey { tenant, name } = room;
        self.0.add(now, (&tenant, (name, identity), now + lasts), ("bans", limit))
    }

    /// Lets somebody back in. Gives back whether they were banned.
    pub(crate) fn lift(&mut self, now: Instant, room: &RoomKey, identity: &Identity) -> bool {
        self.0.lift(now, &room.tenant, &(room.name.clone(), identity.clone()))
    }

    /// Who is banned from a room, in order, after one.
    pub(crate) fn after<'a>(
        &'a self,
        now: Instant,
        room: &'a RoomKey,
        after: Option<&Identity>,
    ) -> impl Iterator<Item = Ban> + 'a {
        let start = match after {
            Some(identity) => Bound::Excluded((room.name.clone(), identity.clone())),
            None => Bound::Included((room.name.clone(), Identity::new(""))),
        };
        let bans = self.0.of(now, &room.tenant, start).take_while(move |((of, _), _)| *of == room.name);
        bans.map(|((_, identity), until)| Ban { identity: identity.clone(), until })
    }

    /// Refuses somebody who is banned from a room.
    pub(crate) fn check(&self, now: Instant, room: &RoomKey, identity: &Identity) -> Result<(), Refusal> {
        if !self.0.has_any(&room.tenant) {
            return Ok(());
        }
        let until = self.0.until(now, &room.tenant, &(room.name.clone(), identity.clone()));
        until.map_or(Ok(()), |until| {
            let left = until.saturating_duration_since(now);
            Err(Refusal::Banned { seconds: left.as_secs() + 1 })
        })
    }
}
