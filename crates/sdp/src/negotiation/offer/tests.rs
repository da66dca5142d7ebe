use super::*;
use crate::slots::SlotMap;
use crate::testing::{camera, lines_of, local, microphone};
use switchyard_vocab::codec::Codec;
use switchyard_vocab::ids::SubscriptionId;
use switchyard_vocab::profile::{H264Profile, Profile, TieredProfile};

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
    let mut slots = SlotMap::new(OfferPolicy { abs_send_time: true, ..OfferPolicy::default() });
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

fn offered_as(codec: Codec, profile: Profile) -> Vec<String> {
    let format = Format { codec, profile, red: false };
    let offer = offer_of([Occupant { format, ..camera(1) }]);
    lines_of(&offer.sdp, 0).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_publication_is_offered_in_the_format_it_is_sent_in() {
    for (codec, profile, first, parameters) in [
        (Codec::Vp9, Profile::Vp9(2), "100 101", Some("a=fmtp:100 profile-id=2")),
        (
            Codec::Av1,
            Profile::default_of(Codec::Av1),
            "45 46",
            Some("a=fmtp:45 level-idx=5;profile=0;tier=0"),
        ),
        (
            Codec::H265,
            Profile::default_of(Codec::H265),
            "49 50",
            Some("a=fmtp:49 level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST"),
        ),
        (Codec::Vp8, Profile::Only, "96 97", None),
    ] {
        let lines = offered_as(codec, profile);

        assert_eq!(lines[0], format!("video 9 UDP/TLS/RTP/SAVPF {first}"));
        assert!(parameters.is_none_or(|line| lines.iter().any(|known| known == line)), "{lines:#?}");
    }
}

#[test]
fn baseline_is_offered_as_constrained_baseline_too_and_mode_0_to_decoders_of_mode_1() {
    let h264 = |id, fragments| Profile::H264(H264Profile::new(id, fragments).unwrap());

    let baseline = offered_as(Codec::H264, h264([0x42, 0x00, 0x1f], true));
    let single = offered_as(Codec::H264, h264([0x42, 0xe0, 0x1f], false));
    let high = offered_as(Codec::H264, h264([0x64, 0x00, 0x28], true));

    assert_eq!(baseline[0], "video 9 UDP/TLS/RTP/SAVPF 102 103 108 109");
    assert_eq!(single[0], "video 9 UDP/TLS/RTP/SAVPF 114 115 108 109 104 107 102 103");
    assert_eq!(high[0], "video 9 UDP/TLS/RTP/SAVPF 122 123");
    let parameters = "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
    assert!(baseline.iter().any(|line| line == parameters), "{baseline:#?}");
}

#[test]
fn sound_that_may_come_repeated_is_offered_so() {
    let format = Format { red: true, ..Format::of(Codec::Opus) };

    let offer = offer_of([Occupant { format, ..microphone(1) }]);

    assert_eq!(lines_of(&offer.sdp, 0)[0], "audio 9 UDP/TLS/RTP/SAVPF 111 63");
    assert!(offer.sdp.contains("a=fmtp:63 111/111\r\n"));
}

#[test]
fn no_two_formats_share_a_payload_type() {
    let mut profiles: Vec<(Codec, Profile)> = vec![(Codec::Opus, Profile::Only), (Codec::Vp8, Profile::Only)];
    profiles.extend((0..4).map(|id| (Codec::Vp9, Profile::Vp9(id))));
    for fragments in [false, true] {
        for id in [[0x42, 0xe0, 31], [0x42, 0, 31], [0x4d, 0, 31], [0x64, 0x0c, 31], [0x64, 0, 31]] {
            profiles.push((Codec::H264, Profile::H264(H264Profile::new(id, fragments).unwrap())));
        }
    }
    for profile in 0..3 {
        for high_tier in [false, true] {
            let tiered = TieredProfile { profile, level: 5, high_tier };
            profiles.push((Codec::H265, Profile::H265(tiered)));
            if !high_tier {
                profiles.push((Codec::Av1, Profile::Av1(tiered)));
            }
        }
    }
    let mut numbers: Vec<_> = profiles
        .iter()
        .filter_map(|&(codec, profile)| mappings(Format { codec, profile, red: false }).into_iter().next())
        .flat_map(|mapping| [Some(mapping.payload_type), mapping.rtx])
        .flatten()
        .map(|number| number.0)
        .chain([63])
        .collect();
    let count = numbers.len();

    numbers.sort_unstable();
    numbers.dedup();

    assert_eq!(numbers.len(), count);
    assert!(numbers.iter().all(|number| matches!(number, 35..=63 | 96..=127)));
}
