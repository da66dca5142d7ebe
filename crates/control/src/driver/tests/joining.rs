use std::time::Duration;

use switchyard_bus::command::Command;
use switchyard_vocab::ids::Identity;

use crate::config::ControlConfig;
use crate::driver::Output;
use crate::grants::Pass;
use crate::intent::{Intent, Join, Resumption};
use crate::notice::{EndReason, Notice};
use crate::placement::Placement;
use crate::refusal::Refusal;
use crate::testing::{Harness, candidate, commands, config, join, join_with, told};

fn refusal(notice: Notice) -> Refusal {
    let Notice::Refused(refusal) = notice else { panic!("not refused: {notice:?}") };
    refusal
}

#[test]
fn a_newcomer_sees_who_is_there_and_is_seen() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");

    let outputs = harness.ask(2, join("kitchen", "bob"));

    let Notice::Joined { participants, .. } = told(&outputs, 2)[0] else { panic!("{outputs:?}") };
    assert_eq!(participants.len(), 1);
    assert_eq!(participants[0].identity, Identity::new("ada"));
    assert_eq!(participants[0].publications.iter().map(|one| one.id).collect::<Vec<_>>(), tracks);
    assert!(
        matches!(told(&outputs, 1)[..], [Notice::ParticipantJoined(bob)] if bob.identity.as_str() == "bob")
    );
}

#[test]
fn whoever_joins_and_whoever_is_back_is_told_their_own_name_and_metadata() {
    let mut harness = Harness::new();
    let Intent::Join(join) = join("kitchen", "ada") else { panic!("a join") };
    let named = Join { display_name: Some("Ada L.".into()), metadata: Some("{}".into()), ..join };

    let joined = harness.ask(1, Intent::Join(named));
    harness.ask(1, Intent::SetName("Ada".into()));
    harness.ask(1, Intent::Disconnect { lost: Resumption(0) });
    let back = harness.ask(1, Intent::Resume { by: Resumption(1), heard: None });

    let Notice::Joined { display_name, own_metadata, .. } = told(&joined, 1)[0] else { panic!("{joined:?}") };
    assert_eq!((display_name.as_deref(), own_metadata.as_deref()), (Some("Ada L."), Some("{}")));
    let Notice::Snapshot(snapshot) = told(&back, 1)[0] else { panic!("{back:?}") };
    assert_eq!(
        (snapshot.display_name.as_deref(), snapshot.own_metadata.as_deref()),
        (Some("Ada"), Some("{}"))
    );
}

#[test]
fn rooms_know_nothing_of_one_another() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");

    let outputs = harness.ask(2, join("cellar", "ada"));

    assert!(told(&outputs, 1).is_empty());
    let foreign = harness.reply(2, Intent::Subscribe { publication: tracks[0] });
    assert_eq!(refusal(foreign), Refusal::UnknownPublication(tracks[0].0));
}

#[test]
fn a_second_session_with_the_same_identity_replaces_the_first() {
    let mut harness = Harness::new();
    harness.join(1, "bob");
    harness.join_and_publish(2, "ada");

    let outputs = harness.ask(3, join("kitchen", "ada"));

    assert_eq!(told(&outputs, 2), [&Notice::Ended(EndReason::Replaced)]);
    let by_bob = told(&outputs, 1);
    assert!(matches!(by_bob[0], Notice::ParticipantLeft { identity } if identity.as_str() == "ada"));
    assert!(matches!(by_bob[1], Notice::ParticipantJoined(ada) if ada.publications.is_empty()));
    assert!(commands(&outputs).iter().any(|command| matches!(command, Command::ClosePeer { .. })));
    assert_eq!(harness.totals().sessions, 2);
}

#[test]
fn whoever_alone_replaces_itself_keeps_the_room() {
    let mut harness = Harness::with(ControlConfig {
        limits: crate::admission::Limits { rooms: 1, sessions: 1, ..Default::default() },
        ..config()
    });
    harness.join(1, "ada");

    assert!(matches!(harness.join(2, "ada"), Notice::Joined { .. }));

    assert_eq!((harness.totals().rooms, harness.totals().sessions), (1, 1));
}

#[test]
fn whoever_alone_replaces_itself_finds_the_room_as_it_was_and_nobody_else_does() {
    let mut harness = Harness::new();
    let mut pass = Pass::default();
    pass.permissions.grants.admin = true;
    harness.reply(1, join_with("ada", pass.clone()));
    harness.ask(1, Intent::SetLocked(true));
    harness.ask(1, Intent::SetRoomMetadata(Some("optics".into())));
    harness.ask(1, Intent::Message { text: "hello".into(), to: None, at: Duration::ZERO });

    let again = harness.reply(2, join_with("ada", pass.clone()));
    let said = harness.reply(2, Intent::Message { text: "again".into(), to: None, at: Duration::ZERO });

    let Notice::Joined { metadata, locked, .. } = again else { panic!("{again:?}") };
    assert_eq!((metadata.as_deref(), locked), (Some("optics"), true));
    assert_eq!(said, Notice::MessageSent { number: 2 });
    harness.ask(2, Intent::Leave);
    let Notice::Joined { metadata, locked, .. } = harness.join(3, "bob") else { panic!("it is not locked") };
    assert_eq!((metadata, locked), (None, false));
}

#[test]
fn nothing_can_be_done_before_a_join() {
    let mut harness = Harness::new();

    assert_eq!(refusal(harness.reply(1, Intent::RestartIce)), Refusal::NotJoined);
    assert_eq!(refusal(harness.reply(1, candidate(""))), Refusal::NotJoined);

    assert!(matches!(harness.join(1, "ada"), Notice::Joined { .. }), "it may still join");
    assert_eq!(refusal(harness.join(1, "ada")), Refusal::AlreadyJoined);
}

#[test]
fn a_session_that_never_joins_is_ended() {
    let mut harness = Harness::new();
    harness.ask(1, join("", "ada"));
    assert_eq!(harness.totals().sessions, 1);

    let outputs = harness.pass(crate::config::JOIN_TIMEOUT);

    assert_eq!(told(&outputs, 1), [&Notice::Ended(EndReason::ProtocolError)]);
    assert_eq!(harness.totals().sessions, 0);
}

#[test]
fn a_bad_name_is_refused_and_counted() {
    let mut harness = Harness::new();

    assert_eq!(refusal(harness.join(1, "a\nb")).code(), "bad_name");
    assert_eq!(refusal(harness.join(1, &"x".repeat(129))).code(), "bad_name");

    assert_eq!(harness.totals().joins_refused, 2);
    assert_eq!(harness.totals().rooms, 0);
}

#[test]
fn a_full_room_and_a_full_server_say_so() {
    let limits = crate::admission::Limits { participants_per_room: 1, rooms: 1, ..Default::default() };
    let mut harness = Harness::with(ControlConfig { limits, ..config() });
    harness.join(1, "ada");

    assert_eq!(
        refusal(harness.join(2, "bob")),
        Refusal::LimitReached { what: "participants per room", limit: 1 }
    );
    assert_eq!(
        refusal(harness.reply(2, join("cellar", "bob"))),
        Refusal::LimitReached { what: "rooms", limit: 1 }
    );
}

#[test]
fn leaving_twice_is_leaving_once() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");

    let outputs = harness.ask(1, Intent::Leave);
    assert!(matches!(told(&outputs, 2)[..], [Notice::ParticipantLeft { .. }]));

    assert_eq!(harness.reply(1, Intent::Leave), Notice::Ended(EndReason::Left));
    let silent = crate::intent::Request {
        session: switchyard_vocab::ids::SessionId(1),
        id: None,
        intent: Intent::Leave,
    };
    harness.control.handle_request(harness.now, silent);
    assert_eq!(harness.drain(), [], "a leave that nobody waits for is not answered");
}

#[test]
fn the_peers_of_a_session_share_a_worker_and_a_room_can_be_made_to_span_two() {
    let mut harness = Harness::with(ControlConfig { placement: Placement::Spread, ..config() });
    harness.join_and_publish(1, "ada");
    harness.join_and_publish(2, "bob");
    harness.answer(1);
    harness.answer(2);

    let opened = |session| {
        let workers = harness.log.iter().filter_map(move |output| match output {
            Output::Command(worker, Command::OpenPeer { session: of, .. }) if of.0 == session => {
                Some(worker.0)
            }
            _ => None,
        });
        workers.collect::<Vec<_>>()
    };

    assert_eq!(opened(1), [0, 0]);
    assert_eq!(opened(2), [1, 1]);
    let homes = harness.log.iter().filter_map(|output| match output {
        Output::Command(worker, Command::Subscribe(subscribe)) => Some((worker.0, subscribe.home.0)),
        _ => None,
    });
    assert_eq!(homes.collect::<Vec<_>>(), [(0, 1), (0, 1), (1, 0), (1, 0)]);
}

#[test]
fn a_stopping_server_tells_everybody_and_lets_nobody_in() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.ask(2, Intent::RestartIce);

    harness.control.stop(harness.now);
    let outputs = harness.drain();

    for session in [1, 2] {
        assert_eq!(told(&outputs, session), [&Notice::Ended(EndReason::ServerStopping)]);
    }
    assert!(matches!(commands(&outputs)[..], [Command::ClosePeer { .. }]));
    assert_eq!(refusal(harness.join(3, "bob")), Refusal::Stopping);
    assert_eq!(harness.totals().sessions, 0);
    assert_eq!(harness.control.poll_timeout(), None);
}

#[test]
fn nobody_new_is_let_in_while_a_worker_is_behind_and_whoever_is_in_stays() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");

    harness.control.set_overloaded(true);
    let refused = harness.reply(2, join("kitchen", "bob"));
    let answered = harness.reply(1, crate::testing::description::Client::new(1).offer_both());
    harness.control.set_overloaded(false);
    let joined = harness.join(2, "bob");

    assert_eq!(refused, Notice::Refused(Refusal::Overloaded));
    assert!(matches!(answered, Notice::Answer { .. }), "{answered:?}");
    assert!(matches!(joined, Notice::Joined { .. }), "{joined:?}");
    assert_eq!(harness.totals().joins_overloaded, 1);
}
