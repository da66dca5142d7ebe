use std::time::Duration;

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::layer::{EncodingIndex, SpatialLayer};
use switchyard_vocab::layer::{Layer, Layers};
use switchyard_vocab::units::Bitrate;

use crate::driver::Output;
use crate::intent::{Connection, Intent, TrackSource};
use crate::notice::{ConnectionState, Notice};
use crate::refusal::Refusal;
use crate::testing::description::{Client, priority};
use crate::testing::{Harness, commands, published, told};

#[test]
fn the_commands_that_make_an_answer_true_come_before_it() {
    let mut harness = Harness::new();
    harness.join(1, "ada");

    let outputs = harness.ask(1, Client::new(1).offer_both());

    let [
        Output::Command(_, Command::OpenPeer { peer: opened, local, .. }),
        Output::Command(_, Command::ConnectPeer { peer: connected, remote }),
        Output::Command(_, Command::Receive { receiving, .. }),
        Output::Notice(answer),
    ] = &outputs[..]
    else {
        panic!("{outputs:?}")
    };
    assert_eq!(opened, connected);
    assert_eq!(remote.ice.ufrag, "c00001g0");
    assert_eq!(receiving.sections.len(), 2);
    let Notice::Answer { sdp, .. } = &answer.notice else { panic!("{answer:?}") };
    assert!(sdp.contains(&local.ufrag) && sdp.contains("192.0.2.1 7882"));
}

#[test]
fn what_is_published_is_announced_with_its_kind_and_source() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");

    let outputs = harness.ask(1, Client::new(1).offer_both());

    let added = told(&outputs, 2).into_iter().filter_map(|notice| match notice {
        Notice::PublicationAdded { publication, .. } => Some((publication.source, publication.encodings)),
        _ => None,
    });
    assert_eq!(added.collect::<Vec<_>>(), [(TrackSource::Microphone, 1), (TrackSource::Camera, 3)]);
}

#[test]
fn malformed_sdp_is_refused_and_changes_nothing() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let before = harness.totals();

    let good = Client::new(1).offer_sdp(&[("0", "audio", "sendonly"), ("1", "video", "inactive")]);
    let no_codec = good.replace("opus", "speex");
    for (sdp, code) in [
        ("", "bad_description"),
        ("v=0\r\nnonsense", "bad_description"),
        (&good.replace("a=ice-pwd", "a=x"), "bad_description"),
        (&no_codec, "no_usable_codec"),
    ] {
        let outputs = harness.ask(1, Intent::Offer { sdp: sdp.to_owned(), tracks: Vec::new() });
        let [Output::Notice(told)] = &outputs[..] else { panic!("{outputs:?}") };
        let Notice::Refused(refusal) = &told.notice else { panic!("{told:?}") };
        assert_eq!(refusal.code(), code, "{refusal}");
    }

    let after = harness.totals();
    assert_eq!((after.peers, after.publications), (before.peers, before.publications));
    assert_eq!(after.requests_refused, 4);
}

#[test]
fn an_ice_restart_keeps_publications_and_brings_new_credentials() {
    let mut harness = Harness::new();
    let client = Client::new(1);
    harness.join(1, "ada");
    let first = harness.reply(1, client.offer_both());

    let outputs = harness.ask(1, client.restarted().offer_both());

    let [Command::RestartIce { local, remote: Some(remote), .. }] = commands(&outputs)[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(remote.ufrag, "c00001g1");
    let [answer] = told(&outputs, 1)[..] else { panic!("{outputs:?}") };
    assert_eq!(published(answer), published(&first));
    let Notice::Answer { sdp, .. } = answer else { panic!("{answer:?}") };
    assert!(sdp.contains(&local.ufrag));
}

#[test]
fn priorities_rise_with_every_restart_and_with_nothing_else() {
    let mut harness = Harness::new();
    let mut client = Client::new(1);
    harness.join(1, "ada");
    let mut before = priority_told(&harness.reply(1, client.offer_both()));

    for _ in 0..3 {
        assert_eq!(priority_told(&harness.reply(1, client.offer_both())), before);
        client = client.restarted();
        let after = priority_told(&harness.reply(1, client.offer_both()));
        assert!(after > before, "{after} after {before}");
        before = after;
    }
}

fn priority_told(answer: &Notice) -> u32 {
    let Notice::Answer { sdp, .. } = answer else { panic!("{answer:?}") };
    priority(sdp)
}

#[test]
fn a_later_offer_adds_and_removes_by_mid() {
    let mut harness = Harness::new();
    let client = Client::new(1);
    let first = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");

    let lines = [("0", "audio", "sendonly"), ("1", "video", "inactive"), ("2", "video", "sendonly")];
    let outputs = harness.ask(1, client.offer(&lines));

    let second = published(told(&outputs, 1)[0]);
    assert_eq!(second[0], first[0], "the microphone stays what it was");
    assert!(!first.contains(&second[1]));
    let by_bob = told(&outputs, 2);
    assert!(matches!(by_bob[0], Notice::PublicationRemoved { publication, .. } if *publication == first[1]));
    assert!(matches!(by_bob[1], Notice::PublicationAdded { publication, .. } if publication.id == second[1]));
}

#[test]
fn an_offer_that_lacks_earlier_m_lines_is_refused_by_their_names_and_changes_nothing() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let client = Client::new(1);
    let one = client.offer_sdp(&[("0", "audio", "sendonly")]);
    let renamed = client.offer_sdp(&[("0", "audio", "sendonly"), ("2", "video", "sendonly")]);

    for (sdp, missing) in [("v=0\r\n", "mid 0, mid 1"), (&one, "mid 1"), (&renamed, "mid 1")] {
        let outputs = harness.ask(1, Intent::Offer { sdp: sdp.to_owned(), tracks: Vec::new() });
        let [Output::Notice(told)] = &outputs[..] else { panic!("{outputs:?}") };
        let Notice::Refused(refusal) = &told.notice else { panic!("{told:?}") };
        assert_eq!(refusal.code(), "bad_description");
        assert!(refusal.to_string().contains(&format!("lacks {missing} of")), "{refusal}");
    }

    assert_eq!(published(&harness.reply(1, client.offer_both())), tracks);
}

#[test]
fn a_new_connection_owes_nothing_to_the_m_lines_of_the_one_before() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");

    let answer = harness.reply(1, Client::new(99).offer(&[("0", "audio", "sendonly")]));

    assert_eq!(published(&answer).len(), 1);
    assert_eq!((harness.totals().peers, harness.totals().publications), (1, 1));
}

#[test]
fn an_m_line_that_begins_again_is_what_was_said_of_it_unless_the_offer_says_otherwise() {
    let mut harness = Harness::new();
    let client = Client::new(1);
    harness.join(1, "ada");
    harness.join(2, "bob");
    let lines = |direction| [("0", "audio", "sendonly"), ("1", "video", direction)];
    let Intent::Offer { sdp, mut tracks } = client.offer(&lines("sendonly")) else { unreachable!() };
    tracks[1].source = TrackSource::Screen;
    tracks[1].name = Some("slides".to_owned());
    tracks[1].muted = true;
    harness.ask(1, Intent::Offer { sdp: sdp.clone(), tracks });

    let mut again = |tracks| {
        harness.ask(1, client.offer(&lines("inactive")));
        let outputs = harness.ask(1, Intent::Offer { sdp: sdp.clone(), tracks });
        match told(&outputs, 2)[..] {
            [Notice::PublicationAdded { publication, .. }] => publication.clone(),
            ref other => panic!("{other:?}"),
        }
    };

    let unnamed = again(Vec::new());
    assert_eq!((unnamed.source, unnamed.name.as_deref()), (TrackSource::Screen, Some("slides")));
    assert!(!unnamed.muted, "whoever begins again is heard");
    let Intent::Offer { tracks, .. } = client.offer(&lines("sendonly")) else { unreachable!() };
    let named = again(tracks);
    assert_eq!((named.source, named.name), (TrackSource::Camera, None));
}

#[test]
fn another_certificate_is_another_connection() {
    let mut harness = Harness::new();
    let first = harness.join_and_publish(1, "ada");
    let (_, old) = harness.latest_peer(1);

    let outputs = harness.ask(1, Client::new(99).offer_both());

    assert_eq!(commands(&outputs)[0], &Command::ClosePeer { peer: old });
    assert!(matches!(commands(&outputs)[1], Command::OpenPeer { peer, .. } if *peer != old));
    assert!(published(told(&outputs, 1)[0]).iter().all(|id| !first.contains(id)));
    assert_eq!((harness.totals().peers, harness.totals().publications), (1, 2));
}

#[test]
fn an_unpublished_track_is_gone_without_a_new_description() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");

    let outputs = harness.ask(1, Intent::Unpublish { publication: tracks[1] });

    let Command::Receive { receiving, .. } = commands(&outputs)[0] else { panic!("{outputs:?}") };
    assert_eq!(receiving.sections.len(), 1);
    assert!(matches!(told(&outputs, 2)[0], Notice::PublicationRemoved { .. }));
    assert_eq!(harness.totals().publications, 1);
}

#[test]
fn an_offer_that_still_sends_an_unpublished_track_publishes_it_anew() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.ask(1, Intent::Unpublish { publication: tracks[1] });

    let again = published(&harness.reply(1, Client::new(1).offer_both()));

    assert_eq!(again[0], tracks[0]);
    assert!(!tracks.contains(&again[1]));
}

#[test]
fn only_its_owner_mutes_a_track_and_everybody_hears_of_it() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let mute = Intent::SetMuted { publication: tracks[0], muted: true };

    let grant = "admin".to_owned();
    assert_eq!(harness.reply(2, mute.clone()), Notice::Refused(Refusal::NotPermitted { grant }));
    let outputs = harness.ask(1, mute.clone());

    assert_eq!(commands(&outputs), [&Command::SetMuted { publication: tracks[0], muted: true }]);
    for session in [1, 2] {
        assert!(matches!(told(&outputs, session)[..], [Notice::PublicationMuted { muted: true, .. }]));
    }
    assert_eq!(commands(&harness.ask(1, mute)), [] as [&Command; 0], "muting twice is muting once");
}

#[test]
fn a_mute_toggled_fifty_times_a_second_is_told_at_a_pace_and_its_last_state_always() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let mut outputs = Vec::new();
    for toggle in 0..101 {
        let muted = toggle % 2 == 0;
        outputs.extend(harness.ask(1, Intent::SetMuted { publication: tracks[0], muted }));
        outputs.extend(harness.pass(Duration::from_millis(20)));
    }
    outputs.extend(harness.pass(Duration::from_secs(1)));

    let silenced = commands(&outputs).into_iter().filter(|one| matches!(one, Command::SetMuted { .. }));
    assert_eq!(silenced.count(), 101, "what is heard follows at once");
    let told: Vec<_> = told(&outputs, 2)
        .into_iter()
        .filter_map(|notice| match notice {
            Notice::PublicationMuted { muted, .. } => Some(*muted),
            _ => None,
        })
        .collect();
    assert!((10..=22).contains(&told.len()), "{told:?}");
    assert_eq!(told.last(), Some(&true));
}

#[test]
fn a_track_may_begin_silent() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    let Intent::Offer { sdp, mut tracks } = Client::new(1).offer_both() else { unreachable!() };
    tracks[0].muted = true;

    let outputs = harness.ask(1, Intent::Offer { sdp, tracks });

    let muted = published(told(&outputs, 1)[0])[0];
    assert_eq!(commands(&outputs).last(), Some(&&Command::SetMuted { publication: muted, muted: true }));
}

#[test]
fn a_lost_publish_connection_takes_its_tracks_along_and_can_be_made_anew() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let (worker, peer) = harness.latest_peer(1);

    let outputs = harness.event(worker, Event::PeerEnded { peer, end: LineEnd::ConsentLost });

    assert!(matches!(told(&outputs, 2)[0], Notice::PublicationRemoved { .. }));
    let state = ConnectionState::Ended(LineEnd::ConsentLost);
    assert_eq!(told(&outputs, 1), [&Notice::ConnectionChanged { connection: Connection::Publish, state }]);
    let again = harness.ask(1, Client::new(1).offer_both());
    assert!(matches!(commands(&again)[0], Command::OpenPeer { .. }));
}

#[test]
fn layers_are_told_to_the_publisher_and_to_who_receives() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.join(3, "eve");
    harness.ask(3, Intent::Unsubscribe { publication: tracks[1] });
    let (worker, _) = harness.latest_peer(1);
    let mut layers = Layers::default();
    layers.push(Layer {
        encoding: EncodingIndex(0),
        rank: SpatialLayer(0),
        live: true,
        size: None,
        bitrate: Bitrate::kbps(150),
    });

    let outputs =
        harness.event(worker, Event::PublicationChanged { publication: tracks[1], layers, format: None });

    let notice = Notice::PublicationLayers { publication: tracks[1], layers };
    assert_eq!(told(&outputs, 1), [&notice]);
    assert_eq!(told(&outputs, 2), [&notice]);
    assert_eq!(told(&outputs, 3), [] as [&Notice; 0]);
}

#[test]
fn events_about_what_is_gone_mean_nothing() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    let (worker, peer) = harness.latest_peer(1);
    harness.ask(1, Intent::Leave);

    assert_eq!(harness.event(worker, Event::PeerEnded { peer, end: LineEnd::ClosedByUs }), []);
    let (publication, layers) = (tracks[0], Layers::default());
    let late = Event::PublicationChanged { publication, layers, format: None };
    assert_eq!(harness.event(worker, late), []);
}

#[test]
fn who_begins_publications_without_end_is_slowed_down() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    let mut told = 0;
    let mut refused = 0;
    for certificate in 10..60 {
        let outputs = harness.ask(1, Client::new(certificate).offer_both());
        let added = crate::testing::told(&outputs, 2).into_iter();
        told += added.filter(|notice| matches!(notice, Notice::PublicationAdded { .. })).count();
        refused += crate::testing::told(&outputs, 1)
            .into_iter()
            .filter(|notice| matches!(notice, Notice::Refused(Refusal::RateLimited { .. })))
            .count();
    }
    assert_eq!((told, refused), (48, 26), "three times what it may publish");

    harness.pass(Duration::from_secs(1));
    assert!(matches!(harness.reply(1, Client::new(90).offer_both()), Notice::Answer { .. }));
    let again = harness.reply(1, Client::new(90).offer_both());
    assert!(matches!(again, Notice::Answer { .. }), "what goes on begins nothing: {again:?}");
}
