use switchyard_vocab::codec::MediaKind;

use super::*;
use crate::testing::{CHROMIUM, FIREFOX, SAFARI, one_audio, parse};

#[test]
fn stream_and_track_are_read_and_a_dash_is_no_stream() {
    let chromium = parse(CHROMIUM).sections[1].msid.clone().unwrap();
    let firefox = parse(FIREFOX).sections[1].msid.clone().unwrap();

    assert_eq!(chromium.stream.as_deref(), Some("camera-stream"));
    assert_eq!((firefox.stream, firefox.track.as_deref()), (None, Some("{camera-track}")));
}

#[test]
fn port_zero_stops_an_m_line_unless_it_is_bundle_only() {
    let stopped = one_audio().replace("m=audio 9", "m=audio 0");
    let bundle_only = stopped.replace("a=rtcp-mux", "a=bundle-only\na=rtcp-mux");

    assert!(parse(&stopped).sections[0].stopped);
    assert!(!parse(&bundle_only).sections[0].stopped);
}

#[test]
fn a_direction_of_the_session_holds_for_m_lines_without_one() {
    let text = one_audio().replace("a=sendonly\n", "").replace("t=0 0\n", "t=0 0\na=inactive\n");

    assert_eq!(parse(&text).sections[0].direction, Direction::Inactive);
}

#[test]
fn kinds_are_told_apart() {
    let safari = parse(SAFARI);

    assert_eq!(safari.sections[0].kind, SectionKind::Media(MediaKind::Audio));
    assert_eq!(safari.sections[1].kind, SectionKind::Media(MediaKind::Video));
    assert_eq!(parse(&one_audio().replace("m=audio", "m=application")).sections[0].kind, SectionKind::Data);
}

#[test]
fn a_mid_has_to_be_there_and_to_fit_a_header_extension() {
    let missing = one_audio().replace("a=mid:0\n", "");
    let long = one_audio().replace("a=mid:0", "a=mid:seventeen-letters");

    assert_eq!(crate::RemoteDescription::parse(&missing).unwrap_err(), SdpError::MissingMid { index: 0 });
    assert!(matches!(crate::RemoteDescription::parse(&long).unwrap_err(), SdpError::BadMid { index: 0, .. }));
}
