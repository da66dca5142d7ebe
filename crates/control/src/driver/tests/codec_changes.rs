//! Publishers that turn to another codec on the m-line that they have.

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::decision::LimitingFactor;
use switchyard_vocab::ids::{Identity, PublicationId};
use switchyard_vocab::layer::Layers;
use switchyard_vocab::profile::Format;

use crate::driver::Output;
use crate::intent::{Intent, Join};
use crate::notice::{ConnectionState, Notice};
use crate::session::negotiation::{LONGEST_SPACING, OFFER_SPACING};
use crate::testing::description::Client;
use crate::testing::{Harness, commands, join, published, told};

/// Ada publishes a picture in VP8, and Bob receives it.
fn call() -> (Harness, PublicationId) {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    let camera = published(&harness.reply(1, Client::new(1).offer(&[("0", "video", "sendonly")])))[0];
    harness.answer(2);
    (harness, camera)
}

/// The worker has seen that a publication is sent in this.
fn turn(harness: &mut Harness, publication: PublicationId, codec: Codec) -> Vec<Output> {
    let (worker, _) = harness.latest_peer(1);
    let (layers, format) = (Layers::default(), Some(Format::of(codec)));
    harness.event(worker, Event::PublicationChanged { publication, layers, format })
}

fn carried(outputs: &[Output]) -> Vec<(PublicationId, Codec)> {
    let of = |command: &&Command| match command {
        Command::Subscribe(subscribe) => Some((subscribe.publication, subscribe.section.codec.codec)),
        _ => None,
    };
    commands(outputs).iter().filter_map(of).collect()
}

#[test]
fn whoever_receives_is_offered_the_new_codec_under_the_same_number() {
    let (mut harness, camera) = call();

    let outputs = turn(&mut harness, camera, Codec::Av1);
    harness.pass(OFFER_SPACING);
    let (_, sdp) = harness.latest_offer(2).unwrap();
    let answered = harness.answer(2);

    let identity = Identity::new("ada");
    let notice = Notice::PublicationCodec { identity, publication: camera, codec: Codec::Av1 };
    assert!(told(&outputs, 1).contains(&&notice) && told(&outputs, 2).contains(&&notice), "{outputs:?}");
    assert!(commands(&outputs).iter().any(|command| matches!(command, Command::Unsubscribe { .. })));
    assert!(sdp.contains("a=rtpmap:45 AV1/90000"), "{sdp}");
    assert_eq!(carried(&answered), [(camera, Codec::Av1)]);
    let Notice::Joined { participants, .. } = harness.join(3, "eve") else { panic!("not in") };
    let codecs: Vec<_> = participants.iter().flat_map(|one| &one.publications).map(|one| one.codec).collect();
    assert_eq!(codecs, [Codec::Av1], "who comes later hears of the codec that is sent");
    assert_eq!(harness.totals().codec_changes, 1);
}

#[test]
fn what_is_sent_as_before_changes_nothing() {
    let (mut harness, camera) = call();

    let outputs = turn(&mut harness, camera, Codec::Vp8);

    assert!(commands(&outputs).is_empty());
    assert_eq!(harness.totals().codec_changes, 0);
}

#[test]
fn whoever_lacks_the_new_codec_is_told_and_the_publisher_is_asked() {
    let (mut harness, camera) = call();
    turn(&mut harness, camera, Codec::Av1);
    harness.pass(OFFER_SPACING);

    let (offer, sdp) = harness.latest_offer(2).unwrap();
    let av1 = "m=video 9 UDP/TLS/RTP/SAVPF 45 46";
    let sdp = Client::new(2).answer(&sdp).replace(av1, &av1.replace("video 9", "video 0"));
    let outputs = harness.ask(2, Intent::Answer { offer, sdp });
    let asked = told(&outputs, 1);
    assert!(matches!(asked[..], [Notice::CodecWanted { .. }]), "{asked:?}");
    let unsupported = |notice: &&Notice| {
        matches!(notice, Notice::SubscriptionChanged { publication, decision }
            if *publication == camera && decision.limited_by == LimitingFactor::CodecUnsupported)
    };
    assert!(told(&outputs, 2).into_iter().any(|notice| unsupported(&notice)));

    turn(&mut harness, camera, Codec::Vp8);
    harness.pass(LONGEST_SPACING);
    assert_eq!(carried(&harness.answer(2)), [(camera, Codec::Vp8)], "it comes back with the codec");
}

#[test]
fn an_answer_that_crossed_the_change_brings_nothing_of_the_former_codec() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    let camera = published(&harness.reply(1, Client::new(1).offer(&[("0", "video", "sendonly")])))[0];

    turn(&mut harness, camera, Codec::Av1);
    let crossed = harness.answer(2);
    harness.pass(OFFER_SPACING);
    let answered = harness.answer(2);

    assert_eq!(carried(&crossed), []);
    assert_eq!(carried(&answered), [(camera, Codec::Av1)]);
}

#[test]
fn who_offers_another_codec_on_the_same_m_line_keeps_the_publication() {
    let (mut harness, camera) = call();
    let Intent::Offer { sdp, tracks } = Client::new(1).offer(&[("0", "video", "sendonly")]) else {
        unreachable!()
    };
    let sdp = sdp.replace("96 97 45", "45");

    let answer = harness.reply(1, Intent::Offer { sdp, tracks });
    let outputs = turn(&mut harness, camera, Codec::Av1);

    assert_eq!(published(&answer), [camera]);
    assert!(commands(&outputs).iter().any(|command| matches!(command, Command::Unsubscribe { .. })));
}

#[test]
fn a_viewer_that_offers_itself_is_told_by_the_end_of_its_connection() {
    let (mut harness, camera) = call();
    let Intent::Join(viewer) = join("kitchen", "eve") else { unreachable!() };
    harness.ask(3, Intent::Join(Join { auto_subscribe: false, ..viewer }));
    let sdp = Client::new(3).offer_sdp(&[("0", "video", "recvonly")]);
    let watched = harness.reply(3, Intent::Watch { identity: Identity::new("ada"), sdp, whole: true });
    assert!(matches!(watched, Notice::Answer { .. }), "{watched:?}");

    let outputs = turn(&mut harness, camera, Codec::Av1);

    let ended = |notice: &&Notice| {
        matches!(notice, Notice::ConnectionChanged { state: ConnectionState::Ended(_), .. })
    };
    assert!(told(&outputs, 3).into_iter().any(|notice| ended(&notice)), "{outputs:?}");
    assert!(commands(&outputs).iter().any(|command| matches!(command, Command::ClosePeer { .. })));
}
