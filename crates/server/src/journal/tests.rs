use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use switchyard_control::notice::EndReason;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::ids::Identity;
use switchyard_vocab::line::IceCredentials;
use tracing_subscriber::EnvFilter;

use super::*;

const WORKER: WorkerId = WorkerId(0);
const SESSION: SessionId = SessionId(1);
const PEER: PeerId = PeerId(7);

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is written at `level` while `happen` runs, without time and module.
fn written(level: &str, happen: impl FnOnce(&mut Journal)) -> Vec<String> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .finish();
    tracing::subscriber::with_default(subscriber, || happen(&mut Journal::default()));
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap().lines().map(|line| line.trim().to_owned()).collect()
}

fn notice(notice: Notice) -> Addressed {
    Addressed { session: SESSION, in_reply_to: None, notice, at_fault: None }
}

fn joined() -> Addressed {
    notice(Notice::Joined {
        room: RoomName::new("lobby"),
        identity: Identity::new("ada"),
        display_name: None,
        own_metadata: None,
        participants: Vec::new(),
        permissions: switchyard_control::grants::Permissions::default(),
        metadata: None,
        locked: false,
        codecs: Default::default(),
    })
}

fn peer_opened() -> Command {
    let local = IceCredentials { ufrag: "ufrag".into(), pwd: "password".into() };
    Command::OpenPeer { peer: PEER, session: SESSION, local }
}

#[test]
fn a_life_is_told_in_four_lines_that_name_room_session_and_peer() {
    let lines = written("info", |journal| {
        journal.note_notice(&joined());
        journal.note_command(WORKER, &peer_opened());
        journal.note_event(WORKER, &Event::PeerOpened { peer: PEER, took: Duration::from_micros(80_300) });
        journal.note_notice(&notice(Notice::Ended(EndReason::Left)));
        journal.note_event(WORKER, &Event::PeerEnded { peer: PEER, end: LineEnd::ClosedByUs });
    });

    assert_eq!(
        lines,
        [
            "INFO joined room=lobby session=s1 others=0",
            "INFO peer open room=lobby session=s1 peer=p7 worker=w0 took_ms=80",
            "INFO left room=lobby session=s1 reason=Left",
            "INFO peer ended room=lobby session=s1 peer=p7 worker=w0 reason=\"closed_by_us\"",
        ]
    );
}

#[test]
fn names_and_credentials_of_people_stay_out() {
    let lines = written("trace", |journal| {
        journal.note_notice(&joined());
        journal.note_command(WORKER, &peer_opened());
    });

    assert_eq!(lines.len(), 2);
    assert!(!lines.iter().any(|line| line.contains("ada") || line.contains("password")), "{lines:?}");
}

#[test]
fn a_peer_that_nobody_remembers_is_still_told() {
    let ended = Event::PeerEnded { peer: PEER, end: LineEnd::IceTimeout };

    let lines = written("info", |journal| journal.note_event(WORKER, &ended));

    assert_eq!(lines, ["INFO peer ended peer=p7 worker=w0 reason=\"ice_timeout\""]);
}

#[test]
fn nothing_is_remembered_of_those_who_are_gone() {
    let mut journal = Journal::default();

    journal.note_notice(&joined());
    journal.note_command(WORKER, &peer_opened());
    journal.note_notice(&notice(Notice::Ended(EndReason::Left)));
    journal.note_event(WORKER, &Event::PeerEnded { peer: PEER, end: LineEnd::ClosedByUs });

    assert!(journal.rooms.is_empty() && journal.peers.is_empty());
}
