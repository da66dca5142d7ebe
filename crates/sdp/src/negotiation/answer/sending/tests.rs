use proptest::prelude::*;
use switchyard_vocab::negotiated::Extension;

use super::*;
use crate::testing::{CHROMIUM, camera, lines_of, local, microphone, mutilated, parse};

/// Chromium's offer, turned around: it receives.
fn viewer() -> String {
    CHROMIUM.replace("a=sendonly", "a=recvonly").replace("a=sendrecv", "a=recvonly")
}

fn served(offer: &str, occupants: Vec<Occupant>) -> Result<Served, SdpError> {
    answer_sending(&RemoteDescription::parse(offer)?, &local(), occupants)
}

#[test]
fn a_viewer_gets_sound_and_picture_on_the_lines_it_offers() {
    let offer = viewer();

    let served = served(&offer, vec![microphone(0), camera(1)]).unwrap();

    assert_eq!(served.sections.len(), 2);
    let video = served.sections.iter().find(|section| section.codec.codec == Codec::Vp8).unwrap();
    assert!(offer.contains(&format!("a=rtpmap:{} VP8/90000", video.codec.payload_type)));
    assert_eq!(video.ssrc, camera(1).ssrc);
    assert!(video.extensions.id(Extension::Mid).is_some());
    assert_eq!(served.sdp.matches("a=sendonly").count(), 2);
    assert!(served.sdp.contains("a=setup:passive"));
    assert_eq!(parse(&served.sdp.replace("a=ice-lite\r\n", "")).sections.len(), parse(&offer).sections.len());
}

#[test]
fn what_is_not_published_is_inactive() {
    let served = served(&viewer(), vec![camera(1)]).unwrap();

    assert_eq!(served.sections.len(), 1);
    assert!(lines_of(&served.sdp, 0).contains(&"a=inactive"), "{}", served.sdp);
    assert!(lines_of(&served.sdp, 1).contains(&"a=sendonly"), "{}", served.sdp);
}

#[test]
fn a_second_camera_needs_a_second_line() {
    let served = served(&viewer(), vec![camera(1), camera(2)]).unwrap();

    assert_eq!(served.sections.len(), 1);
    assert_eq!(served.sections[0].subscription, camera(1).subscription);
}

#[test]
fn who_offers_to_send_is_told_that_nothing_is_received() {
    let sender = CHROMIUM.replace("a=sendrecv", "a=sendonly");

    let refused = served(&sender, vec![camera(1)]).unwrap_err();

    assert_eq!(refused, SdpError::NothingReceived { published: "video".into() });
}

#[test]
fn who_lacks_the_codec_is_told_which_it_takes() {
    let poor = viewer().replace("VP8/90000", "VPX/90000");

    let refused = served(&poor, vec![camera(1)]).unwrap_err();

    let SdpError::NoUsableCodec { accepted, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(accepted, "VP8");
}

#[test]
fn what_a_viewer_cannot_ask_for_again_has_no_stream_for_it() {
    let plain = viewer().replace(" rtx/90000", " xtr/90000");

    let served = served(&plain, vec![camera(1)]).unwrap();

    assert_eq!(served.sections[0].rtx_ssrc, None);
    assert_eq!(served.sections[0].codec.rtx, None);
}

proptest! {
    #[test]
    fn no_offer_breaks_it(text in mutilated(vec![viewer()])) {
        let _ = served(&text, vec![microphone(0), camera(1)]);
    }
}

#[test]
fn a_viewer_that_offers_feedback_by_stream_is_answered_with_it_and_a_publisher_is_not() {
    let with = |offer: &str| offer.replace("a=mid:1\n", "a=mid:1\na=rtcp-fb:* ack ccfb\n");

    let served = served(&with(&viewer()), vec![camera(1)]).unwrap();
    let published = crate::testing::answer_to(&with(CHROMIUM));

    assert!(served.sections[0].codec.ccfb);
    assert!(lines_of(&served.sdp, 1).contains(&"a=rtcp-fb:* ack ccfb"));
    assert!(!published.sdp.contains("ccfb"));
}
