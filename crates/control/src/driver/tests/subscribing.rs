use std::time::Duration;

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::decision::{Decision, LimitingFactor};
use switchyard_vocab::demand::Preference;
use switchyard_vocab::layer::SpatialLayer;

use crate::driver::Output;
use crate::intent::{Connection, Intent, OfferId};
use crate::notice::{ConnectionState, Notice};
use crate::refusal::Refusal;
use crate::session::negotiation::OFFER_SPACING;
use crate::testing::description::{Client, priority};
use crate::testing::{Harness, commands, offers, told};

fn subscribed(outputs: &[Output]) -> Vec<&switchyard_bus::command::Subscribe> {
    let subscribes = commands(outputs).into_iter().filter_map(|command| match command {
        Command::Subscribe(subscribe) => Some(&**subscribe),
        _ => None,
    });
    subscribes.collect()
}

#[test]
fn a_late_joiner_is_offered_everything_at_once() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");

    harness.join(2, "bob");

    let Some(Output::Notice(last)) = harness.log.last() else { panic!("{:?}", harness.log) };
    let Notice::Offer { sdp, subscriptions, .. } = &last.notice else { panic!("{last:?}") };
    assert_eq!(subscriptions.iter().map(|one| one.publication).collect::<Vec<_>>(), tracks);
    assert!(sdp.contains(&format!("a=msid:s1 {}", tracks[0])), "{sdp}");
    assert!(sdp.contains(&format!("a=msid:s1 {}", tracks[1])), "{sdp}");
}

#[test]
fn checks_can_be_answered_before_the_answer_but_no_media_flows_until_then() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");

    let before: Vec<_> = harness.log.clone();
    assert!(
        commands(&before)
            .iter()
            .any(|command| matches!(command, Command::OpenPeer { session, .. } if session.0 == 2))
    );
    assert!(subscribed(&before).is_empty());

    let after = harness.answer(2);
    assert!(matches!(commands(&after)[0], Command::ConnectPeer { .. }));
    assert_eq!(subscribed(&after).len(), 2);
}

#[test]
fn no_command_for_an_m_line_goes_out_before_its_answer() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.answer(2);
    harness.pass(Duration::from_secs(1));

    let heard = harness.log.len();
    let offering = harness.join_and_publish(3, "eve");
    assert!(subscribed(&harness.log[heard..]).is_empty());
    let (_, sdp) = harness.latest_offer(2).unwrap();
    assert!(sdp.contains(&offering[0].to_string()));

    let answered = harness.answer(2);
    let flowing = subscribed(&answered);
    assert_eq!(flowing.iter().map(|one| one.publication).collect::<Vec<_>>(), offering);
}

#[test]
fn the_tracks_of_one_participant_share_a_cname_and_have_ssrcs_of_their_own() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join_and_publish(3, "eve");
    harness.join(2, "bob");

    let outputs = harness.answer(2);

    let flowing = subscribed(&outputs);
    assert_eq!(flowing[0].cname, flowing[1].cname);
    assert_ne!(flowing[0].cname, flowing[2].cname);
    let streams = flowing.iter().flat_map(|one| [Some(one.section.ssrc), one.section.rtx_ssrc]).flatten();
    let mut streams: Vec<_> = streams.collect();
    streams.sort_unstable();
    streams.dedup();
    assert_eq!(streams.len(), 6, "two sounds, two pictures with their retransmissions");
}

#[test]
fn a_hundred_changes_while_an_offer_is_in_flight_cause_one_more_offer() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    for _ in 0..50 {
        harness.ask(2, Intent::Unsubscribe { publication: tracks[1] });
        harness.ask(2, Intent::Subscribe { publication: tracks[1] });
    }
    assert_eq!(offers(&harness.log), 1);

    let mut rest = harness.answer(2);
    rest.extend(harness.pass(Duration::from_secs(1)));

    assert_eq!(offers(&rest), 1);
}

#[test]
fn a_hundred_joins_in_a_second_cause_at_most_ten_offers_each() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    let mut made = 0;
    for newcomer in 0..100 {
        harness.join_and_publish(100 + newcomer, &format!("n{newcomer}"));
        harness.pass(Duration::from_millis(10));
        while let Some((offer, sdp)) = harness.latest_offer(1) {
            if offer.0 == made {
                break;
            }
            made = offer.0;
            harness.ask(1, Intent::Answer { offer, sdp: Client::new(1).answer(&sdp) });
        }
    }

    assert!((2..=10).contains(&made), "{made} offers");
}

#[test]
fn what_was_taken_back_in_time_is_not_offered() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.answer(2);
    harness.ask(2, Intent::Unsubscribe { publication: tracks[0] });
    assert_eq!(offers(&harness.pass(OFFER_SPACING)), 1);
    harness.answer(2);

    harness.ask(2, Intent::Subscribe { publication: tracks[0] });
    harness.ask(2, Intent::Unsubscribe { publication: tracks[0] });

    assert_eq!(offers(&harness.pass(Duration::from_secs(1))), 0);
}

#[test]
fn what_ended_while_its_offer_was_in_flight_never_flows() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.ask(1, Intent::Unpublish { publication: tracks[0] });

    let answered = harness.answer(2);

    assert_eq!(subscribed(&answered).iter().map(|one| one.publication).collect::<Vec<_>>(), [tracks[1]]);
    harness.pass(Duration::from_secs(1));
    let (_, sdp) = harness.latest_offer(2).unwrap();
    assert_eq!((sdp.matches("a=sendonly").count(), sdp.matches("a=inactive").count()), (1, 1));
}

#[test]
fn a_restart_asked_for_while_an_offer_is_in_flight_comes_with_the_next() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    assert_eq!(commands(&harness.ask(2, Intent::RestartIce)), [] as [&Command; 0]);

    harness.answer(2);
    let outputs = harness.pass(OFFER_SPACING);

    assert!(matches!(commands(&outputs)[..], [Command::RestartIce { remote: None, .. }]));
    assert_eq!(offers(&outputs), 1);
}

#[test]
fn a_preference_is_kept_until_the_m_line_is_answered_and_changes_it_afterwards() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let low = Intent::SetMaxLayer { publication: tracks[1], layer: SpatialLayer(0) };
    assert!(commands(&harness.ask(2, low)).is_empty());

    let answered = harness.answer(2);
    let wanted = Preference { max_layer: SpatialLayer(0), paused: false };
    assert_eq!(subscribed(&answered)[1].preference, wanted);
    let subscription = subscribed(&answered)[1].section.subscription;

    let paused = harness.ask(2, Intent::SetPaused { publication: tracks[1], paused: true });
    let preference = Preference { paused: true, ..wanted };
    assert_eq!(commands(&paused), [&Command::Prefer { subscription, preference }]);
}

#[test]
fn an_answer_to_another_offer_is_stale() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let (_, sdp) = harness.latest_offer(2).unwrap();
    let sdp = Client::new(2).answer(&sdp);

    let wrong = Intent::Answer { offer: OfferId(7), sdp: sdp.clone() };
    assert_eq!(harness.reply(2, wrong), Notice::Refused(Refusal::StaleAnswer(7)));
    let right = Intent::Answer { offer: OfferId(1), sdp };
    assert_eq!(harness.reply(2, right.clone()), Notice::Done);
    assert_eq!(harness.reply(2, right), Notice::Refused(Refusal::StaleAnswer(1)));
}

#[test]
fn a_bad_answer_is_refused_and_the_offer_still_waits() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");

    let bad = Intent::Answer { offer: OfferId(1), sdp: "v=0\r\n".into() };
    assert!(matches!(harness.reply(2, bad), Notice::Refused(Refusal::BadDescription(_))));

    assert_eq!(subscribed(&harness.answer(2)).len(), 2);
}

#[test]
fn what_ends_stops_at_once_and_its_m_line_is_used_again() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.answer(2);
    harness.pass(Duration::from_secs(1));

    let left = harness.ask(1, Intent::Leave);
    let stopped =
        commands(&left).into_iter().filter(|command| matches!(command, Command::Unsubscribe { .. }));
    assert_eq!(stopped.count(), 2);
    harness.answer(2);
    harness.pass(Duration::from_secs(1));
    harness.join_and_publish(3, "eve");

    let (_, sdp) = harness.latest_offer(2).unwrap();
    assert_eq!(sdp.matches("\r\nm=").count(), 2, "{sdp}");
    assert_eq!(sdp.matches("a=sendonly").count(), 2);
    assert_eq!(harness.answer(2).len(), 3, "two subscriptions and a confirmation");
}

#[test]
fn a_declined_m_line_is_an_unsubscription() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let (offer, sdp) = harness.latest_offer(2).unwrap();
    let sdp = Client::new(2).answer(&sdp).replacen("a=recvonly", "a=inactive", 1);

    let outputs = harness.ask(2, Intent::Answer { offer, sdp });

    assert_eq!(subscribed(&outputs).iter().map(|one| one.publication).collect::<Vec<_>>(), [tracks[1]]);
    let again = harness.reply(2, Intent::Unsubscribe { publication: tracks[0] });
    assert_eq!(again, Notice::Refused(Refusal::NotSubscribed(tracks[0].0)));
}

#[test]
fn an_ice_restart_offers_new_credentials_and_keeps_what_flows() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let (_, before) = harness.latest_offer(2).unwrap();
    harness.answer(2);
    harness.pass(Duration::from_secs(1));

    let outputs = harness.ask(2, Intent::RestartIce);
    let [Command::RestartIce { local, remote: None, .. }] = commands(&outputs)[..] else {
        panic!("{outputs:?}")
    };
    let (offer, sdp) = harness.latest_offer(2).unwrap();
    assert!(sdp.contains(&local.ufrag));
    assert!(priority(&sdp) > priority(&before));

    let sdp = Client::new(2).restarted().answer(&sdp);
    let answered = harness.ask(2, Intent::Answer { offer, sdp });
    assert!(matches!(commands(&answered)[..], [Command::RestartIce { remote: Some(_), .. }]), "{answered:?}");
}

#[test]
fn an_offer_nobody_answers_ends_the_connection_but_not_the_session() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");

    let outputs = harness.pass(Duration::from_secs(15));

    assert!(matches!(commands(&outputs)[..], [Command::ClosePeer { .. }]));
    let state = ConnectionState::Ended(LineEnd::ClosedByUs);
    assert_eq!(told(&outputs, 2), [&Notice::ConnectionChanged { connection: Connection::Subscribe, state }]);
    harness.ask(2, Intent::RestartIce);
    assert_eq!(subscribed(&harness.answer(2)).len(), 2);
}

#[test]
fn a_lost_subscribe_connection_comes_back_when_asked_for() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.answer(2);
    let (worker, peer) = harness.latest_peer(2);
    harness.event(worker, Event::PeerEnded { peer, end: LineEnd::ConsentLost });

    harness.join_and_publish(3, "eve");
    let (_, before) = harness.latest_offer(2).unwrap();
    assert!(!before.contains("s3"), "nothing is offered on a connection that is gone");

    let outputs = harness.ask(2, Intent::RestartIce);
    assert!(matches!(commands(&outputs)[..], [Command::OpenPeer { peer: fresh, .. }] if *fresh != peer));
    assert_eq!(subscribed(&harness.answer(2)).len(), 4);
}

#[test]
fn nobody_receives_their_own_tracks_or_what_is_gone() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");

    let own = harness.reply(1, Intent::Subscribe { publication: tracks[0] });
    assert_eq!(own, Notice::Refused(Refusal::OwnPublication(tracks[0].0)));
    harness.ask(1, Intent::Unpublish { publication: tracks[0] });
    let gone = harness.reply(1, Intent::Subscribe { publication: tracks[0] });
    assert_eq!(gone, Notice::Refused(Refusal::UnknownPublication(tracks[0].0)));
}

#[test]
fn a_subscriber_hears_what_it_gets_and_why() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let answered = harness.answer(2);
    let subscription = subscribed(&answered)[1].section.subscription;
    let (worker, _) = harness.latest_peer(2);
    let decision =
        Decision { current: None, layer: None, target: None, limited_by: LimitingFactor::KeyframeWait };

    let outputs = harness.event(worker, Event::SubscriptionChanged { subscription, decision });

    assert_eq!(told(&outputs, 2), [&Notice::SubscriptionChanged { publication: tracks[1], decision }]);
}

#[test]
fn an_answer_to_no_offer_is_stale_even_before_there_is_a_connection() {
    let mut harness = Harness::new();
    harness.join(1, "ada");

    let answer = Intent::Answer { offer: OfferId(1), sdp: "v=0".to_owned() };

    assert_eq!(harness.reply(1, answer), Notice::Refused(Refusal::StaleAnswer(1)));
}
