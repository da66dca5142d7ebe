//! Subscribers that lack a codec, and the second one that is published for them.

use switchyard_bus::command::{Command, Subscribe};
use switchyard_bus::event::Event;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::decision::LimitingFactor;
use switchyard_vocab::ids::{Identity, PublicationId};
use switchyard_vocab::layer::{EncodingIndex, Layer, Layers, SpatialLayer};
use switchyard_vocab::profile::Format;
use switchyard_vocab::units::Bitrate;

use crate::codec_policy::{CodecName, CodecPolicy};
use crate::config::ControlConfig;
use crate::driver::Output;
use crate::grants::{Caps, Pass, Permissions};
use crate::intent::{Intent, Join, TrackDescription, TrackSource};
use crate::notice::{ConnectionState, Notice};
use crate::refusal::Refusal;
use crate::session::negotiation::{LONGEST_SPACING, OFFER_SPACING};
use crate::testing::description::Client;
use crate::testing::{Harness, commands, config, join_with, published, told};

/// An offer of pictures on these MIDs, each in one codec, the second a backup of a publication.
fn pictures(client: u64, lines: &[(&str, &str, Option<PublicationId>)]) -> Intent {
    let client = Client::new(client);
    let all: Vec<_> = lines.iter().map(|(mid, ..)| (*mid, "video", "sendonly")).collect();
    let sdp = client.offer_sdp(&all);
    let mut sections = sdp.split("m=video");
    let mut text = sections.next().unwrap().to_owned();
    for (section, (_, codec, _)) in sections.zip(lines) {
        let number = if *codec == "VP8" { "96 97" } else { "45" };
        text += &format!("m=video{}", section.replace("96 97 45", number));
    }
    let track = |&(mid, _, backup_of): &(&str, &str, Option<PublicationId>)| TrackDescription {
        mid: mid.to_owned(),
        source: TrackSource::Camera,
        name: None,
        muted: false,
        backup_of,
    };
    Intent::Offer { sdp: text, tracks: lines.iter().map(track).collect() }
}

/// Ada publishes a picture in AV1; Bob is in the room and has been offered it.
fn av1_call() -> (Harness, PublicationId) {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    let publications = published(&harness.reply(1, pictures(1, &[("0", "AV1", None)])));
    (harness, publications[0])
}

/// Answers the latest offer as a browser that knows VP8 alone: it stops m-lines with nothing it knows.
fn answer_with_vp8_alone(harness: &mut Harness, session: u64) -> Vec<Output> {
    let (offer, sdp) = harness.latest_offer(session).unwrap();
    let answer = Client::new(session).answer(&sdp);
    let stopped = answer.replace("m=video 9 UDP/TLS/RTP/SAVPF 45 46", "m=video 0 UDP/TLS/RTP/SAVPF 45 46");
    harness.ask(session, Intent::Answer { offer, sdp: stopped })
}

fn subscribed(outputs: &[Output]) -> Vec<Subscribe> {
    let of = |command: &&Command| match command {
        Command::Subscribe(subscribe) => Some((**subscribe).clone()),
        _ => None,
    };
    commands(outputs).iter().filter_map(of).collect()
}

fn is_told_unsupported(outputs: &[Output], session: u64, publication: PublicationId) -> bool {
    told(outputs, session).iter().any(|notice| {
        matches!(notice, Notice::SubscriptionChanged { publication: of, decision }
            if *of == publication && decision.limited_by == LimitingFactor::CodecUnsupported)
    })
}

#[test]
fn who_lacks_the_codec_is_told_so_and_the_publisher_is_asked_for_another() {
    let (mut harness, av1) = av1_call();

    let outputs = answer_with_vp8_alone(&mut harness, 2);

    assert!(is_told_unsupported(&outputs, 2, av1));
    let wanted = told(&outputs, 1);
    let [Notice::CodecWanted { publication, codecs }] = wanted[..] else { panic!("{wanted:?}") };
    assert_eq!(*publication, av1);
    assert_eq!(codecs[..], [Codec::Vp8, Codec::H264, Codec::Vp9, Codec::H265]);
    assert!(subscribed(&outputs).is_empty());
}

#[test]
fn the_publisher_is_asked_once_however_many_lack_the_codec() {
    let (mut harness, _) = av1_call();
    harness.join(3, "eve");

    let first = answer_with_vp8_alone(&mut harness, 2);
    let second = answer_with_vp8_alone(&mut harness, 3);

    assert_eq!((told(&first, 1).len(), told(&second, 1).len()), (1, 0));
}

#[test]
fn a_backup_reaches_those_who_need_it_under_the_first_ones_number_and_nobody_else_sees_it() {
    let (mut harness, av1) = av1_call();
    harness.join(3, "eve");
    harness.answer(3);
    answer_with_vp8_alone(&mut harness, 2);
    harness.pass(OFFER_SPACING);

    let heard = harness.log.len();
    let lines = [("0", "AV1", None), ("1", "VP8", Some(av1))];
    let backup = published(&harness.reply(1, pictures(1, &lines)))[1];
    harness.pass(OFFER_SPACING);

    let announced = told(&harness.log[heard..], 3);
    assert!(announced.is_empty(), "{announced:?}");
    let offered = told(&harness.log[heard..], 2);
    let [Notice::Offer { sdp, subscriptions, .. }] = offered[..] else { panic!("{offered:?}") };
    assert_eq!(subscriptions.iter().map(|one| one.publication).collect::<Vec<_>>(), [av1]);
    assert!(sdp.contains(&format!(" {av1}\r\n")) && sdp.contains("96 97"), "{sdp}");

    let answered = harness.answer(2);
    let flowing = subscribed(&answered);
    assert_eq!(flowing.iter().map(|one| one.publication).collect::<Vec<_>>(), [backup]);

    let Notice::Joined { participants, .. } = harness.join(4, "dan") else { panic!() };
    let ada = participants.iter().find(|one| one.identity.as_str() == "ada").unwrap();
    assert_eq!(
        ada.publications.iter().map(|one| (one.id, one.codec)).collect::<Vec<_>>(),
        [(av1, Codec::Av1)]
    );
}

#[test]
fn layers_of_a_backup_are_told_under_the_first_ones_number() {
    let (mut harness, av1) = av1_call();
    answer_with_vp8_alone(&mut harness, 2);
    let lines = [("0", "AV1", None), ("1", "VP8", Some(av1))];
    let backup = published(&harness.reply(1, pictures(1, &lines)))[1];
    harness.pass(OFFER_SPACING);
    harness.answer(2);
    let (worker, _) = harness.latest_peer(1);
    let mut layers = Layers::default();
    let (encoding, rank, bitrate) = (EncodingIndex(0), SpatialLayer(0), Bitrate::default());
    layers.push(Layer { encoding, rank, live: true, size: None, bitrate });

    let event = |publication| Event::PublicationChanged { publication, layers, format: None };
    let of_backup = harness.event(worker, event(backup));
    let of_first = harness.event(worker, event(av1));

    assert_eq!(told(&of_backup, 2), [&Notice::PublicationLayers { publication: av1, layers }]);
    assert!(told(&of_first, 2).is_empty());
}

#[test]
fn when_the_backup_ends_its_receivers_are_told_and_the_publisher_may_be_asked_again() {
    let (mut harness, av1) = av1_call();
    answer_with_vp8_alone(&mut harness, 2);
    let lines = [("0", "AV1", None), ("1", "VP8", Some(av1))];
    let backup = published(&harness.reply(1, pictures(1, &lines)))[1];
    harness.pass(OFFER_SPACING);
    harness.answer(2);

    let outputs = harness.ask(1, Intent::Unpublish { publication: backup });

    assert!(commands(&outputs).iter().any(|command| matches!(command, Command::Unsubscribe { .. })));
    assert!(is_told_unsupported(&outputs, 2, av1));
    assert!(told(&outputs, 1).iter().any(|notice| matches!(notice, Notice::CodecWanted { .. })));
}

#[test]
fn a_second_backup_is_refused_and_takes_the_place_of_one_that_ends() {
    let (mut harness, av1) = av1_call();
    answer_with_vp8_alone(&mut harness, 2);
    let one = [("0", "AV1", None), ("1", "VP8", Some(av1))];
    let two = [one[0], one[1], ("2", "VP8", Some(av1))];
    let limit = Refusal::LimitReached { what: "backups of one publication", limit: 1 };

    assert_eq!(harness.reply(1, pictures(1, &two)), Notice::Refused(limit.clone()), "two in one offer");
    let first = published(&harness.reply(1, pictures(1, &one)))[1];
    assert_eq!(harness.reply(1, pictures(1, &two)), Notice::Refused(limit), "one beside another");
    harness.pass(OFFER_SPACING);
    assert_eq!(subscribed(&harness.answer(2))[0].publication, first);

    assert_eq!(harness.reply(1, Intent::Unpublish { publication: first }), Notice::Done);
    let second = published(&harness.reply(1, pictures(1, &one)))[1];
    harness.pass(LONGEST_SPACING);
    assert_eq!(subscribed(&harness.answer(2))[0].publication, second, "nobody is left behind");
}

#[test]
fn silencing_a_picture_silences_its_backup() {
    let (mut harness, av1) = av1_call();
    let lines = [("0", "AV1", None), ("1", "VP8", Some(av1))];
    let backup = published(&harness.reply(1, pictures(1, &lines)))[1];

    let outputs = harness.ask(1, Intent::SetMuted { publication: av1, muted: true });

    let muted: Vec<_> = commands(&outputs)
        .iter()
        .filter_map(|command| match command {
            Command::SetMuted { publication, muted: true } => Some(*publication),
            _ => None,
        })
        .collect();
    assert_eq!(muted, [av1, backup]);
}

#[test]
fn a_backup_of_what_is_not_ones_own_is_refused() {
    let (mut harness, av1) = av1_call();
    let lines = |first| [("0", "VP8", None), ("1", "VP8", Some(PublicationId(first)))];

    assert_eq!(harness.reply(2, pictures(2, &lines(av1.0))), Notice::Refused(Refusal::NotYours(av1.0)));
    assert_eq!(harness.reply(2, pictures(2, &lines(999))), Notice::Refused(Refusal::UnknownPublication(999)));
}

#[test]
fn nobody_subscribes_to_a_backup_by_its_own_number() {
    let (mut harness, av1) = av1_call();
    let lines = [("0", "AV1", None), ("1", "VP8", Some(av1))];
    let backup = published(&harness.reply(1, pictures(1, &lines)))[1];

    let refused = harness.reply(2, Intent::Subscribe { publication: backup });

    assert_eq!(refused, Notice::Refused(Refusal::UnknownPublication(backup.0)));
}

#[test]
fn what_was_not_decoded_once_is_not_offered_again_on_that_connection() {
    let (mut harness, _) = av1_call();
    answer_with_vp8_alone(&mut harness, 2);
    harness.pass(OFFER_SPACING);
    let heard = harness.log.len();

    harness.join(3, "eve");
    let later = published(&harness.reply(3, pictures(3, &[("0", "AV1", None)])))[0];
    harness.pass(OFFER_SPACING * 4);

    let log = &harness.log[heard..];
    assert!(is_told_unsupported(log, 2, later));
    assert!(!told(log, 2).iter().any(|notice| matches!(notice, Notice::Offer { .. })));
}

#[test]
fn a_sound_that_is_turned_down_says_nothing_about_other_sounds() {
    let mut harness = Harness::new();
    let first = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let (offer, sdp) = harness.latest_offer(2).unwrap();
    let sdp = Client::new(2).answer(&sdp).replace("m=audio 9", "m=audio 0");
    let outputs = harness.ask(2, Intent::Answer { offer, sdp });
    harness.pass(OFFER_SPACING);

    let second = harness.join_and_publish(3, "eve");
    harness.pass(OFFER_SPACING * 2);

    assert!(!is_told_unsupported(&outputs, 2, first[0]));
    let offered = harness.log.iter().rev().find_map(|output| match output {
        Output::Notice(told) if told.session.0 == 2 => match &told.notice {
            Notice::Offer { subscriptions, .. } => Some(subscriptions.clone()),
            _ => None,
        },
        _ => None,
    });
    let offered: Vec<_> = offered.unwrap().iter().map(|one| one.publication).collect();
    assert_eq!(offered, [first[1], second[0], second[1]]);
}

#[test]
fn a_codec_that_the_operator_left_out_is_refused_by_its_name() {
    let codecs = CodecPolicy { allowed: vec![CodecName::Opus, CodecName::Vp8], preferred: Vec::new() };
    let mut harness = Harness::with(ControlConfig { codecs, ..config() });
    harness.join(1, "ada");

    let refused = harness.reply(1, pictures(1, &[("0", "AV1", None)]));

    let expected = Refusal::CodecNotAllowed { offered: "AV1".to_owned(), accepted: "opus, VP8".to_owned() };
    assert_eq!(refused, Notice::Refused(expected));
}

#[test]
fn a_preferred_codec_is_the_one_that_is_published() {
    let codecs = CodecPolicy { preferred: vec![CodecName::Av1], ..CodecPolicy::default() };
    let mut harness = Harness::with(ControlConfig { codecs, ..config() });
    harness.join(1, "ada");

    let answer = harness.reply(1, Client::new(1).offer_both());

    let Notice::Answer { sdp, .. } = answer else { panic!("{answer:?}") };
    assert!(sdp.contains("m=video 9 UDP/TLS/RTP/SAVPF 45 96 97"), "{sdp}");
}

/// Somebody who offers to receive what Ada publishes, with VP8 alone.
fn watch_with_vp8_alone(harness: &mut Harness, session: u64, whole: bool) -> Vec<Output> {
    if let Intent::Join(join) = crate::testing::join("kitchen", &format!("viewer-{session}")) {
        harness.ask(session, Intent::Join(Join { auto_subscribe: false, ..join }));
    }
    let sdp = Client::new(session).offer_sdp(&[("0", "video", "recvonly")]).replace("96 97 45", "96 97");
    harness.ask(session, Intent::Watch { identity: Identity::new("ada"), sdp, whole })
}

fn refused_for(outputs: &[Output], session: u64) -> Option<&'static str> {
    told(outputs, session).iter().find_map(|notice| match notice {
        Notice::Refused(refusal) => Some(refusal.code()),
        _ => None,
    })
}

#[test]
fn a_viewer_that_offers_itself_waits_for_the_backup_and_gets_it() {
    let (mut harness, av1) = av1_call();

    let outputs = watch_with_vp8_alone(&mut harness, 3, true);
    assert_eq!(refused_for(&outputs, 3), Some("no_usable_codec"));
    assert!(is_told_unsupported(&outputs, 3, av1), "it is worth waiting");
    assert!(told(&outputs, 1).iter().any(|notice| matches!(notice, Notice::CodecWanted { .. })));

    let lines = [("0", "AV1", None), ("1", "VP8", Some(av1))];
    let outputs = harness.ask(1, pictures(1, &lines));
    let decodable = |notice: &&Notice| {
        matches!(notice, Notice::SubscriptionChanged { publication, decision }
            if *publication == av1 && decision.limited_by == LimitingFactor::KeyframeWait)
    };
    assert!(told(&outputs, 3).into_iter().any(|notice| decodable(&notice)), "{outputs:?}");

    let outputs = watch_with_vp8_alone(&mut harness, 3, false);
    let [subscribed] = &subscribed(&outputs)[..] else { panic!("{outputs:?}") };
    assert_eq!(subscribed.section.codec.codec, Codec::Vp8);
    assert_ne!(subscribed.publication, av1, "the media is the backup's");
    let answered = told(&outputs, 3).into_iter().find(|notice| matches!(notice, Notice::Answer { .. }));
    assert_eq!(published(answered.unwrap()), [av1], "the number is the first one's");

    let backup = subscribed.publication;
    let outputs = harness.ask(1, Intent::Unpublish { publication: backup });
    let ended = |notice: &&Notice| {
        matches!(notice, Notice::ConnectionChanged { state: ConnectionState::Ended(_), .. })
    };
    assert!(told(&outputs, 3).into_iter().any(|notice| ended(&notice)), "only it can offer again");
}

#[test]
fn a_viewer_of_a_publisher_that_hears_nothing_is_refused_at_once() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    let sdp = Client::new(1).offer_sdp(&[("0", "video", "sendonly")]).replace("96 97 45", "45");
    harness.ask(1, Intent::Ingest { sdp });

    let outputs = watch_with_vp8_alone(&mut harness, 3, true);

    assert_eq!(refused_for(&outputs, 3), Some("no_usable_codec"));
    assert!(
        told(&outputs, 1).is_empty()
            && !told(&outputs, 3)
                .iter()
                .any(|notice| { matches!(notice, Notice::SubscriptionChanged { .. }) })
    );
}

#[test]
fn a_viewer_that_waits_is_told_when_the_publisher_turns_to_another_codec() {
    let (mut harness, av1) = av1_call();
    watch_with_vp8_alone(&mut harness, 3, true);
    let (worker, _) = harness.latest_peer(1);
    let (layers, format) = (Layers::default(), Some(Format::of(Codec::Vp8)));

    let outputs = harness.event(worker, Event::PublicationChanged { publication: av1, layers, format });

    assert!(
        told(&outputs, 3)
            .iter()
            .any(|notice| matches!(notice, Notice::SubscriptionChanged { publication, decision }
            if *publication == av1 && decision.limited_by == LimitingFactor::KeyframeWait)),
        "{outputs:?}"
    );
    let playing = watch_with_vp8_alone(&mut harness, 3, true);
    assert_eq!(subscribed(&playing).iter().map(|one| one.publication).collect::<Vec<_>>(), [av1]);
}

#[test]
fn a_viewer_that_lacks_the_new_codec_as_well_waits_on_and_the_publisher_is_asked_again() {
    let (mut harness, av1) = av1_call();
    watch_with_vp8_alone(&mut harness, 3, true);
    let (worker, _) = harness.latest_peer(1);
    let (layers, format) = (Layers::default(), Some(Format::of(Codec::H264)));

    let outputs = harness.event(worker, Event::PublicationChanged { publication: av1, layers, format });

    let is_told = |outputs: &[Output]| {
        told(outputs, 3).iter().any(|notice| matches!(notice, Notice::SubscriptionChanged { .. }))
    };
    assert!(!is_told(&outputs), "{outputs:?}");
    assert!(
        told(&outputs, 1).iter().any(|notice| matches!(notice, Notice::CodecWanted { .. })),
        "{outputs:?}"
    );
    let outputs = harness.ask(1, pictures(1, &[("0", "AV1", None), ("1", "VP8", Some(av1))]));
    assert!(is_told(&outputs), "{outputs:?}");
}

#[test]
fn a_backup_counts_as_a_track_once_the_first_publication_has_ended() {
    let caps = Caps { max_tracks: Some(1), ..Caps::default() };
    let pass = Pass { permissions: Permissions { caps, ..Permissions::default() }, ..Pass::default() };
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", pass));
    let first = published(&harness.reply(1, pictures(1, &[("0", "AV1", None)])))[0];
    let both = published(&harness.reply(1, pictures(1, &[("0", "AV1", None), ("1", "VP8", Some(first))])));
    assert_eq!(both.len(), 2);

    let lines = [("0", "video", "inactive"), ("1", "video", "sendonly"), ("2", "video", "sendonly")];
    let answer = harness.reply(1, Client::new(1).offer(&lines));

    let Notice::Answer { publications, .. } = answer else { panic!("{answer:?}") };
    let outcomes: Vec<_> =
        publications.iter().map(|one| one.outcome.as_ref().map_err(Refusal::code)).collect();
    assert_eq!(outcomes, [Ok(&both[1]), Err("cap_reached")]);
}
