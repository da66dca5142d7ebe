use rtc_sdp::description::common::Attribute;

use switchyard_vocab::profile::{Format, H264Profile, TieredProfile};

use super::*;

fn attributes(lines: &[&str]) -> Vec<Attribute> {
    let split = |line: &&str| {
        let (key, value) = line.split_once(':').unwrap();
        Attribute::new(key.to_owned(), Some(value.to_owned()))
    };
    lines.iter().map(split).collect()
}

fn read(formats: &str, lines: &[&str]) -> Vec<RemoteCodec> {
    let formats: Vec<String> = formats.split(' ').map(str::to_owned).collect();
    parse(&formats, &attributes(lines)).0
}

#[test]
fn names_are_compared_without_case_and_parameters_may_come_first() {
    let codecs = read("101 100", &["fmtp:101 apt=100", "rtpmap:100 vp8/90000", "rtpmap:101 RTX/90000"]);

    let [mapping] = common(&codecs, &[Codec::Vp8], true)[..] else { panic!() };

    assert_eq!((mapping.payload_type, mapping.rtx), (PayloadType(100), Some(PayloadType(101))));
}

#[test]
fn numbers_that_look_like_rtcp_or_exceed_seven_bits_are_never_accepted() {
    for number in ["72", "95", "128", "200", "300", "-1", "34"] {
        let codecs = read(number, &[&format!("rtpmap:{number} VP8/90000")]);

        assert!(common(&codecs, &[Codec::Vp8], true).is_empty(), "{number}");
    }
}

#[test]
fn numbers_below_64_are_as_good_as_those_from_96() {
    let codecs = read("35 63", &["rtpmap:35 VP8/90000", "rtpmap:63 rtx/90000", "fmtp:63 apt=35"]);

    assert_eq!(common(&codecs, &[Codec::Vp8], true)[0].rtx, Some(PayloadType(63)));
}

#[test]
fn feedback_for_all_formats_counts_for_each() {
    let codecs = read("96", &["rtcp-fb:* nack pli", "rtpmap:96 VP8/90000", "rtcp-fb:96 ccm fir"]);

    let mapping = common(&codecs, &[Codec::Vp8], true)[0];

    assert!(mapping.pli && mapping.fir && !mapping.nack && !mapping.transport_cc);
}

#[test]
fn transport_wide_feedback_needs_its_header_extension() {
    let codecs = read("96", &["rtpmap:96 VP8/90000", "rtcp-fb:96 transport-cc"]);

    assert!(common(&codecs, &[Codec::Vp8], true)[0].transport_cc);
    assert!(!common(&codecs, &[Codec::Vp8], false)[0].transport_cc);
}

#[test]
fn mono_opus_is_not_opus() {
    let codecs = read("111", &["rtpmap:111 opus/48000"]);

    assert!(common(&codecs, &[Codec::Opus], true).is_empty());
}

#[test]
fn formats_beyond_the_limit_are_counted_and_the_preferred_ones_are_kept() {
    let formats: Vec<String> = (0..128).map(|number| number.to_string()).collect();

    let (codecs, ignored) = parse(&formats, &[]);

    assert_eq!((codecs.len(), ignored), (MAX_CODECS, 128 - MAX_CODECS as u32));
    assert_eq!(codecs[0].payload_type, PayloadType(0));
}

#[test]
fn our_own_numbers_can_be_negotiated() {
    for codec in Codec::ALL {
        let mapping = offered::mappings(Format::of(codec))[0];

        assert!(mapping.payload_type.is_dynamic());
        assert!(mapping.rtx.is_none_or(PayloadType::is_dynamic));
    }
}

fn profile_of(name: &str, parameters: &str) -> Option<Profile> {
    let codecs = read("96", &[&format!("rtpmap:96 {name}/90000"), &format!("fmtp:96 {parameters}")]);
    codecs[0].format().map(|(_, profile)| profile)
}

#[test]
fn what_is_not_said_has_its_default() {
    for (name, codec, spelled_out) in [
        ("VP9", Codec::Vp9, "profile-id=0"),
        ("AV1", Codec::Av1, "profile=0;level-idx=5;tier=0"),
        ("H265", Codec::H265, "profile-id=1;tier-flag=0;level-id=93;tx-mode=SRST"),
        ("H264", Codec::H264, "packetization-mode=0;profile-level-id=42e01f"),
    ] {
        let bare = read("96", &[&format!("rtpmap:96 {name}/90000")])[0].format();

        assert_eq!(bare, Some((codec, Profile::default_of(codec))), "{name}");
        assert_eq!(profile_of(name, spelled_out), Some(Profile::default_of(codec)), "{name}");
    }
}

#[test]
fn what_can_not_be_forwarded_is_no_format() {
    for (name, parameters) in [
        ("VP9", "profile-id=4"),
        ("VP9", "profile-id=x"),
        ("H264", "packetization-mode=2;profile-level-id=42e01f"),
        ("H264", "profile-level-id=42e0"),
        ("H264", "profile-level-id=f4001f"),
        ("H265", "tx-mode=MRST"),
        ("H265", "profile-id=9"),
        ("AV1", "profile=7"),
    ] {
        assert_eq!(profile_of(name, parameters), None, "{name} {parameters}");
    }
}

#[test]
fn profiles_are_read() {
    let tiered = |profile, level, high_tier| TieredProfile { profile, level, high_tier };

    assert_eq!(profile_of("VP9", "profile-id=2"), Some(Profile::Vp9(2)));
    assert_eq!(
        profile_of("H264", "packetization-mode=1; profile-level-id=640C1F"),
        H264Profile::new([0x64, 0x0c, 0x1f], true).map(Profile::H264)
    );
    assert_eq!(
        profile_of("H265", "profile-id=2;tier-flag=1;level-id=180"),
        Some(Profile::H265(tiered(2, 180, true)))
    );
}

#[test]
fn red_holds_the_format_that_it_names() {
    let opus = ["rtpmap:111 opus/48000/2", "rtpmap:63 red/48000/2"];

    let named = read("111 63", &[opus[0], opus[1], "fmtp:63 111/111"]);
    let of_another = read("111 63", &[opus[0], opus[1], "fmtp:63 9/9"]);

    assert_eq!(common(&named, &[Codec::Opus], true)[0].red, Some(PayloadType(63)));
    assert_eq!(common(&of_another, &[Codec::Opus], true)[0].red, None);
}
