//! Helpers of the tests: a server without workers or sockets, and participants made of text.

pub(crate) mod description;

use std::time::{Duration, Instant};

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_vocab::ids::{Identity, PeerId, PublicationId, RoomName, SessionId, WorkerId};
use switchyard_vocab::line::{Fingerprint, FingerprintHash, IceCredentials};

use crate::config::{ControlConfig, WorkerAddress};
use crate::driver::{Control, Output};
use crate::grants::Pass;
use crate::intent::{Connection, Intent, Join, OfferId, Request, RequestId};
use crate::notice::Notice;
use crate::query::{ControlTotals, Query};
use description::Client;

/// Some instant to count from.
#[expect(clippy::disallowed_methods, reason = "a test needs one instant to count from")]
pub(crate) fn epoch() -> Instant {
    Instant::now()
}

/// A configuration with two workers.
pub(crate) fn config() -> ControlConfig {
    let worker = |port| WorkerAddress { candidates: vec![([192, 0, 2, 1], port).into()] };
    ControlConfig {
        workers: vec![worker(7882), worker(7883)],
        fingerprint: Fingerprint { hash: FingerprintHash::Sha256, digest: vec![0xCD; 32] },
        ..ControlConfig::default()
    }
}

/// Control with a clock of its own, and everything it has ever put out.
pub(crate) struct Harness {
    pub(crate) control: Control,
    pub(crate) now: Instant,
    pub(crate) log: Vec<Output>,
    requests: u64,
}

impl Harness {
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: ControlConfig) -> Self {
        let issue: crate::driver::IssueCredentials = |rng, worker| {
            use rand_chacha::rand_core::Rng;
            let number = rng.next_u64();
            IceCredentials { ufrag: format!("{worker}{number:016x}"), pwd: format!("{number:024x}") }
        };
        Self { control: Control::new(config, [7; 32], issue), now: epoch(), log: Vec::new(), requests: 0 }
    }

    /// Hands in an intent and gives back what it led to.
    pub(crate) fn ask(&mut self, session: u64, intent: Intent) -> Vec<Output> {
        self.requests += 1;
        let id = Some(RequestId(self.requests));
        let request = Request { session: SessionId(session), id, intent };
        self.control.handle_request(self.now, request);
        self.drain()
    }

    /// Hands in an intent and gives back the notice that answers it.
    pub(crate) fn reply(&mut self, session: u64, intent: Intent) -> Notice {
        let outputs = self.ask(session, intent);
        let id = Some(RequestId(self.requests));
        let mut replies = outputs.into_iter().filter_map(|output| match output {
            Output::Notice(told) if told.in_reply_to == id => Some(told.notice),
            _ => None,
        });
        let reply = replies.next().expect("every request with a number is answered");
        assert!(replies.next().is_none(), "a request is answered once");
        reply
    }

    pub(crate) fn event(&mut self, worker: WorkerId, event: Event) -> Vec<Output> {
        self.control.handle_event(self.now, worker, event);
        self.drain()
    }

    /// Lets time pass, deadline by deadline.
    pub(crate) fn pass(&mut self, time: Duration) -> Vec<Output> {
        let end = self.now + time;
        let mut outputs = Vec::new();
        while let Some(at) = self.control.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.control.handle_timeout(self.now);
            outputs.extend(self.drain());
        }
        self.now = end;
        outputs
    }

    pub(crate) fn drain(&mut self) -> Vec<Output> {
        let outputs: Vec<_> = std::iter::from_fn(|| self.control.poll_output()).collect();
        self.log.extend(outputs.iter().cloned());
        outputs
    }

    pub(crate) fn join(&mut self, session: u64, name: &str) -> Notice {
        self.reply(session, join("kitchen", name))
    }

    /// Joins and publishes an audio and a video track; gives back their numbers.
    pub(crate) fn join_and_publish(&mut self, session: u64, name: &str) -> Vec<PublicationId> {
        self.join(session, name);
        published(&self.reply(session, Client::new(session).offer_both()))
    }

    /// The latest offer made to a session.
    pub(crate) fn latest_offer(&self, session: u64) -> Option<(OfferId, String)> {
        self.log.iter().rev().find_map(|output| match output {
            Output::Notice(told) if told.session == SessionId(session) => match &told.notice {
                Notice::Offer { offer, sdp, .. } => Some((*offer, sdp.clone())),
                _ => None,
            },
            _ => None,
        })
    }

    /// Has a session answer the latest offer made to it.
    pub(crate) fn answer(&mut self, session: u64) -> Vec<Output> {
        let (offer, sdp) = self.latest_offer(session).expect("an offer was made");
        let sdp = Client::new(session).answer(&sdp);
        self.ask(session, Intent::Answer { offer, sdp })
    }

    /// The peer that was last opened for a session, by the command that opened it.
    pub(crate) fn latest_peer(&self, session: u64) -> (WorkerId, PeerId) {
        let opened = self.log.iter().rev().find_map(|output| match output {
            Output::Command(worker, Command::OpenPeer { peer, session: of, .. })
                if *of == SessionId(session) =>
            {
                Some((*worker, *peer))
            }
            _ => None,
        });
        opened.expect("a peer was opened")
    }

    pub(crate) fn totals(&self) -> ControlTotals {
        self.control.answer(self.now, &Query::Totals).totals().expect("totals were asked for")
    }
}

pub(crate) fn join(room: &str, name: &str) -> Intent {
    Intent::Join(Join {
        room: RoomName::new(room),
        identity: Identity::new(name),
        display_name: None,
        metadata: None,
        auto_subscribe: true,
        pass: Pass::default(),
    })
}

/// A join of the kitchen with a pass that allows other than the usual.
pub(crate) fn join_with(name: &str, pass: Pass) -> Intent {
    let Intent::Join(join) = join("kitchen", name) else { unreachable!("it is a join") };
    Intent::Join(Join { pass, ..join })
}

/// The publications an answer speaks of.
pub(crate) fn published(notice: &Notice) -> Vec<PublicationId> {
    let Notice::Answer { publications, .. } = notice else { panic!("not an answer: {notice:?}") };
    publications.iter().map(|published| published.outcome.clone().expect("accepted")).collect()
}

/// What a session was told, without what only answers its requests.
pub(crate) fn told(outputs: &[Output], session: u64) -> Vec<&Notice> {
    let notices = outputs.iter().filter_map(|output| match output {
        Output::Notice(told) if told.session == SessionId(session) => Some(&told.notice),
        _ => None,
    });
    notices.filter(|notice| !matches!(notice, Notice::Done)).collect()
}

pub(crate) fn commands(outputs: &[Output]) -> Vec<&Command> {
    let commands = outputs.iter().filter_map(|output| match output {
        Output::Command(_, command) => Some(command),
        Output::Notice(_) => None,
    });
    commands.collect()
}

/// How many of these outputs offer something.
pub(crate) fn offers(outputs: &[Output]) -> usize {
    let notices = outputs.iter().filter_map(|output| match output {
        Output::Notice(told) => Some(&told.notice),
        Output::Command(..) => None,
    });
    notices.filter(|notice| matches!(notice, Notice::Offer { .. })).count()
}

pub(crate) fn candidate(text: &str) -> Intent {
    Intent::Candidate { connection: Connection::Publish, candidate: text.to_owned() }
}
