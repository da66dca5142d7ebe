//! The output queue: commands and notices in the order in which they have to leave.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;
use switchyard_bus::command::Command;
use switchyard_vocab::ids::{SessionId, WorkerId};

use crate::intent::RequestId;
use crate::notice::{Addressed, Notice};
use crate::refusal::Refusal;

/// Something control wants done.
///
/// The order counts: a command that makes a description true comes before the notice that
/// carries the description.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Tell a participant.
    Notice(Addressed),
    /// Tell a worker.
    Command(WorkerId, Command),
}

/// Everything that waits to leave. Its owner empties it after every input, so what it holds is
/// bounded by what one input can cause: a few values per participant of one room.
#[derive(Default)]
pub(crate) struct OutputQueue {
    waiting: VecDeque<Output>,
    /// Sessions that nobody listens for. They are told nothing but that they are over.
    silenced: FxHashSet<SessionId>,
}

impl OutputQueue {
    pub(crate) fn pop(&mut self) -> Option<Output> {
        self.waiting.pop_front()
    }

    /// Tells a session nothing more, until it listens again.
    pub(crate) fn silence(&mut self, session: SessionId) {
        self.silenced.insert(session);
    }

    /// Tells a session whatever there is to tell, from now on.
    pub(crate) fn listen(&mut self, session: SessionId) {
        self.silenced.remove(&session);
    }

    /// How many sessions nobody listens for.
    pub(crate) fn silenced(&self) -> usize {
        self.silenced.len()
    }

    pub(crate) fn command(&mut self, worker: WorkerId, command: Command) {
        self.waiting.push_back(Output::Command(worker, command));
    }

    pub(crate) fn reply(&mut self, session: SessionId, in_reply_to: Option<RequestId>, notice: Notice) {
        self.address(Addressed { session, in_reply_to, notice, at_fault: None });
    }

    /// Refuses a request, with the part of it that is at fault.
    pub(crate) fn refuse(
        &mut self,
        (session, in_reply_to): (SessionId, Option<RequestId>),
        refusal: Refusal,
        at_fault: Option<&'static str>,
    ) {
        self.address(Addressed { session, in_reply_to, notice: Notice::Refused(refusal), at_fault });
    }

    fn address(&mut self, addressed: Addressed) {
        if self.silenced.contains(&addressed.session) && addressed.notice.end().is_none() {
            return;
        }
        self.waiting.push_back(Output::Notice(addressed));
    }

    pub(crate) fn tell(&mut self, session: SessionId, notice: Notice) {
        self.reply(session, None, notice);
    }

    pub(crate) fn tell_all(&mut self, sessions: impl IntoIterator<Item = SessionId>, notice: &Notice) {
        for session in sessions {
            self.tell(session, notice.clone());
        }
    }
}
