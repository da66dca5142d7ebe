use super::*;
use crate::slots::SlotMap;
use crate::testing::{camera, lines_of, local, microphone};
use switchyard_vocab::ids::SubscriptionId;

fn offer_of(occupants: impl IntoIterator<Item = Occupant>) -> Offer {
    let mut slots = SlotMap::default();
    for occupant in occupants {
        slots.open(occupant).unwrap();
    }
    slots.offer(&local())
}

#[test]
fn a_picture_is_offered_with_its_retransmissions_and_its_names() {
    let offer = offer_of([camera(7)]);

    let lines = lines_of(&offer.sdp, 0);

    for line in [
        "a=sendonly",
        "a=setup:actpass",
        "a=rtcp-mux",
        "a=rtpmap:96 VP8/90000",
        "a=fmtp:97 apt=96",
        "a=msid:person7 camera7",
        "a=ssrc-group:FID 1007 2007",
        "a=ssrc:1007 cname:person7",
        "a=ssrc:2007 cname:person7",
    ] {
        assert!(lines.contains(&line), "{line} is missing from {lines:#?}");
    }
    assert_eq!(lines[0], "video 9 UDP/TLS/RTP/SAVPF 96 97");
}

#[test]
fn sound_is_offered_with_the_parameters_of_opus() {
    let offer = offer_of([microphone(1)]);

    assert!(offer.sdp.contains("a=fmtp:111 minptime=10;useinbandfec=1\r\n"));
    assert!(!offer.sdp.contains("ssrc-group"));
}

#[test]
fn subscribers_are_offered_no_encodings_and_send_times_only_on_request() {
    let plain = offer_of([camera(1), microphone(2)]).sdp;
    let mut slots = SlotMap::new(OfferPolicy { abs_send_time: true });
    slots.open(camera(1)).unwrap();

    for never in ["rtp-stream-id", "a=rid", "simulcast", "abs-send-time", "goog-remb"] {
        assert!(!plain.contains(never), "{never}");
    }
    assert!(
        slots
            .offer(&local())
            .sdp
            .contains("a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")
    );
}

#[test]
fn versions_rise_and_m_lines_keep_their_places() {
    let mut slots = SlotMap::default();
    slots.open(microphone(0)).unwrap();
    slots.open(camera(1)).unwrap();
    let first = slots.offer(&local());

    slots.close(SubscriptionId(0));
    slots.open(camera(2)).unwrap();
    let second = slots.offer(&local());

    assert_eq!((first.version, second.version), (1, 2));
    assert!(second.sdp.contains("o=- 42 2 IN IP4"));
    assert!(second.sdp.contains("a=group:BUNDLE 0 1 2\r\n"));
    let gone = lines_of(&second.sdp, 0);
    assert!(gone[0].starts_with("audio 9 ") && gone.contains(&"a=inactive"));
    assert!(!gone.iter().any(|line| line.starts_with("a=msid") || line.starts_with("a=ssrc")));
}

#[test]
fn names_from_outside_cannot_add_lines() {
    let hostile = "x\r\na=ice-lite";
    let occupant =
        Occupant { stream: hostile.into(), track: String::new(), cname: "a b\u{1F600}".into(), ..camera(1) };

    let offer = offer_of([occupant]);

    assert!(offer.sdp.contains("a=msid:x__a_ice-lite -\r\n"));
    assert!(offer.sdp.contains("cname:a_b_\r\n"));
    assert_eq!(offer.sdp.matches("\r\na=ice-lite\r\n").count(), 1);
}
