//! Losing the connection and coming back.

use std::sync::Arc;
use std::time::Duration;

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::decision::{Decision, LimitingFactor};
use switchyard_vocab::ids::{Identity, SessionId};
use switchyard_vocab::layer::{EncodingIndex, SpatialLayer};

use crate::act::Act;
use crate::config::ControlConfig;
use crate::driver::Output;
use crate::grants::{Grants, Pass};
use crate::intent::{Connection, Heard, Intent, Resumption};
use crate::notice::{EndReason, Notice, Snapshot};
use crate::revocations::Revoked;
use crate::testing::description::Client;
use crate::testing::{Harness, commands, config, join, join_with, offers, published, told};

/// Something that ends a session.
type End = fn(&mut Harness);

const SECOND: Duration = Duration::from_secs(1);

fn lost(harness: &mut Harness, session: u64, lost: u64) -> Vec<Output> {
    harness.ask(session, Intent::Disconnect { lost: Resumption(lost) })
}

fn back(harness: &mut Harness, session: u64, by: u64) -> Vec<Output> {
    harness.ask(session, Intent::Resume { by: Resumption(by), heard: None })
}

fn snapshot(outputs: &[Output], session: u64) -> Snapshot {
    let told = told(outputs, session);
    let [Notice::Snapshot(snapshot), ..] = told[..] else { panic!("a snapshot comes first: {told:?}") };
    (**snapshot).clone()
}

fn changes(outputs: &[Output], session: u64) -> Vec<(String, bool)> {
    let changed = told(outputs, session).into_iter().map(|notice| match notice {
        Notice::ParticipantChanged(who) => (who.identity.to_string(), who.connected),
        other => panic!("{other:?}"),
    });
    changed.collect()
}

fn say(harness: &mut Harness, session: u64, text: &str, to: Option<&str>) {
    let to = to.map(Identity::new);
    harness.ask(session, Intent::Message { text: text.into(), to, at: Duration::ZERO });
}

#[test]
fn who_loses_the_connection_keeps_peers_and_place_and_the_others_are_told() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");

    let at_loss = lost(&mut harness, 1, 0);
    let later = harness.pass(19 * SECOND);
    let at_return = back(&mut harness, 1, 1);

    assert_eq!(changes(&at_loss, 2), [("ada".into(), false)]);
    assert!(told(&at_loss, 1).is_empty() && told(&later, 1).is_empty());
    assert!(commands(&at_loss).is_empty() && commands(&at_return).is_empty(), "peers are not touched");
    assert_eq!(changes(&at_return, 2), [("ada".into(), true)]);
    let snapshot = snapshot(&at_return, 1);
    let own: Vec<_> = snapshot.own.iter().map(|own| (own.mid.to_string(), own.publication)).collect();
    assert_eq!(own, [("0".to_owned(), tracks[0]), ("1".to_owned(), tracks[1])]);
    assert_eq!(snapshot.connections, [Connection::Publish]);
    assert!(snapshot.participants.iter().all(|bob| bob.connected && bob.identity == Identity::new("bob")));
    assert!(harness.pass(60 * SECOND).is_empty(), "it stays from now on");
    let totals = harness.totals();
    assert_eq!((totals.sessions_resumed, totals.sessions_lingering, totals.sessions), (1, 0, 2));
}

#[test]
fn who_comes_and_goes_all_the_time_is_told_of_once_a_second_and_last_as_it_is() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");

    let mut told = Vec::new();
    for number in 0..50 {
        told.extend(changes(&lost(&mut harness, 1, number), 2));
        told.extend(changes(&back(&mut harness, 1, number + 1), 2));
    }
    assert_eq!(told, [("ada".into(), false), ("ada".into(), true)], "once each way in a burst");

    lost(&mut harness, 1, 50);
    let late = harness.pass(5 * SECOND);
    assert_eq!(changes(&late, 2), [("ada".into(), false)], "what it is like in the end is told");
    assert_eq!(changes(&back(&mut harness, 1, 51), 2), [("ada".into(), true)]);
}

#[test]
fn who_does_not_come_back_in_time_has_left() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.answer(2);
    lost(&mut harness, 1, 0);
    assert_eq!(harness.totals().sessions_lingering, 1);

    let before = harness.pass(20 * SECOND - Duration::from_millis(1));
    let after = harness.pass(Duration::from_millis(1));

    assert_eq!(told(&before, 2), Vec::<&Notice>::new());
    assert!(told(&after, 2).contains(&&Notice::ParticipantLeft { identity: Identity::new("ada") }));
    assert_eq!(told(&after, 1), [&Notice::Ended(EndReason::NotResumed)], "the gateway forgets it by this");
    assert!(commands(&after).iter().any(|command| matches!(command, Command::ClosePeer { .. })));
    assert_eq!(told(&back(&mut harness, 1, 1), 1), [&Notice::Ended(EndReason::NotResumed)], "too late");
    let totals = harness.totals();
    assert_eq!((totals.sessions, totals.sessions_lingering, totals.sessions_not_resumed), (1, 0, 1));
}

#[test]
fn whoever_came_back_in_time_and_waits_to_be_seen_to_is_not_given_up() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    lost(&mut harness, 1, 0);
    harness.pass(19 * SECOND);

    harness.control.expect_return(SessionId(1));
    let waiting = harness.pass(60 * SECOND);
    let returned = back(&mut harness, 1, 1);
    lost(&mut harness, 1, 1);
    let gone = harness.pass(20 * SECOND);

    assert!(waiting.is_empty(), "{waiting:?}");
    assert_eq!(snapshot(&returned, 1).participants.len(), 1);
    assert_eq!(told(&gone, 1), [&Notice::Ended(EndReason::NotResumed)], "nobody waits any more");
}

#[test]
fn who_leaves_or_was_in_no_room_does_not_linger() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    harness.ask(3, Intent::RestartIce);

    let left = harness.ask(1, Intent::Leave);
    let never_joined = lost(&mut harness, 3, 0);

    assert_eq!(told(&left, 2), [&Notice::ParticipantLeft { identity: Identity::new("ada") }]);
    assert_eq!(told(&never_joined, 3), [&Notice::Ended(EndReason::Left)]);
    assert_eq!(harness.totals().sessions, 1);
}

#[test]
fn a_return_or_a_loss_of_a_session_that_is_not_there_is_answered_by_its_end() {
    let mut harness = Harness::new();

    assert_eq!(told(&back(&mut harness, 1, 1), 1), [&Notice::Ended(EndReason::NotResumed)]);
    assert_eq!(told(&lost(&mut harness, 2, 1), 2), [&Notice::Ended(EndReason::Left)]);
    assert_eq!((harness.totals().sessions, harness.totals().sessions_lingering), (0, 0));
    assert_eq!(harness.control.poll_timeout(), None);
}

#[test]
fn lingering_can_be_turned_off() {
    let mut harness = Harness::with(ControlConfig { resume_for: Duration::ZERO, ..config() });
    harness.join(1, "ada");

    assert_eq!(told(&lost(&mut harness, 1, 0), 1), [&Notice::Ended(EndReason::Left)]);
    assert_eq!(harness.totals().sessions, 0);
}

#[test]
fn a_loss_that_comes_in_after_the_return_means_nothing() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");

    let returned = back(&mut harness, 1, 1);
    let late = lost(&mut harness, 1, 0);
    let stale = back(&mut harness, 1, 1);

    assert_eq!(snapshot(&returned, 1).participants.len(), 1, "also when the old connection seemed open");
    assert_eq!(changes(&returned, 2), [], "nobody noticed");
    assert!(late.is_empty() && stale.is_empty());
    assert!(harness.pass(60 * SECOND).is_empty());
    assert_eq!(harness.totals().sessions, 2);
}

#[test]
fn a_connection_that_is_lost_before_it_said_that_it_is_back_leaves_no_ghost() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");

    let at_loss = lost(&mut harness, 1, 1);
    let after = harness.pass(20 * SECOND);

    assert_eq!(changes(&at_loss, 2), [("ada".into(), false)]);
    assert!(told(&after, 2).contains(&&Notice::ParticipantLeft { identity: Identity::new("ada") }));
    assert_eq!(harness.totals().sessions, 1);
}

#[test]
fn while_away_nothing_is_told_and_nothing_offered_and_the_snapshot_says_it_all() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    lost(&mut harness, 1, 0);

    let tracks = published(&harness.reply(2, Client::new(2).offer_both()));
    harness.join(3, "cyd");
    harness.ask(2, Intent::SetMuted { publication: tracks[0], muted: true });
    harness.ask(3, Intent::Leave);
    harness.join(4, "dee");
    let meanwhile = harness.pass(10 * SECOND);
    let returned = back(&mut harness, 1, 1);

    assert!(harness.log.iter().rev().skip(returned.len()).all(|output| !matches!(output,
        Output::Notice(told) if told.session.0 == 1 && matches!(told.notice, Notice::Offer { .. }))));
    assert!(told(&meanwhile, 1).is_empty());
    let seen = snapshot(&returned, 1);
    let names: Vec<_> = seen.participants.iter().map(|one| one.identity.to_string()).collect();
    assert_eq!(names, ["bob", "dee"]);
    let bob: Vec<_> = seen.participants[0].publications.iter().map(|one| (one.id, one.muted)).collect();
    assert_eq!(bob, [(tracks[0], true), (tracks[1], false)]);
    assert_eq!(offers(&returned), 1, "what was published meanwhile is offered now");
}

#[test]
fn an_offer_in_flight_is_sent_again_and_not_given_up_meanwhile() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let (offer, sdp) = harness.latest_offer(2).expect("bob is offered ada's tracks");
    harness.pass(10 * SECOND);
    lost(&mut harness, 2, 0);
    assert!(commands(&harness.pass(19 * SECOND)).is_empty(), "no answer is late while nobody listens");

    let snapshot = snapshot(&back(&mut harness, 2, 1), 2);
    let again = snapshot.then.iter().find_map(|notice| match notice {
        Notice::Offer { offer, sdp, subscriptions } => Some((*offer, sdp.clone(), subscriptions.len())),
        _ => None,
    });

    assert_eq!(again, Some((offer, sdp, 2)));
    assert_eq!(snapshot.subscriptions, [], "nothing is settled yet");
    assert!(commands(&harness.pass(14 * SECOND)).is_empty(), "the answer has its whole time again");
    let answered = harness.answer(2);
    assert_eq!(commands(&answered).iter().filter(|one| matches!(one, Command::Subscribe(_))).count(), 2);
}

#[test]
fn what_was_settled_is_in_the_snapshot_and_what_is_received_is_told_again() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let answered = harness.answer(2);
    let subscription = commands(&answered).iter().find_map(|command| match command {
        Command::Subscribe(subscribe) if subscribe.publication == tracks[1] => {
            Some(subscribe.section.subscription)
        }
        _ => None,
    });
    let decision = Decision {
        current: Some(EncodingIndex(0)),
        layer: Some(SpatialLayer(0)),
        target: None,
        limited_by: LimitingFactor::None,
    };
    let (worker, _) = harness.latest_peer(2);
    lost(&mut harness, 2, 0);
    harness.event(
        worker,
        Event::SubscriptionChanged { subscription: subscription.expect("it flows"), decision },
    );

    let seen = snapshot(&back(&mut harness, 2, 1), 2);

    let carried: Vec<_> =
        seen.subscriptions.iter().map(|one| (one.mid.to_string(), one.publication)).collect();
    assert_eq!(carried, [("0".to_owned(), tracks[0]), ("1".to_owned(), tracks[1])]);
    assert_eq!(seen.connections, [Connection::Subscribe]);
    assert_eq!(seen.then, [Notice::SubscriptionChanged { publication: tracks[1], decision }]);
}

#[test]
fn a_connection_that_ended_meanwhile_is_not_in_the_snapshot_and_is_offered_afresh() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.answer(2);
    let (worker, peer) = harness.latest_peer(2);
    lost(&mut harness, 2, 0);
    harness.event(worker, Event::PeerEnded { peer, end: LineEnd::ClosedByPeer });

    let offered = back(&mut harness, 2, 1);
    let seen = snapshot(&offered, 2);

    assert_eq!((seen.connections, seen.subscriptions), (vec![], vec![]));
    assert_eq!(offers(&offered), 1, "nobody has to ask");
    assert_ne!(harness.latest_peer(2).1, peer);
}

#[test]
fn messages_missed_follow_the_snapshot_in_order_and_those_heard_do_not() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    say(&mut harness, 2, "heard", None);
    say(&mut harness, 2, "swallowed", None);
    lost(&mut harness, 1, 0);
    say(&mut harness, 2, "missed", None);
    say(&mut harness, 2, "psst", Some("ada"));

    let heard = Some(Heard { message: 1, direct: 0 });
    let returned = harness.ask(1, Intent::Resume { by: Resumption(1), heard });

    let texts: Vec<_> = snapshot(&returned, 1)
        .then
        .into_iter()
        .map(|notice| match notice {
            Notice::Message(message) => (message.number, message.text),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts, [(2, Arc::from("swallowed")), (3, "missed".into()), (1, "psst".into())]);
}

#[test]
fn a_mute_by_a_moderator_meanwhile_is_in_the_snapshot() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    let grants = Grants { admin: true, ..Grants::default() };
    harness.reply(2, join_with("mod", granting(grants)));
    lost(&mut harness, 1, 0);

    harness.ask(2, Intent::SetMuted { publication: tracks[0], muted: true });
    let seen = snapshot(&back(&mut harness, 1, 1), 1);

    assert_eq!(seen.own.iter().map(|own| own.muted).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn whoever_lingers_can_be_replaced_kicked_revoked_and_sent_home_and_expires() {
    let grants = Grants { admin: true, ..Grants::default() };
    let ends: [(EndReason, End); 5] = [
        (EndReason::Replaced, |harness| drop(harness.join(3, "ada"))),
        (EndReason::Kicked, |harness| {
            let identity = Identity::new("ada");
            harness.ask(2, Intent::Kick { identity, message: None, ban: None });
        }),
        (EndReason::RoomEnded, |harness| drop(harness.ask(2, Intent::EndRoom))),
        (EndReason::TokenRevoked, |harness| {
            let revoked = Revoked::Identity(Identity::new("ada"));
            let act = Act::Revoke { tenant: Pass::default().tenant, revoked, lasts: SECOND };
            harness.control.handle_act(harness.now, act).expect("there is room for one");
            harness.drain();
        }),
        (EndReason::TokenExpired, |harness| drop(harness.pass(6 * SECOND))),
    ];
    for (reason, end) in ends {
        let mut harness = Harness::new();
        let pass = Pass { expires_at: Some(harness.now + 5 * SECOND), ..Pass::default() };
        harness.reply(1, join_with("ada", pass));
        harness.reply(2, join_with("mod", granting(grants)));
        lost(&mut harness, 1, 0);
        harness.log.clear();

        end(&mut harness);

        let told = told(&harness.log, 1);
        assert_eq!(told.iter().map(|notice| notice.end()).collect::<Vec<_>>(), [Some(reason)]);
        assert_eq!(self::told(&back(&mut harness, 1, 1), 1), [&Notice::Ended(EndReason::NotResumed)]);
        assert_eq!(harness.totals().sessions_lingering, 0, "{reason:?}");
    }
}

#[test]
fn whoever_lingers_takes_a_place() {
    let mut limited = config();
    limited.limits.participants_per_room = 1;
    let mut harness = Harness::with(limited);
    harness.join(1, "ada");
    lost(&mut harness, 1, 0);

    assert!(matches!(harness.reply(2, join("kitchen", "bob")), Notice::Refused(_)));
    harness.pass(21 * SECOND);
    assert!(matches!(harness.reply(2, join("kitchen", "bob")), Notice::Joined { .. }));
}

#[test]
fn a_server_that_stops_waits_for_nobody() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    lost(&mut harness, 1, 0);

    harness.control.stop(harness.now);
    harness.drain();
    lost(&mut harness, 2, 0);

    let totals = harness.totals();
    assert_eq!((totals.sessions, totals.sessions_lingering, totals.peers), (0, 0, 0));
    assert_eq!(harness.control.poll_timeout(), None);
}

#[test]
fn nobody_who_may_not_see_a_hidden_one_hears_of_its_loss() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("eve", granting(Grants { hidden: true, ..Grants::default() })));
    harness.join(2, "bob");
    harness.reply(3, join_with("mod", granting(Grants { admin: true, ..Grants::default() })));

    let at_loss = lost(&mut harness, 1, 0);

    assert_eq!(changes(&at_loss, 2), []);
    assert_eq!(changes(&at_loss, 3), [("eve".into(), false)]);
}

fn granting(grants: Grants) -> Pass {
    let mut pass = Pass::default();
    pass.permissions.grants = grants;
    pass
}
