//! Watching and publishing at one go, for those who say nothing but a description.

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::ids::{Identity, SessionId};

use crate::driver::Output;
use crate::grants::{Grants, Pass, Permissions};
use crate::intent::{Connection, Intent, Join, TrackSource};
use crate::notice::Notice;
use crate::refusal::Refusal;
use crate::testing::description::{Client, priority};
use crate::testing::{Harness, commands, join, join_with, published};

fn watch(client: &Client, identity: &str) -> Intent {
    let lines = [("0", "audio", "recvonly"), ("1", "video", "recvonly")];
    Intent::Watch { identity: Identity::new(identity), sdp: client.offer_sdp(&lines), whole: true }
}

/// Joins and wants nothing by itself.
fn enter(harness: &mut Harness, session: u64, name: &str) {
    let Intent::Join(join) = join("kitchen", name) else { unreachable!() };
    harness.ask(session, Intent::Join(Join { auto_subscribe: false, ..join }));
}

fn fragment(connection: Connection, client: &Client, may_restart: bool) -> Intent {
    let lines = client.offer_sdp(&[("0", "audio", "sendonly")]);
    let ice: Vec<_> = lines.lines().filter(|line| line.starts_with("a=ice-")).collect();
    Intent::Fragment { connection, fragment: ice.join("\r\n"), may_restart }
}

#[test]
fn a_watcher_receives_all_that_somebody_publishes_by_one_offer() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    enter(&mut harness, 2, "viewer");

    let outputs = harness.ask(2, watch(&Client::new(2), "ada"));

    let subscribed: Vec<_> = commands(&outputs)
        .into_iter()
        .filter_map(|command| match command {
            Command::Subscribe(subscribe) => Some(subscribe.publication),
            _ => None,
        })
        .collect();
    assert_eq!(subscribed, tracks);
    let Some(Output::Notice(told)) = outputs.last() else { panic!("{outputs:?}") };
    let Notice::Answer { sdp, publications } = &told.notice else { panic!("{told:?}") };
    assert_eq!(sdp.matches("a=sendonly").count(), 2);
    assert_eq!(publications.len(), 2);
    assert_eq!(harness.totals().subscriptions, 2);
}

#[test]
fn whoever_watches_nobody_is_told_which_of_the_reasons_it_is() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    enter(&mut harness, 2, "viewer");

    let nobody = harness.reply(2, watch(&Client::new(2), "bob"));
    let silent = harness.reply(2, watch(&Client::new(2), "ada"));

    assert_eq!(nobody, Notice::Refused(Refusal::UnknownParticipant("bob".into())));
    assert_eq!(silent, Notice::Refused(Refusal::NothingPublished("ada".into())));
    assert_eq!(harness.totals().peers, 0);
}

#[test]
fn whoever_is_hidden_is_not_given_away_to_those_who_would_watch_them() {
    let mut harness = Harness::new();
    let grants = Grants { hidden: true, ..Grants::default() };
    let permissions = Permissions { grants, ..Permissions::default() };
    harness.ask(1, join_with("eve", Pass { permissions, ..Pass::default() }));
    enter(&mut harness, 2, "viewer");

    let refused = harness.reply(2, watch(&Client::new(2), "eve"));

    assert_eq!(refused, Notice::Refused(Refusal::UnknownParticipant("eve".into())));
}

#[test]
fn nobody_watches_themselves() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");

    let refused = harness.reply(1, watch(&Client::new(9), "ada"));

    assert_eq!(refused, Notice::Refused(Refusal::OwnPublication(tracks[0].0)));
}

#[test]
fn what_ends_is_no_longer_sent_to_a_watcher() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    enter(&mut harness, 2, "viewer");
    harness.reply(2, watch(&Client::new(2), "ada"));

    let outputs = harness.ask(1, Intent::Unpublish { publication: tracks[0] });

    let stopped =
        commands(&outputs).into_iter().filter(|command| matches!(command, Command::Unsubscribe { .. }));
    assert_eq!(stopped.count(), 1);
    assert_eq!(harness.totals().subscriptions, 1);
}

#[test]
fn nothing_is_left_of_a_watcher_that_left() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    enter(&mut harness, 2, "viewer");
    harness.reply(2, watch(&Client::new(2), "ada"));
    let (_, peer) = harness.latest_peer(2);

    let outputs = harness.ask(2, Intent::Leave);

    assert!(commands(&outputs).into_iter().any(|command| *command == Command::ClosePeer { peer }));
    assert_eq!((harness.totals().subscriptions, harness.totals().peers), (0, 1));
}

#[test]
fn nothing_is_left_of_a_watcher_whose_connection_ended() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    enter(&mut harness, 2, "viewer");
    harness.reply(2, watch(&Client::new(2), "ada"));
    let (worker, peer) = harness.latest_peer(2);

    let outputs = harness.event(worker, Event::PeerEnded { peer, end: LineEnd::IceTimeout });

    let told = outputs.iter().filter(|output| match output {
        Output::Notice(told) => told.session == SessionId(2),
        Output::Command(..) => false,
    });
    assert_eq!(told.count(), 1);
    assert_eq!((harness.totals().subscriptions, harness.totals().peers), (0, 1));
}

#[test]
fn a_second_offer_to_watch_replaces_the_first() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    enter(&mut harness, 2, "viewer");
    harness.reply(2, watch(&Client::new(2), "ada"));
    let (_, before) = harness.latest_peer(2);

    let outputs = harness.ask(2, watch(&Client::new(3), "ada"));

    assert!(commands(&outputs).into_iter().any(|command| *command == Command::ClosePeer { peer: before }));
    assert_eq!((harness.totals().subscriptions, harness.totals().peers), (2, 2));
}

#[test]
fn who_publishes_at_one_go_has_a_microphone_and_a_camera() {
    let mut harness = Harness::new();
    enter(&mut harness, 1, "viewer");
    harness.join(2, "encoder");
    let lines = [("0", "audio", "sendonly"), ("1", "video", "sendonly")];
    let sdp = Client::new(2).offer_sdp(&lines);

    let answer = harness.reply(2, Intent::Ingest { sdp });

    assert_eq!(published(&answer).len(), 2);
    let sources: Vec<_> = harness
        .log
        .iter()
        .filter_map(|output| match output {
            Output::Notice(told) => match &told.notice {
                Notice::PublicationAdded { publication, .. } => Some(publication.source),
                _ => None,
            },
            Output::Command(..) => None,
        })
        .collect();
    assert_eq!(sources, [TrackSource::Microphone, TrackSource::Camera]);
}

#[test]
fn who_offers_nothing_to_publish_is_refused() {
    let mut harness = Harness::new();
    harness.join(1, "encoder");
    let sdp = Client::new(1).offer_sdp(&[("0", "audio", "recvonly")]);

    let refused = harness.reply(1, Intent::Ingest { sdp });

    assert!(matches!(refused, Notice::Refused(Refusal::BadDescription(_))), "{refused:?}");
}

#[test]
fn a_fragment_with_the_credentials_there_are_changes_nothing() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");

    let outputs = harness.ask(1, fragment(Connection::Publish, &Client::new(1), false));

    assert_eq!(commands(&outputs).len(), 0);
    assert!(matches!(&outputs[..], [Output::Notice(told)] if told.notice == Notice::Done));
}

#[test]
fn a_fragment_with_other_credentials_restarts_ice_where_that_was_asked_for() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    enter(&mut harness, 2, "viewer");
    harness.reply(2, watch(&Client::new(2), "ada"));

    for (session, connection) in [(1, Connection::Publish), (2, Connection::Subscribe)] {
        let restarted = Client::new(session).restarted();
        let refused = harness.reply(session, fragment(connection, &restarted, false));
        assert_eq!(refused, Notice::Refused(Refusal::RestartNotAsked));

        let outputs = harness.ask(session, fragment(connection, &restarted, true));

        let [Output::Command(_, Command::RestartIce { local, .. }), Output::Notice(told)] = &outputs[..]
        else {
            panic!("{outputs:?}");
        };
        let Notice::Answer { sdp, .. } = &told.notice else { panic!("{told:?}") };
        assert!(sdp.contains(&format!("a=ice-ufrag:{}\r\n", local.ufrag)), "{sdp}");
        let again = harness.reply(session, fragment(connection, &restarted, false));
        assert_eq!(again, Notice::Done);
        let next = harness.reply(session, fragment(connection, &restarted.restarted(), true));
        let Notice::Answer { sdp: next, .. } = next else { panic!("{next:?}") };
        assert!(priority(&next) > priority(sdp), "{next} after {sdp}");
    }
}

#[test]
fn a_fragment_for_no_connection_is_refused() {
    let mut harness = Harness::new();
    harness.join(1, "ada");

    let refused = harness.reply(1, fragment(Connection::Publish, &Client::new(1), true));

    assert_eq!(refused, Notice::Refused(Refusal::NoConnection));
}
