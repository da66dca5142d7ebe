use switchyard_vocab::codec::Codec;
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::negotiated::Receiving;
use switchyard_vocab::rtp::{PayloadType, RtpTimestamp};
use switchyard_wire::rtp::RtpHeader;

use super::binding::Bindings;
use super::*;
use crate::testing::{Call, RIDS, Source, at, extension_map, mapping, receive_section};

/// The retransmission of a packet of the source's encoding.
fn retransmission(source: &Source, original: &[u8], seq: u16) -> Vec<u8> {
    let packet = RtpPacket::parse(original).unwrap();
    let header = RtpHeader {
        payload_type: PayloadType(97),
        ssrc: Ssrc(source.ssrc + 1_000),
        seq: SeqNo(seq),
        ..packet.header()
    };
    let mut bytes = vec![0; 1_500];
    let rid = source.rid.unwrap();
    let mut len = header.write(&[(1, b"v"), (3, rid.as_bytes())], &mut bytes).unwrap();
    len += rtx::write_osn(packet.seq(), &mut bytes[len..]).unwrap();
    bytes[len..len + packet.payload().len()].copy_from_slice(packet.payload());
    bytes.truncate(len + packet.payload().len());
    bytes
}

#[test]
fn a_lost_packet_is_asked_for_until_its_retransmission_takes_its_place() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);
    let frame = source.frame(0, true, 3);
    call.push(0, &frame[0]);
    call.push(0, &frame[2]);

    let (lost, _) = call.feedback(10);
    call.push(60, &retransmission(&source, &frame[1], 1));

    assert_eq!(lost, [501]);
    assert_eq!(call.feedback(400).0, []);
    let mut seqs: Vec<_> = call.got.iter().map(|got| got.seq.0 - call.got[0].seq.0).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, [0, 1, 2]);
}

#[test]
fn what_is_more_than_may_come_is_reported_lost_and_not_asked_for_again() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);

    let accepted =
        source.frame(0, true, 7_000).iter().filter(|bytes| call.accept(0, bytes).is_some()).count();

    assert_eq!(accepted, 6_000);
    assert!((1..2_000).all(|now| call.feedback(now).0.is_empty()));
    let next = source.frame(2_000, false, 1);
    assert!(call.accept(2_000, &next[0]).is_some());
    assert!((2_000..4_000).all(|now| call.feedback(now).0.is_empty()));
    let mut lost = Vec::new();
    call.publication.take_reception_blocks(at(4_000), |block| lost.push(block.cumulative_lost));
    assert_eq!(lost, [1_000]);
}

#[test]
fn a_retransmission_of_what_did_arrive_goes_no_further() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);
    let frame = source.frame(0, true, 2);
    call.push_all(0, &frame);

    assert_eq!(call.accept(20, &retransmission(&source, &frame[0], 1)), None);
}

#[test]
fn probing_on_the_repairing_stream_is_counted_and_dropped() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);
    call.push_all(0, &source.frame(0, true, 1));
    let padding = {
        let mut source = Source { ssrc: 1_100, ..source.clone() };
        let mut bytes = source.padding(1);
        bytes[1] = 97;
        bytes
    };

    assert_eq!(call.accept(1, &padding), Some(Accepted::Padding));

    let mut reported = Vec::new();
    call.publication.take_reception_blocks(at(10), |block| reported.push(block.ssrc));
    assert_eq!(reported, [Ssrc(100), Ssrc(1_100)]);
}

#[test]
fn a_muted_publication_forwards_nothing_and_asks_for_nothing() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);
    call.push_all(0, &source.frame(0, true, 1));
    call.publication.set_muted(true);

    let accepted = call.accept(20, &source.frame(20, false, 1)[0]);
    call.publication.want_keyframe(at(30), EncodingIndex(0));

    assert_eq!(accepted, None);
    assert_eq!(call.feedback(1_000), (vec![], 0));
}

#[test]
fn a_keyframe_is_asked_for_once_and_again_until_it_comes() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);
    call.push_all(0, &source.frame(0, true, 1));

    for milliseconds in 10..60 {
        call.publication.want_keyframe(at(milliseconds), EncodingIndex(0));
    }
    let asked: usize = (60..1_200).map(|now| call.feedback(now).1).sum();
    call.push_all(1_200, &source.frame(1_200, true, 1));

    assert_eq!(asked, 3);
    assert_eq!((1_201..3_000).map(|now| call.feedback(now).1).sum::<usize>(), 0);
}

#[test]
fn a_packet_that_never_comes_costs_a_keyframe_and_one_before_a_keyframe_does_not() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);
    call.push_all(0, &source.frame(0, true, 1));
    let keyframes =
        |call: &mut Call, time: std::ops::Range<u64>| time.map(|now| call.feedback(now).1).sum::<usize>();

    let _lost = source.frame(33, false, 1);
    call.push_all(66, &source.frame(66, false, 1));
    assert_eq!(keyframes(&mut call, 66..1_000), 0);
    assert_eq!(keyframes(&mut call, 1_000..1_100), 1);
    call.push_all(1_100, &source.frame(1_100, true, 1));

    let _lost = source.frame(3_000, false, 1);
    call.push_all(3_033, &source.frame(3_033, true, 1));
    assert_eq!(keyframes(&mut call, 3_033..6_000), 0);
}

#[test]
fn layers_whose_keyframes_came_along_with_an_answer_are_not_asked_for_at_once() {
    let mut call = Call::video(true);
    let mut sources = [0, 1, 2].map(Source::video);
    sources.iter_mut().for_each(|source| call.push_all(0, &source.frame(0, true, 1)));
    call.publication.want_keyframe(at(3_000), EncodingIndex(1));
    assert_eq!(call.feedback(3_000).1, 1);
    sources.iter_mut().for_each(|source| call.push_all(3_020, &source.frame(3_020, true, 1)));

    call.publication.want_keyframe(at(3_300), EncodingIndex(2));

    assert_eq!((3_300..4_000).map(|now| call.feedback(now).1).sum::<usize>(), 0);
    assert_eq!(call.feedback(4_000).1, 1, "a second after the request that all of them answered");
}

#[test]
fn a_layer_that_falls_silent_is_no_longer_live() {
    let mut call = Call::video(true);
    let (mut small, mut large) = (Source::video(0), Source::video(2));
    call.push_all(0, &small.frame(0, true, 1));
    call.push_all(0, &large.frame(0, true, 1));
    assert!(call.publication.take_layers_changed());

    for milliseconds in (20..3_000).step_by(20) {
        call.push_all(milliseconds, &small.frame(milliseconds, false, 1));
        call.feedback(milliseconds);
    }

    assert!(call.publication.take_layers_changed());
    let live: Vec<_> = call.publication.layers().iter().map(|layer| (layer.encoding.0, layer.live)).collect();
    assert_eq!(live, [(0, true), (2, false)]);
}

#[test]
fn a_lone_encoding_may_be_silent_for_as_long_as_it_likes() {
    let mut call = Call::video(true);
    let mut screen = Source::video(2);
    call.push_all(0, &screen.frame(0, true, 1));
    call.feedback(60_000);

    assert!(layers::best_up_to(call.publication.layers(), SpatialLayer::HIGHEST).is_some());
}

#[test]
fn a_lone_encoding_is_measured_and_keeps_its_measure_while_it_is_silent() {
    let mut call = Call::video(true);
    let mut screen = Source::video(2);
    for milliseconds in (0..3_000).step_by(20) {
        call.push_all(milliseconds, &screen.frame(milliseconds, milliseconds == 0, 5));
        call.feedback(milliseconds);
    }
    let rate = |call: &Call| call.publication.layers().iter().next().map(|layer| layer.bitrate);
    let busy = rate(&call).expect("a layer");
    assert!(busy > Bitrate::kbps(100), "{busy} of five packets in each 20 ms");

    (3_000..60_000).step_by(100).for_each(|milliseconds| {
        call.feedback(milliseconds);
    });

    assert!(rate(&call).is_some_and(|rate| rate > Bitrate::ZERO), "{:?} when nothing comes", rate(&call));
    let rests = call.publication.poll_timeout();
    assert!(rests.is_none_or(|due| due > at(60_000)), "silence is looked at for ever");
}

#[test]
fn a_mirror_serves_what_it_was_given() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    let mut mirror = Publication::new(MediaKind::Video);
    let Some(Accepted::Packet { packet, observed }) = call.accept(0, &source.frame(0, true, 1)[0]) else {
        panic!("accepted")
    };

    let home = call.publication.cache().get(packet).unwrap();
    let mirrored = mirror.insert_mirrored(at(0), &observed, home.payload).unwrap();
    mirror.insert_mirrored_clock((EncodingIndex(1), 0), source.clock(5));
    mirror.want_keyframe(at(1), EncodingIndex(1));

    assert_eq!(mirror.cache().get(mirrored).unwrap(), home);
    assert_eq!(mirror.clocks().get(EncodingIndex(1), 0), Some(source.clock(5)));
    let mut said = Vec::new();
    mirror.poll_feedback(at(2), Duration::ZERO, switchyard_vocab::demand::EncodingSet::ALL, |feedback| {
        said.push(format!("{feedback:?}"));
    });
    assert_eq!(said, ["Keyframe { encoding: EncodingIndex(1) }"]);
}

#[test]
fn clocks_of_an_earlier_life_never_pass_for_those_of_a_later_one() {
    let mut mirror = Publication::new(MediaKind::Video);
    let source = Source::video(1);
    let encoding = EncodingIndex(1);

    for (life, milliseconds) in [(3, 30), (4, 40), (3, 35), (1, 10)] {
        mirror.insert_mirrored_clock((encoding, life), source.clock(milliseconds));
    }

    let known: Vec<_> = mirror.clocks().iter().collect();
    assert_eq!(known, [((encoding, 3), source.clock(35)), ((encoding, 4), source.clock(40))]);
    assert_eq!(mirror.clocks().get(encoding, 1), None);
}

#[test]
fn a_payload_without_a_descriptor_is_malformed() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);
    call.push_all(0, &source.frame(0, true, 1));

    // An extended descriptor that ends before its fields.
    let bytes = source.packet(10, true, &[0x90, 0xf0, 0x80], 0);

    assert_eq!(call.accept(10, &bytes), None);
}

#[test]
fn opus_packets_start_frames_and_never_keyframes() {
    let mut call = Call::audio();
    let mut source = Source::audio();

    let Some(Accepted::Packet { observed, .. }) = call.accept(0, &source.sound(0)) else {
        panic!("accepted")
    };

    assert_eq!((observed.codec, observed.frame_start, observed.keyframe_start), (Codec::Opus, true, false));
    assert_eq!(observed.timestamp, RtpTimestamp(source.base));
}

#[test]
fn an_encoding_whose_first_keyframe_was_lost_is_asked_for_another_until_its_size_is_known() {
    let mut call = Call::video(true);
    let (mut small, mut large) = (Source::video(0), Source::video(1));
    call.push_all(0, &small.frame(0, true, 1));
    let begun = large.frame(0, true, 3);
    call.push_all(0, &begun[1..]);

    let asked = call.feedback(10).1;
    call.push_all(40, &large.frame(40, true, 1));
    let later: usize = (40..2_000)
        .step_by(40)
        .map(|now| {
            call.push_all(now, &small.frame(now, false, 1));
            call.push_all(now, &large.frame(now, false, 1));
            call.feedback(now).1
        })
        .sum();

    assert_eq!((asked, later), (1, 0));
    let layers: Vec<_> = call.publication.layers().iter().map(|layer| layer.encoding.0).collect();
    assert_eq!(layers, [0, 1]);
}

/// One packet that starts a keyframe of so many pixels a line.
fn keyframe_of(source: &mut Source, milliseconds: u64, width: u16) -> Vec<u8> {
    source.size.width = width;
    source.frame(milliseconds, true, 1).remove(0)
}

#[test]
fn a_size_that_flaps_with_every_packet_is_news_twice_a_second_and_the_last_one_is_told() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);

    let mut news = 0;
    for n in 0..5_000_u64 {
        let bytes = keyframe_of(&mut source, n / 5, 100 + (n % 2) as u16);
        call.accept(n / 5, &bytes);
        news += usize::from(call.publication.take_layers_changed());
        if call.publication.poll_timeout().is_some_and(|due| due <= at(n / 5)) {
            call.feedback(n / 5);
            news += usize::from(call.publication.take_layers_changed());
        }
    }
    let bytes = keyframe_of(&mut source, 1_000, 640);
    call.accept(1_000, &bytes);
    for now in 1_000..=1_500 {
        call.feedback(now);
    }

    assert!((6..=8).contains(&news), "{news}");
    let told = call.publication.layers().iter().next().and_then(|layer| layer.size);
    assert_eq!(told.map(|size| size.width), Some(640));
}

#[test]
fn goodbyes_followed_by_media_are_news_twice_a_second() {
    let mut call = Call::video(true);
    let mut source = Source::video(0);

    let mut news = 0;
    for now in 0..2_000 {
        let bytes = source.frame(now, true, 1).remove(0);
        call.accept(now, &bytes);
        news += usize::from(call.publication.take_layers_changed());
        call.publication.handle_end(at(now), EncodingIndex(0));
        news += usize::from(call.publication.take_layers_changed());
    }

    assert!((6..=10).contains(&news), "{news}");
}

#[test]
fn three_layers_that_begin_are_known_at_once_though_their_keyframes_come_later() {
    let mut call = Call::video(true);
    let mut sources = [0, 1, 2].map(Source::video);

    for (index, source) in sources.iter_mut().enumerate() {
        call.accept(index as u64, &source.frame(0, false, 1)[0]);
        assert!(call.publication.take_layers_changed(), "layer {index} was seen");
    }
    for (index, source) in sources.iter_mut().enumerate() {
        call.accept(100, &source.frame(100, true, 1)[0]);
        assert!(call.publication.take_layers_changed(), "the size of layer {index} was seen");
    }

    assert_eq!(
        call.publication.layers().iter().filter(|layer| layer.live && layer.size.is_some()).count(),
        3
    );
}

#[test]
fn a_sender_that_turns_to_another_codec_is_followed_and_strays_go_no_further() {
    let mut call = Call::video(true);
    let vp9 = PayloadType(98);
    let mut section = receive_section(Codec::Vp8, "v", &RIDS);
    section.codecs.push(CodecMapping { payload_type: vp9, rtx: None, ..mapping(Codec::Vp9) });
    call.bindings = Bindings::new(&Receiving { extensions: extension_map(), sections: vec![section] });
    call.publication.expect_format(Format::of(Codec::Vp8));
    let mut source = Source::video(0);
    call.push_all(0, &source.frame(0, true, 1));
    call.publication.take_layers_changed();
    let mut turned = Source { codec: Codec::Vp9, payload_type: Some(vp9), ..source };
    let key = [0x0c, 0x82, 0x49, 0x83, 0x42, 0, 0, 0];

    let stray = call.take(20, &turned.packet(20, true, &key, 0));
    assert_eq!(stray, Err(DropReason::OtherCodec));
    assert!(!call.publication.take_layers_changed());

    let followed = call.take(300, &turned.packet(300, true, &key, 0));
    assert!(followed.is_ok(), "{followed:?}");
    assert_eq!(call.publication.format().map(|format| format.codec), Some(Codec::Vp9));
    assert!(call.publication.take_layers_changed(), "it is news");
}
