//! Signalling: what participants and control say to one another arrives late, whole and in order.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use switchyard_control::intent::Request;
use switchyard_control::notice::Addressed;

/// Time a message takes. One number for all keeps their order.
const DELAY: Duration = Duration::from_millis(20);

/// A message under way.
#[derive(Debug)]
pub(super) enum Message {
    /// To control.
    Request(Request),
    /// To a participant.
    Notice(Addressed),
}

/// All messages under way, the first to arrive first.
#[derive(Debug, Default)]
pub(super) struct Signalling {
    under_way: VecDeque<(Instant, Message)>,
    sent: u64,
}

impl Signalling {
    pub(super) fn send(&mut self, now: Instant, message: Message) {
        self.under_way.push_back((now + DELAY, message));
        self.sent += 1;
    }

    /// How many messages were ever sent.
    pub(super) const fn sent(&self) -> u64 {
        self.sent
    }

    pub(super) fn next_arrival(&self) -> Option<Instant> {
        self.under_way.front().map(|&(at, _)| at)
    }

    pub(super) fn receive(&mut self, now: Instant) -> Option<Message> {
        self.under_way.pop_front_if(|(at, _)| *at <= now).map(|(_, message)| message)
    }
}
