use proptest::prelude::*;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::negotiated::MAX_PUBLICATIONS;

use super::*;
use crate::testing::{RIDS, at, extension_map, mid, receive_section, rid};

const MEDIA: PayloadType = PayloadType(96);
const RTX: PayloadType = PayloadType(97);

fn receiving(sections: Vec<ReceiveSection>) -> Receiving {
    Receiving { extensions: extension_map(), sections }
}

fn simulcast() -> Bindings {
    Bindings::new(&receiving(vec![receive_section(Codec::Vp8, "v", &RIDS)]))
}

fn named(mid_name: &str, rid_name: Option<&str>, repaired: Option<&str>) -> KnownExtensions<'static> {
    KnownExtensions {
        mid: Some(mid(mid_name)),
        rid: rid_name.map(rid),
        repaired_rid: repaired.map(rid),
        ..KnownExtensions::default()
    }
}

fn nameless() -> KnownExtensions<'static> {
    KnownExtensions::default()
}

#[test]
fn names_bind_an_ssrc_and_are_not_needed_afterwards() {
    let mut bindings = simulcast();

    let named = bindings.bind(at(0), Ssrc(5), MEDIA, &named("v", Some("h"), None)).unwrap();
    let remembered = bindings.bind(at(1), Ssrc(5), MEDIA, &nameless()).unwrap();

    assert_eq!((named.encoding, named.stream), (EncodingIndex(1), Stream::Media));
    assert_eq!(named, remembered);
}

#[test]
fn a_repairing_stream_binds_by_what_it_repairs_even_before_the_media() {
    let mut bindings = simulcast();

    let bound = bindings.bind(at(0), Ssrc(6), RTX, &named("v", None, Some("f"))).unwrap();

    assert_eq!((bound.encoding, bound.stream), (EncodingIndex(2), Stream::Rtx));
}

#[test]
fn announced_ssrcs_need_no_extensions() {
    let mut section = receive_section(Codec::Vp8, "v", &[]);
    section.ssrcs = vec![(Ssrc(7), Some(Ssrc(8)))];
    let mut bindings = Bindings::new(&receiving(vec![section]));

    assert_eq!(bindings.bind(at(0), Ssrc(7), MEDIA, &nameless()).unwrap().stream, Stream::Media);
    assert_eq!(bindings.bind(at(0), Ssrc(8), RTX, &nameless()).unwrap().stream, Stream::Rtx);
}

#[test]
fn a_payload_type_binds_only_when_one_line_has_it() {
    let mut alone = Bindings::new(&receiving(vec![receive_section(Codec::Vp8, "v", &[])]));
    let mut both = Bindings::new(&receiving(vec![
        receive_section(Codec::Vp8, "v", &[]),
        receive_section(Codec::Vp8, "w", &[]),
    ]));

    assert!(alone.bind(at(0), Ssrc(7), MEDIA, &nameless()).is_ok());
    assert_eq!(both.bind(at(0), Ssrc(7), MEDIA, &nameless()), Err(DropReason::UnknownSsrc));
}

#[test]
fn probes_on_ssrc_zero_belong_to_nobody() {
    let mut bindings = Bindings::new(&receiving(vec![receive_section(Codec::Vp8, "v", &[])]));

    assert_eq!(bindings.bind(at(0), Ssrc(0), RTX, &nameless()), Err(DropReason::UnknownSsrc));
}

#[test]
fn a_payload_type_that_was_not_negotiated_is_refused() {
    let mut bindings = simulcast();
    bindings.bind(at(0), Ssrc(5), MEDIA, &named("v", Some("h"), None)).unwrap();

    let refused = bindings.bind(at(1), Ssrc(5), PayloadType(99), &nameless());

    assert_eq!(refused, Err(DropReason::UnknownPayloadType));
}

#[test]
fn a_new_ssrc_takes_over_and_stragglers_of_the_old_one_do_not_bring_it_back() {
    let mut bindings = simulcast();
    let names = named("v", Some("q"), None);
    bindings.bind(at(0), Ssrc(5), MEDIA, &names).unwrap();

    bindings.bind(at(10), Ssrc(55), MEDIA, &names).unwrap();

    assert_eq!(bindings.bind(at(20), Ssrc(5), MEDIA, &names), Err(DropReason::UnknownSsrc));
    assert!(bindings.bind(at(3_000), Ssrc(5), MEDIA, &names).is_ok(), "but it may come back later");
}

#[test]
fn an_ssrc_keeps_its_place_after_goodbye_and_is_used_again_without_names() {
    let mut bindings = simulcast();
    bindings.bind(at(0), Ssrc(5), MEDIA, &named("v", Some("q"), None)).unwrap();

    let ended = bindings.handle_bye(Ssrc(5)).unwrap();

    assert_eq!(ended, (PublicationId(1), EncodingIndex(0), Stream::Media));
    let again = bindings.bind(at(1), Ssrc(5), MEDIA, &nameless()).unwrap();
    assert_eq!((again.publication, again.encoding), (PublicationId(1), EncodingIndex(0)));
}

#[test]
fn an_ssrc_keeps_its_name_across_renegotiation_whatever_publication_it_feeds() {
    let mut bindings = simulcast();
    bindings.bind(at(0), Ssrc(5), MEDIA, &named("v", Some("h"), None)).unwrap();
    let audio = receive_section(Codec::Opus, "a", &[]);
    let video = receive_section(Codec::Vp8, "v", &RIDS);
    let before = bindings.bind(at(1), Ssrc(5), MEDIA, &nameless()).unwrap();

    // Unpublished, then published anew on the same m-line; the client sends no names any more.
    bindings.update(&receiving(vec![audio.clone()]));
    assert_eq!(bindings.bind(at(2), Ssrc(5), MEDIA, &nameless()), Err(DropReason::UnknownSsrc));
    let again = ReceiveSection { publication: PublicationId(2), ..video };
    bindings.update(&receiving(vec![audio, again]));

    let after = bindings.bind(at(3), Ssrc(5), MEDIA, &nameless()).unwrap();
    assert_eq!((after.publication, after.encoding), (PublicationId(2), before.encoding));
}

#[test]
fn an_ssrc_is_unknown_when_its_encoding_is_gone() {
    let mut bindings = simulcast();
    bindings.bind(at(0), Ssrc(5), MEDIA, &named("v", Some("h"), None)).unwrap();
    let audio = receive_section(Codec::Opus, "a", &[]);

    bindings.update(&receiving(vec![audio, receive_section(Codec::Vp8, "v", &["x", "y"])]));

    assert_eq!(bindings.bind(at(1), Ssrc(5), MEDIA, &nameless()), Err(DropReason::UnknownSsrc));
}

#[test]
fn every_layer_of_as_many_tracks_as_may_ever_be_published_has_its_place() {
    let rids = ["q", "h", "f", "s"];
    let sections: Vec<_> = (0..MAX_PUBLICATIONS)
        .map(|n| ReceiveSection {
            publication: PublicationId(n as u64),
            ..receive_section(Codec::Vp8, &format!("m{n}"), &rids)
        })
        .collect();
    let mut bindings = Bindings::new(&receiving(sections));

    let mut ssrc = 0;
    for n in 0..MAX_PUBLICATIONS {
        for rid in rids {
            for (payload_type, known) in [
                (MEDIA, named(&format!("m{n}"), Some(rid), None)),
                (RTX, named(&format!("m{n}"), None, Some(rid))),
            ] {
                ssrc += 1;
                let bound = bindings.bind(at(0), Ssrc(ssrc), payload_type, &known);
                assert_eq!(bound.map(|bound| bound.publication), Ok(PublicationId(n as u64)));
            }
        }
    }
    assert_eq!(ssrc as usize, MAX_STREAMS);
}

proptest! {
    #[test]
    fn any_number_of_ssrcs_stays_within_the_bounds(
        packets in prop::collection::vec((any::<u32>(), 0_u8..128, 0_usize..5, 0_usize..60), 0..1_000)
    ) {
        let sections: Vec<_> = (0..60).map(|n| {
            let mut section = receive_section(Codec::Vp8, &format!("m{n}"), &[]);
            section.publication = PublicationId(n);
            section
        }).collect();
        let mut bindings = Bindings::new(&receiving(sections));

        for (ssrc, payload_type, rid_index, line) in packets {
            let known = named(&format!("m{line}"), RIDS.get(rid_index).copied(), None);
            let payload_type = if payload_type % 2 == 0 { MEDIA } else { RTX };
            let known = KnownExtensions { rid: None, ..known };
            let _ = bindings.bind(at(0), Ssrc(ssrc), payload_type, &known);
        }

        prop_assert!(bindings.learned.len() <= MAX_STREAMS);
        prop_assert!(bindings.retired.len() <= MAX_RETIRED);
    }
}
