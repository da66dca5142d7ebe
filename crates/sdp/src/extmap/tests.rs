use super::*;
use crate::testing::{CHROMIUM, FIREFOX, LIBRARY, parse};

#[test]
fn an_id_with_a_direction_is_read() {
    let read =
        OfferedExtension::parse("9/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id foo").unwrap();

    assert_eq!((read.id, read.direction, read.extension), (9, Direction::SendOnly, Some(Extension::Rid)));
}

#[test]
fn nonsense_is_no_extension() {
    for value in
        ["", "4", "x urn:3gpp:video-orientation", "4/sideways urn:3gpp:video-orientation", "300 urn:x"]
    {
        assert_eq!(OfferedExtension::parse(value), None, "{value}");
    }
}

#[test]
fn the_offerers_ids_are_kept() {
    let chromium = parse(CHROMIUM);
    let firefox = parse(FIREFOX);

    let ids = |section: &Section| accepted(section, false).iter().collect::<Vec<_>>();

    use Extension::{
        AudioLevel, ColorSpace, DependencyDescriptor, Mid, PlayoutDelay, RepairedRid, Rid, TransportCc,
        VideoLayersAllocation, VideoOrientation,
    };
    assert_eq!(ids(&chromium.sections[0]), [(Mid, 4), (TransportCc, 3), (AudioLevel, 1)]);
    assert_eq!(
        ids(&chromium.sections[1]),
        [
            (Mid, 4),
            (Rid, 10),
            (RepairedRid, 11),
            (TransportCc, 3),
            (VideoOrientation, 13),
            (DependencyDescriptor, 12),
            (PlayoutDelay, 5),
            (VideoLayersAllocation, 9),
            (ColorSpace, 8)
        ]
    );
    assert_eq!(
        ids(&firefox.sections[1]),
        [(Mid, 3), (Rid, 9), (RepairedRid, 10), (TransportCc, 7), (DependencyDescriptor, 8)]
    );
}

#[test]
fn send_time_is_only_taken_where_transport_wide_numbers_are_missing() {
    let with = parse(CHROMIUM);
    let without = parse(LIBRARY);

    assert!(has_transport_cc(&with.sections));
    assert!(!has_transport_cc(&without.sections));
    assert_eq!(accepted(&without.sections[0], true).id(Extension::AbsSendTime), Some(3));
}

#[test]
fn an_id_that_means_two_things_is_refused_when_one_of_them_matters() {
    let clash = CHROMIUM.replacen("a=extmap:1 urn", "a=extmap:13 urn", 1);
    let harmless = CHROMIUM.replace("a=extmap:14 ", "a=extmap:6 ");

    assert!(matches!(check_ids(&parse(&clash).sections), Err(SdpError::ExtensionIdReused { id: 13, .. })));
    assert_eq!(check_ids(&parse(&harmless).sections), Ok(()));
}

#[test]
fn ids_above_14_are_accepted_where_both_forms_may_be_mixed() {
    let plain = CHROMIUM.replace("a=extmap-allow-mixed\n", "");
    let on_the_m_line = plain.replace("a=mid:0\n", "a=mid:0\na=extmap-allow-mixed\n");
    for (id, mixed) in [(0, false), (15, false), (16, true), (255, true)] {
        let mid = |offer: &str| {
            let offer = offer.replace("a=extmap:4 ", &format!("a=extmap:{id} "));
            accepted(&parse(&offer).sections[0], false).id(Extension::Mid)
        };

        assert_eq!(mid(CHROMIUM), mixed.then_some(id));
        assert_eq!(mid(&on_the_m_line), mixed.then_some(id));
        assert_eq!(mid(&plain), None, "{id}");
    }
}

#[test]
fn a_high_id_that_means_two_things_is_refused_as_well() {
    let clash = CHROMIUM.replace("a=extmap:4 ", "a=extmap:200 ").replace("a=extmap:3 ", "a=extmap:200 ");

    assert!(matches!(check_ids(&parse(&clash).sections), Err(SdpError::ExtensionIdReused { id: 200, .. })));
}

#[test]
fn what_the_client_only_receives_is_not_accepted() {
    let offer = CHROMIUM.replace("a=extmap:4 ", "a=extmap:4/recvonly ");

    assert_eq!(accepted(&parse(&offer).sections[0], false).id(Extension::Mid), None);
}

#[test]
fn our_ids_mean_the_same_for_sound_and_picture() {
    let (audio, video) = (offered(MediaKind::Audio, true), offered(MediaKind::Video, true));

    for (extension, id) in audio.iter() {
        assert!(video.id(extension).is_none_or(|other| other == id));
        assert!(video.extension(id).is_none_or(|other| other == extension));
    }
}
