use rtc_sdp::description::common::Attribute;

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
    for codec in [Codec::Opus, Codec::Vp8] {
        let mapping = offered_mapping(codec);

        assert!(mapping.payload_type.is_dynamic());
        assert!(mapping.rtx.is_none_or(PayloadType::is_dynamic));
    }
}
