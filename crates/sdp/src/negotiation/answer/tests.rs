use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::profile::Profile;
use switchyard_vocab::rtp::{PayloadType, Ssrc};

use super::*;
use crate::testing::{
    ALL, CHROMIUM, FIREFOX, LIBRARY, SAFARI, answer_to, by_place, lines_of, local, one_audio, parse,
    try_answer,
};

fn fates(answer: &Answer) -> Vec<Fate> {
    answer.sections.iter().map(|section| section.fate.clone()).collect()
}

fn accepted(place: u64) -> Fate {
    Fate::Accepted(PublicationId(place))
}

#[test]
fn every_client_gets_sound_and_picture_accepted() {
    for offer in ALL {
        let answer = answer_to(offer);

        assert_eq!(fates(&answer), [accepted(0), accepted(1)]);
        for section in 0..2 {
            let lines = lines_of(&answer.sdp, section);
            for line in ["a=recvonly", "a=rtcp-mux", "a=setup:passive", "c=IN IP4 0.0.0.0"] {
                assert!(lines.contains(&line), "{line} is missing from {lines:#?}");
            }
        }
        assert!(answer.sdp.contains("\r\na=ice-lite\r\n"));
        assert!(answer.sdp.contains("\r\na=group:BUNDLE 0 1\r\n"));
    }
}

#[test]
fn media_learns_the_payload_types_of_the_offer() {
    let video_of = |offer| {
        let sections = answer_to(offer).receiving.sections;
        let video = sections.into_iter().find(|section| section.kind.as_str() == "video").unwrap();
        video.codecs[0]
    };

    let chromium = video_of(CHROMIUM);
    let firefox = video_of(FIREFOX);
    let safari = video_of(SAFARI);

    assert_eq!((chromium.payload_type, chromium.rtx), (PayloadType(96), Some(PayloadType(97))));
    assert_eq!((firefox.payload_type, firefox.rtx), (PayloadType(120), Some(PayloadType(124))));
    assert_eq!((safari.payload_type, safari.rtx), (PayloadType(96), Some(PayloadType(97))));
    assert!(chromium.nack && chromium.pli && chromium.fir && chromium.transport_cc);
}

#[test]
fn only_what_is_forwarded_is_accepted() {
    let answer = answer_to(CHROMIUM);

    assert_eq!(lines_of(&answer.sdp, 0)[0], "audio 9 UDP/TLS/RTP/SAVPF 111 63");
    assert_eq!(
        lines_of(&answer.sdp, 1)[0],
        "video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 107 108 109 114 115 116 117 39 40 45 46 98 99 100 101"
    );
    for never in ["red/90000", "ulpfec", "G722", "goog-remb", "toffset", "video-timing"] {
        assert!(!answer.sdp.contains(never), "{never}");
    }
}

fn formats_of(sdp: &str) -> Vec<(Codec, Profile)> {
    let video =
        answer_to(sdp).receiving.sections.into_iter().find(|section| section.kind.as_str() == "video");
    video.unwrap().codecs.iter().map(|mapping| (mapping.codec, mapping.profile)).collect()
}

#[test]
fn every_format_is_accepted_in_the_senders_order() {
    use Codec::{Av1, H264, Vp8, Vp9};
    let codecs = |sdp| formats_of(sdp).into_iter().map(|(codec, _)| codec).collect::<Vec<_>>();

    assert_eq!(codecs(CHROMIUM), [Vp8, H264, H264, H264, H264, H264, H264, Av1, Vp9, Vp9]);
    assert_eq!(codecs(FIREFOX), [Vp8, Vp9, Av1]);
    assert_eq!(codecs(SAFARI), [H264, H264, Vp8]);
}

#[test]
fn each_format_is_answered_with_the_parameters_it_was_offered_with() {
    let answer = answer_to(CHROMIUM).sdp;

    for line in [
        "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
        "a=fmtp:114 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f",
        "a=fmtp:45 level-idx=5;profile=0;tier=0",
        "a=fmtp:98 profile-id=0",
        "a=fmtp:100 profile-id=2",
        "a=fmtp:101 apt=100",
        "a=rtpmap:63 red/48000/2",
        "a=fmtp:63 111/111",
    ] {
        assert!(answer.lines().any(|known| known == line), "{line}");
    }
    assert!(!answer.contains("a=rtcp-fb:63"));
}

#[test]
fn a_policy_leaves_codecs_out_and_moves_others_to_the_front() {
    let policy = AnswerPolicy {
        codecs: vec![Codec::Opus, Codec::Vp8, Codec::Av1, Codec::Vp9],
        preferred: vec![Codec::Vp9, Codec::Av1],
        max_bitrate: None,
        exceptions: Vec::new(),
    };

    let answer = answer(&parse(CHROMIUM), &policy, &local(), by_place).unwrap();

    assert_eq!(lines_of(&answer.sdp, 1)[0], "video 9 UDP/TLS/RTP/SAVPF 98 99 100 101 45 46 96 97");
}

#[test]
fn repeated_sound_stands_where_the_sender_prefers_it() {
    let first = CHROMIUM.replace("SAVPF 111 63 9", "SAVPF 63 111 9");

    let answer = answer_to(&first);

    assert_eq!(lines_of(&answer.sdp, 0)[0], "audio 9 UDP/TLS/RTP/SAVPF 63 111");
    let opus = answer.receiving.sections[0].codecs[0];
    assert_eq!((opus.payload_type, opus.red), (PayloadType(111), Some(PayloadType(63))));
}

#[test]
fn both_forms_of_header_extensions_are_agreed_to_where_they_are_offered() {
    let mixed = answer_to(CHROMIUM);
    let plain = answer_to(&CHROMIUM.replace("a=extmap-allow-mixed\n", ""));

    assert!(mixed.receiving.extensions.is_mixed() && mixed.sdp.contains("a=extmap-allow-mixed\r\n"));
    assert!(!plain.receiving.extensions.is_mixed() && !plain.sdp.contains("extmap-allow-mixed"));
}

#[test]
fn feedback_is_asked_for_as_the_server_uses_it() {
    let answer = answer_to(CHROMIUM);

    let feedback = |section| -> Vec<String> {
        let lines = lines_of(&answer.sdp, section).into_iter();
        lines.filter_map(|line| line.strip_prefix("a=rtcp-fb:")).map(str::to_owned).collect()
    };

    assert_eq!(feedback(0), ["111 transport-cc"]);
    assert_eq!(feedback(1)[..4], ["96 nack", "96 nack pli", "96 ccm fir", "96 transport-cc"]);
    assert_eq!(feedback(1).len(), 10 * 4);
}

#[test]
fn encodings_are_mirrored_in_the_offers_order_and_none_is_paused() {
    let answer = answer_to(FIREFOX);

    let lines = lines_of(&answer.sdp, 1);
    let rids: Vec<&str> = answer.receiving.sections[1].rids.iter().map(|rid| rid.as_str()).collect();

    assert!(lines.contains(&"a=simulcast:recv f;h;q"));
    assert!(["a=rid:f recv", "a=rid:h recv", "a=rid:q recv"].iter().all(|line| lines.contains(line)));
    assert_eq!(rids, ["f", "h", "q"]);
}

#[test]
fn extensions_keep_the_offers_ids_and_a_qualified_one_is_mirrored() {
    let firefox = answer_to(FIREFOX);

    let video = lines_of(&firefox.sdp, 1);

    assert!(video.contains(&"a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"));
    assert!(video.contains(&"a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid"));
    assert_eq!(firefox.receiving.extensions.id(Extension::TransportCc), Some(7));
    assert_eq!(firefox.receiving.extensions.id(Extension::AudioLevel), Some(1));
}

#[test]
fn send_times_are_accepted_from_clients_without_transport_wide_numbers() {
    let library = answer_to(LIBRARY).receiving;
    let chromium = answer_to(CHROMIUM).receiving;

    assert_eq!(library.extensions.id(Extension::AbsSendTime), Some(3));
    assert_eq!(chromium.extensions.id(Extension::AbsSendTime), None);
    assert!(!library.sections[0].codecs[0].transport_cc);
}

#[test]
fn stereo_is_taken_from_those_who_announce_it() {
    assert!(answer_to(LIBRARY).sdp.contains("a=fmtp:111 minptime=10;useinbandfec=1;stereo=1"));
    assert!(answer_to(CHROMIUM).sdp.contains("a=fmtp:111 minptime=10;useinbandfec=1\r\n"));
}

#[test]
fn announced_streams_reach_the_media_side_with_their_retransmissions() {
    let safari = answer_to(SAFARI).receiving;

    assert_eq!(safari.sections[1].ssrcs, [(Ssrc(2_231_627_014), Some(Ssrc(632_943_048)))]);
}

#[test]
fn all_addresses_stand_on_the_m_line_that_owns_the_transport() {
    let answer = answer_to(&CHROMIUM.replace("BUNDLE 0 1", "BUNDLE 1 0"));

    assert!(answer.sdp.contains("a=group:BUNDLE 1 0"));
    assert!(!lines_of(&answer.sdp, 0).iter().any(|line| line.starts_with("a=candidate")));
    let owner = lines_of(&answer.sdp, 1);
    assert!(owner.contains(&"a=candidate:1 1 udp 1073807359 192.0.2.10 7882 typ host"));
    assert!(owner.contains(&"a=candidate:2 1 udp 1073807103 2001:db8::10 7882 typ host"));
    assert!(owner.contains(&"a=end-of-candidates"));
}

#[test]
fn an_offer_without_a_usable_codec_is_refused_with_both_lists() {
    let refusal = try_answer(&one_audio().replace("opus/48000/2", "G722/8000")).unwrap_err();

    let accepted = "opus, VP8, VP9, H264, AV1, H265".into();
    assert_eq!(refusal, SdpError::NoUsableCodec { offered: "G722".into(), accepted });
}

#[test]
fn an_unusable_m_line_leaves_the_others_alone() {
    let unknown = ["VP8/90000", "VP9/90000", "H264/90000", "AV1/90000"];
    let answer =
        answer_to(&unknown.iter().fold(CHROMIUM.to_owned(), |text, name| text.replace(name, "VP7/90000")));

    assert_eq!(fates(&answer)[0], accepted(0));
    assert!(matches!(fates(&answer)[1], Fate::Rejected(Rejection::NoUsableCodec { .. })));
    assert!(lines_of(&answer.sdp, 1)[0].starts_with("video 0 "));
    assert!(answer.sdp.contains("a=group:BUNDLE 0\r\n"));
}

#[test]
fn an_unusable_first_m_line_stays_open_because_it_owns_the_transport() {
    let answer = answer_to(&CHROMIUM.replace("opus/48000/2", "other/48000/2"));

    let first = lines_of(&answer.sdp, 0);

    assert!(matches!(fates(&answer)[0], Fate::Rejected(Rejection::NoUsableCodec { .. })));
    assert_eq!(first[0], "audio 9 UDP/TLS/RTP/SAVPF 111");
    assert!(first.contains(&"a=inactive") && first.contains(&"a=end-of-candidates"));
    assert!(answer.sdp.contains("a=group:BUNDLE 0 1\r\n"));
    assert_eq!(answer.receiving.sections.len(), 1);
}

#[test]
fn an_m_line_that_is_kept_open_has_a_format_even_when_none_of_its_own_makes_sense() {
    let answer = answer_to(&LIBRARY.replace("UDP/TLS/RTP/SAVPF 96", "UDP/TLS/RTP/SAVPF 96!"));

    assert_eq!(lines_of(&answer.sdp, 0)[0], "video 9 UDP/TLS/RTP/SAVPF 96!");
    assert_eq!(fates(&answer)[1], accepted(1));
}

#[test]
fn data_channels_are_rejected_and_media_is_not() {
    let data =
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\nc=IN IP4 0.0.0.0\na=mid:2\na=sctp-port:5000\n";

    let answer = answer_to(&(CHROMIUM.replace("BUNDLE 0 1", "BUNDLE 0 1 2") + data));

    assert_eq!(fates(&answer)[2], Fate::Rejected(Rejection::NotMedia));
    assert_eq!(lines_of(&answer.sdp, 2)[0], "application 0 UDP/DTLS/SCTP webrtc-datachannel");
    assert!(answer.sdp.contains("a=group:BUNDLE 0 1\r\n"));
}

#[test]
fn m_lines_on_transports_of_their_own_are_refused() {
    let unbundled = CHROMIUM.replace("a=group:BUNDLE 0 1\n", "");
    let unmuxed = CHROMIUM.replace("a=rtcp-mux\n", "");
    let plain = CHROMIUM.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP");

    assert_eq!(try_answer(&unbundled).unwrap_err(), SdpError::NotBundled);
    assert_eq!(try_answer(&unmuxed).unwrap_err(), SdpError::NoRtcpMux);
    assert_eq!(try_answer(&plain).unwrap_err(), SdpError::WrongProfile);
}

#[test]
fn a_lone_m_line_needs_no_bundle_and_gets_none() {
    let answer = answer_to(&one_audio().replace("a=group:BUNDLE 0\n", ""));

    assert_eq!(fates(&answer), [accepted(0)]);
    assert!(!answer.sdp.contains("BUNDLE"));
    assert!(answer.sdp.contains("a=end-of-candidates"));
}

#[test]
fn a_later_offer_ends_what_it_stops_and_what_it_no_longer_sends() {
    let stopped = CHROMIUM.replace("m=audio 9", "m=audio 0");
    let silent = CHROMIUM.replacen("a=sendonly", "a=inactive", 1);

    let stopped = answer_to(&stopped);
    let silent = answer_to(&silent);

    assert_eq!(fates(&stopped), [Fate::Stopped, accepted(1)]);
    assert!(stopped.sdp.contains("a=group:BUNDLE 1\r\n"));
    assert!(lines_of(&stopped.sdp, 1).contains(&"a=end-of-candidates"));
    assert_eq!(fates(&silent), [Fate::Idle, accepted(1)]);
    assert!(silent.sdp.contains("a=group:BUNDLE 0 1\r\n"));
    assert!(stopped.receiving.sections.len() == 1 && silent.receiving.sections.len() == 1);
}

#[test]
fn an_offer_that_stops_everything_is_answered_and_leaves_nothing_to_connect() {
    let answer = answer_to(&CHROMIUM.replace("m=audio 9", "m=audio 0").replace("m=video 9", "m=video 0"));

    assert_eq!(fates(&answer), [Fate::Stopped, Fate::Stopped]);
    assert_eq!(answer.remote, None);
    assert!(!answer.sdp.contains("BUNDLE"));
}

#[test]
fn a_client_that_only_wants_to_receive_here_gets_nothing() {
    let answer = answer_to(&one_audio().replace("a=sendonly", "a=recvonly"));

    assert_eq!(fates(&answer), [Fate::Idle]);
    assert!(answer.sdp.contains("a=inactive"));
}

#[test]
fn an_m_line_that_is_idle_for_now_keeps_its_encodings() {
    let sending = answer_to(CHROMIUM);
    let idle = answer_to(&CHROMIUM.replace("a=sendonly", "a=inactive"));

    let encodings = |answer: &Answer| {
        let lines = lines_of(&answer.sdp, 1).into_iter().map(str::to_owned);
        lines
            .filter(|line| line.starts_with("a=rid:") || line.starts_with("a=simulcast:"))
            .collect::<Vec<_>>()
    };
    assert_eq!(encodings(&idle), encodings(&sending));
    assert_eq!(encodings(&idle).len(), 4);
    assert!(lines_of(&idle.sdp, 1).contains(&"a=inactive"));
}

#[test]
fn an_ice_restart_shows_in_the_credentials() {
    let before = answer_to(CHROMIUM).remote.unwrap();
    let after = answer_to(&CHROMIUM.replace("ufrag:RZiR", "ufrag:neWr")).remote.unwrap();

    assert_ne!(before.ice, after.ice);
    assert_eq!(before.fingerprints, after.fingerprints);
}

#[test]
fn the_dtls_role_follows_the_offer_and_then_stays() {
    let role = |setup: &str, settled| {
        let offer = parse(&CHROMIUM.replace("actpass", setup));
        let local = LocalTransport { role: settled, ..local() };
        let answer = answer(&offer, &AnswerPolicy::default(), &local, by_place).unwrap();
        (answer.remote.unwrap().our_role, answer.sdp.contains("a=setup:active"))
    };

    assert_eq!(role("actpass", None), (DtlsRole::Server, false));
    assert_eq!(role("passive", None), (DtlsRole::Client, true));
    assert_eq!(role("actpass", Some(DtlsRole::Client)), (DtlsRole::Client, true));
}

#[test]
fn no_publication_is_asked_for_when_the_offer_is_refused() {
    let offer = parse(&one_audio().replace("opus", "other"));

    let refused = answer(&offer, &AnswerPolicy::default(), &local(), |_| panic!("asked for a publication"));

    assert!(refused.is_err());
}

#[test]
fn a_codec_that_policy_leaves_out_is_not_accepted() {
    let policy = AnswerPolicy { codecs: vec![Codec::Opus], ..AnswerPolicy::default() };

    let answer = answer(&parse(CHROMIUM), &policy, &local(), by_place).unwrap();

    assert_eq!(fates(&answer)[0], accepted(0));
    assert!(matches!(fates(&answer)[1], Fate::Rejected(_)));
}
