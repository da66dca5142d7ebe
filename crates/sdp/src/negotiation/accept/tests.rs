use proptest::prelude::*;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::line::DtlsRole;
use switchyard_vocab::profile::{Format, H264Profile, Profile};
use switchyard_vocab::rtp::{PayloadType, Ssrc};

use super::*;
use crate::testing::{CHROMIUM, camera, client_answer, local, microphone, mutilated, parse};

fn offered() -> (SlotMap, Offer) {
    let mut slots = SlotMap::default();
    slots.open(microphone(0)).unwrap();
    slots.open(camera(1)).unwrap();
    let offer = slots.offer(&local());
    (slots, offer)
}

/// The result of an answer in which `from` was replaced by `to`.
fn answered(from: &str, to: &str) -> Result<Sending, SdpError> {
    let (mut slots, offer) = offered();
    let answer = client_answer(&offer.sdp);
    assert!(answer.contains(from), "{from}");
    accept_answer(&mut slots, &offer, &RemoteDescription::parse(&answer.replace(from, to))?)
}

fn obliging() -> Sending {
    let (mut slots, offer) = offered();
    accept_answer(&mut slots, &offer, &parse(&client_answer(&offer.sdp))).unwrap()
}

#[test]
fn an_obliging_client_gets_everything_as_offered() {
    let sending = obliging();

    let video = &sending.sections[1];

    assert_eq!(sending.sections.len(), 2);
    assert_eq!((video.ssrc, video.rtx_ssrc), (Ssrc(1001), Some(Ssrc(2001))));
    assert_eq!((video.codec.payload_type, video.codec.rtx), (PayloadType(96), Some(PayloadType(97))));
    assert_eq!(video.extensions.id(Extension::Mid), Some(4));
    assert_eq!(video.extensions.id(Extension::AudioLevel), None);
    let remote = sending.remote.unwrap();
    assert_eq!((remote.ice.ufrag.as_str(), remote.our_role), ("cLnt", DtlsRole::Server));
}

#[test]
fn payload_types_are_the_answers() {
    let sending = answered("RTP/SAVPF 96 97", "RTP/SAVPF 120 97").unwrap();
    assert_eq!(sending.refused[0].why, Unsent::NoCodec);

    let (mut slots, offer) = offered();
    let answer = client_answer(&offer.sdp)
        .replace("SAVPF 96 97", "SAVPF 120 124")
        .replace(":96 ", ":120 ")
        .replace(":97 ", ":124 ")
        .replace("apt=96", "apt=120");
    let sending = accept_answer(&mut slots, &offer, &parse(&answer)).unwrap();

    let codec = sending.sections[1].codec;
    assert_eq!((codec.payload_type, codec.rtx), (PayloadType(120), Some(PayloadType(124))));
}

#[test]
fn without_a_payload_type_for_them_there_are_no_retransmissions() {
    let sending = answered("a=fmtp:97 apt=96\n", "").unwrap();

    assert_eq!((sending.sections[1].rtx_ssrc, sending.sections[1].codec.rtx), (None, None));
}

#[test]
fn an_extension_that_the_client_leaves_out_is_not_sent() {
    let line = format!("a=extmap:3 {}\n", Extension::TransportCc.uri());

    let sending = answered(&line, "").unwrap();

    assert_eq!(sending.sections[0].extensions.id(Extension::TransportCc), None);
    assert!(!sending.sections[0].codec.transport_cc);
}

#[test]
fn an_m_line_that_the_client_does_not_take_is_reported() {
    let stopped = answered("m=video 9", "m=video 0").unwrap();
    let inactive = answered("a=recvonly", "a=inactive").unwrap();
    let unbundled = answered("BUNDLE 0 1", "BUNDLE 0").unwrap();

    assert_eq!((stopped.refused[0].why, stopped.sections.len()), (Unsent::Stopped, 1));
    assert_eq!(inactive.refused.len(), 2);
    assert_eq!(inactive.refused[0].why, Unsent::NotReceiving);
    assert_eq!((unbundled.refused[0].why, unbundled.sections.len()), (Unsent::NotBundled, 1));
}

#[test]
fn an_answer_to_something_else_is_refused() {
    let (mut slots, offer) = offered();
    let stranger = parse(CHROMIUM);
    let short = client_answer(&offer.sdp);
    let short = parse(&short[..short.find("m=video").unwrap()]);

    assert_eq!(
        accept_answer(&mut slots, &offer, &short).unwrap_err(),
        SdpError::WrongSectionCount { offered: 2, answered: 1 }
    );
    assert!(matches!(accept_answer(&mut slots, &offer, &stranger), Err(SdpError::BadSetup { .. })));
    assert!(matches!(answered("a=mid:1", "a=mid:7"), Err(SdpError::WrongSection { index: 1, .. })));
}

#[test]
fn a_passive_client_makes_us_start_the_handshake() {
    let sending = answered("a=setup:active", "a=setup:passive").unwrap();

    assert_eq!(sending.remote.unwrap().our_role, DtlsRole::Client);
}

fn answered_for(format: Format, replace: &[(&str, &str)]) -> Sending {
    let mut slots = SlotMap::default();
    slots.open(Occupant { format, ..camera(1) }).unwrap();
    let offer = slots.offer(&local());
    let answer = replace.iter().fold(client_answer(&offer.sdp), |text, (from, to)| text.replace(from, to));
    accept_answer(&mut slots, &offer, &parse(&answer)).unwrap()
}

#[test]
fn a_client_that_lacks_the_profile_lacks_the_codec() {
    let sending = answered_for(Format::of(Codec::Vp9), &[("profile-id=0", "profile-id=2")]);

    assert_eq!(sending.refused[0].why, Unsent::NoCodec);
}

#[test]
fn baseline_goes_to_a_client_that_only_knows_constrained_baseline() {
    let profile = Profile::H264(H264Profile::new([0x42, 0x00, 0x1f], true).unwrap());
    let format = Format { profile, ..Format::of(Codec::H264) };

    let own = answered_for(format, &[]);
    let other = answered_for(format, &[("SAVPF 102 103 ", "SAVPF ")]);

    assert_eq!(own.sections[0].codec.payload_type, PayloadType(102));
    assert_eq!(other.sections[0].codec.payload_type, PayloadType(108));
    assert_eq!(other.sections[0].codec.rtx, Some(PayloadType(109)));
}

#[test]
fn the_two_byte_form_needs_the_clients_consent() {
    let agreed = answered_for(Format::of(Codec::Av1), &[]);
    let refused = answered_for(Format::of(Codec::Av1), &[("a=extmap-allow-mixed\n", "")]);

    assert!(agreed.sections[0].extensions.is_mixed());
    assert!(!refused.sections[0].extensions.is_mixed());
    assert!(refused.sections[0].extensions.id(Extension::DependencyDescriptor).is_some());
}

proptest! {
    #[test]
    fn whatever_the_client_answers_every_subscription_is_sent_or_refused_or_nothing_changed(
        answer in mutilated(vec![client_answer(&offered().1.sdp)])
    ) {
        let (mut slots, offer) = offered();
        let Ok(answer) = RemoteDescription::parse(&answer) else { return Ok(()) };

        match accept_answer(&mut slots, &offer, &answer) {
            Ok(sending) => prop_assert_eq!(sending.sections.len() + sending.refused.len(), 2),
            Err(_) => prop_assert_eq!(slots.occupied().count(), 2),
        }
    }
}

#[test]
fn feedback_by_stream_is_taken_from_those_who_answer_with_it() {
    let mut slots = SlotMap::new(crate::OfferPolicy { ccfb: true, ..crate::OfferPolicy::default() });
    slots.open(camera(1)).unwrap();
    let offer = slots.offer(&local());
    assert_eq!(offer.sdp.matches("a=rtcp-fb:* ack ccfb\r\n").count(), 1);

    let taken = |answer: &str| {
        accept_answer(&mut slots.clone(), &offer, &parse(answer)).unwrap().sections[0].codec.ccfb
    };

    let answer = client_answer(&offer.sdp);
    let by_format = answer.replace("a=rtcp-fb:* ack ccfb", "a=rtcp-fb:96 ack ccfb");
    let without = answer.replace("a=rtcp-fb:* ack ccfb\n", "");
    assert_eq!([taken(&answer), taken(&by_format), taken(&without)], [true, true, false]);
}

#[test]
fn feedback_by_stream_that_was_not_offered_is_not_taken() {
    let mut slots = SlotMap::new(crate::OfferPolicy::default());
    slots.open(camera(1)).unwrap();
    let offer = slots.offer(&local());
    assert!(!offer.sdp.contains("ccfb"));

    let answer = client_answer(&offer.sdp);
    let with = answer.replacen("a=rtcp-fb:", "a=rtcp-fb:* ack ccfb\na=rtcp-fb:", 1);
    assert!(with.contains("a=rtcp-fb:* ack ccfb"), "{with}");
    let taken = accept_answer(&mut slots.clone(), &offer, &parse(&with)).unwrap();
    assert!(!taken.sections[0].codec.ccfb);
}
