//! The output queue: commands and notices in the order in which they have to leave.

use std::collections::VecDeque;

use switchyard_bus::command::Command;
use switchyard_vocab::ids::{SessionId, WorkerId};

use crate::intent::RequestId;
use crate::notice::{Addressed, Notice};

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
pub(crate) struct OutputQueue(VecDeque<Output>);

impl OutputQueue {
    pub(crate) fn pop(&mut self) -> Option<Output> {
        self.0.pop_front()
    }

    pub(crate) fn command(&mut self, worker: WorkerId, command: Command) {
        self.0.push_back(Output::Command(worker, command));
    }

    pub(crate) fn reply(&mut self, session: SessionId, in_reply_to: Option<RequestId>, notice: Notice) {
        self.0.push_back(Output::Notice(Addressed { session, in_reply_to, notice }));
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
