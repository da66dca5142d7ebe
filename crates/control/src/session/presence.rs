//! Whether a participant listens, and what it may have missed while it did not.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use crate::intent::{Heard, Resumption};
use crate::notice::Message;

/// Most messages kept for a session, in case they did not reach it. More than are said in most rooms while somebody
/// is away; each costs a pointer per session, because its text is shared.
pub(crate) const MESSAGES_KEPT: usize = 128;

/// Most bytes of text and names in them; at least one of the longest messages that can be configured fits.
pub(crate) const MESSAGE_BYTES_KEPT: usize = 128 * 1024;

/// How a participant is reached.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    /// The latest of its connections.
    latest: Resumption,
    /// Nobody listens; the session is over when nobody has come back by then.
    lingers_until: Option<Instant>,
    /// Somebody has come back, and waits to be seen to.
    is_expected: bool,
    pub(crate) messages: RecentMessages,
}

impl Presence {
    /// Its connection is lost; says whether that was the latest one. Whoever lost a connection of which nobody has
    /// heard yet has lost all those before it.
    pub(crate) fn lose(&mut self, lost: Resumption, until: Instant) -> bool {
        let was_reached = self.lingers_until.is_none();
        let is_latest = lost > self.latest || lost == self.latest && was_reached;
        if is_latest {
            self.latest = lost;
            self.lingers_until = Some(until);
        }
        if is_latest && was_reached {
            self.messages.note_loss();
        }
        is_latest
    }

    /// It is back on another connection; says whether that is the latest one.
    pub(crate) fn resume(&mut self, by: Resumption) -> bool {
        let is_latest = by > self.latest;
        self.is_expected = false;
        if is_latest {
            self.latest = by;
            self.lingers_until = None;
        }
        is_latest
    }

    /// Somebody has come back, and will be seen to.
    pub(crate) const fn expect_return(&mut self) {
        self.is_expected = true;
    }

    /// Whether nobody listens.
    pub(crate) const fn is_lingering(&self) -> bool {
        self.lingers_until.is_some()
    }

    /// When the session is over for want of a connection.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.lingers_until.filter(|_| !self.is_expected)
    }
}

/// The last messages that a session was told, within bounds. What a network swallowed the server can't know: the
/// client says on its return what it had.
#[derive(Debug, Default)]
pub(crate) struct RecentMessages {
    kept: VecDeque<Arc<Message>>,
    bytes: usize,
    /// How many there ever were.
    told: u64,
    /// How many there were when the connection was lost.
    told_at_loss: Option<u64>,
    to_room: Dropped,
    to_one: Dropped,
}

/// Numbers of messages that are no longer kept.
#[derive(Clone, Copy, Debug, Default)]
struct Dropped {
    /// The one before the first that the session was told.
    before: u64,
    /// The last of them; 0 when all are kept.
    last: u64,
}

impl Dropped {
    fn add(&mut self, number: u64) {
        if self.last == 0 {
            self.before = number.saturating_sub(1);
        }
        self.last = number;
    }

    /// How many there are beyond the one that was heard last.
    fn beyond(&self, heard: u64) -> u64 {
        self.last.saturating_sub(self.before.max(heard))
    }
}

impl RecentMessages {
    pub(crate) fn keep(&mut self, message: Arc<Message>) {
        self.told += 1;
        self.bytes += size(&message);
        self.kept.push_back(message);
        while self.kept.len() > MESSAGES_KEPT || self.bytes > MESSAGE_BYTES_KEPT {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= size(&oldest);
            let dropped = if oldest.to.is_some() { &mut self.to_one } else { &mut self.to_room };
            dropped.add(oldest.number);
        }
    }

    fn note_loss(&mut self) {
        self.told_at_loss = Some(self.told);
    }

    /// What has to be told again, and how many there were more, at most. Whoever does not say what it had is told
    /// what came while its connection was known to be lost.
    pub(crate) fn missed(&mut self, heard: Option<Heard>) -> (Vec<Arc<Message>>, u64) {
        let at_loss = self.told_at_loss.take().unwrap_or(self.told);
        let first = self.told - self.kept.len() as u64;
        let Some(Heard { message, direct }) = heard else {
            let known = usize::try_from(at_loss.saturating_sub(first)).unwrap_or(usize::MAX);
            return (self.kept.iter().skip(known).cloned().collect(), first.saturating_sub(at_loss));
        };
        let is_missed = |one: &&Arc<Message>| one.number > if one.to.is_some() { direct } else { message };
        let missed = self.kept.iter().filter(is_missed).cloned().collect();
        (missed, self.to_room.beyond(message) + self.to_one.beyond(direct))
    }
}

fn size(message: &Message) -> usize {
    let names = [&message.from, &message.to].into_iter().flatten();
    message.text.len() + names.map(|name| name.as_str().len()).sum::<usize>()
}

#[cfg(test)]
mod tests;
