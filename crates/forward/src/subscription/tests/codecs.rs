//! Every codec on its way: switches, descriptors, parameter sets, RED, header extensions.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::profile::{H264Profile, Profile};
use switchyard_vocab::rtp::PayloadType;
use switchyard_wire::payload::dependency_descriptor::{Descriptor, Reader};
use switchyard_wire::payload::{red, vp9};
use switchyard_wire::rtp::extension::KnownExtensions;

use super::*;
use crate::testing::{Got, RIDS, receive_section, send_section};

/// A call in which the subscriber gets every extension, the descriptor under an id of its own.
fn call(codec: Codec, mixed: bool) -> Call {
    let rids: &[&str] = if codec == Codec::Opus { &[] } else { &RIDS };
    let name = if codec == Codec::Opus { "a" } else { "v" };
    let mut receive = receive_section(codec, name, rids);
    let mut send = send_section(codec, true);
    send.extensions.set(Extension::DependencyDescriptor, 12);
    send.extensions.set(Extension::ColorSpace, 8);
    send.extensions.set(Extension::AbsCaptureTime, 10);
    send.extensions.set(Extension::PlayoutDelay, 6);
    send.extensions.set_mixed(mixed);
    for mapping in receive.codecs.iter_mut().chain([&mut send.codec]) {
        if codec == Codec::H264 {
            mapping.profile = Profile::H264(H264Profile::new([0x42, 0xe0, 31], true).unwrap());
        }
    }
    if codec == Codec::Opus {
        receive.codecs[0].red = Some(PayloadType(63));
        send.codec.rtx = None;
    }
    Call::new(receive, &send)
}

fn source(codec: Codec, index: usize) -> Source {
    let video = Source { codec, ..Source::video(index) };
    if codec == Codec::Opus { Source { rid: None, codec, ..video } } else { video }
}

fn payload_of(got: &Got) -> Vec<u8> {
    RtpPacket::parse(&got.bytes).unwrap().payload().to_vec()
}

fn assert_is_gapless(call: &Call) {
    for pair in call.got.windows(2) {
        assert_eq!(pair[1].seq, pair[0].seq.plus(1));
        assert!(pair[1].timestamp.since(pair[0].timestamp) >= 0);
    }
}

fn vp9_frame(source: &mut Source, now: u64, keyframe: bool) -> Vec<Vec<u8>> {
    source.picture = (source.picture + 1) & 0x7fff;
    source.tl0 = source.tl0.wrapping_add(1);
    let [high, low] = source.picture.to_be_bytes();
    let [w, idth] = source.size.width.to_be_bytes();
    let [h, eight] = source.size.height.to_be_bytes();
    (0..2)
        .map(|part| {
            let (starts, ends) = (part == 0, part == 1);
            let mut flags = 0xa0 | if keyframe { 0 } else { 0x40 };
            flags |= u8::from(starts) << 3 | u8::from(ends) << 2 | u8::from(keyframe && starts) << 1;
            let mut payload = vec![flags, high | 0x80, low, 0, source.tl0];
            if keyframe && starts {
                payload.extend([0x10, w, idth, h, eight]);
            }
            payload.extend([7; 20]);
            source.packet(now, ends, &payload, 0)
        })
        .collect()
}

#[test]
fn switches_between_vp9_encodings_leave_no_trace_in_its_numbers() {
    let mut call = call(Codec::Vp9, true);
    let mut sources =
        [0, 1, 2].map(|index| Source { picture: 32_760 - index as u16 * 99, ..source(Codec::Vp9, index) });

    for frame in 0..300_u64 {
        prefer(&mut call, (frame / 30 % 3) as u8);
        for source in &mut sources {
            let packets = vp9_frame(source, frame * 33, frame % 30 == 2 || frame == 0);
            call.push_all(frame * 33, &packets);
        }
    }

    assert_is_gapless(&call);
    assert!(call.got.len() >= 600);
    let from: std::collections::BTreeSet<_> = call.got.iter().map(|got| got.from.0).collect();
    assert_eq!(from.len(), 3);
    let read = |got: &Got| vp9::Descriptor::parse(&payload_of(got)).unwrap();
    for pair in call.got.windows(2) {
        let (before, after) = (read(&pair[0]), read(&pair[1]));
        let step = u16::from(after.frame_start);
        let picture = |of: &vp9::Descriptor| of.picture_id.unwrap().value();
        assert_eq!(picture(&after), (picture(&before) + step) & 0x7fff);
        let tl0 = |of: &vp9::Descriptor| of.tl0_picture_index.unwrap();
        assert_eq!(tl0(&after), tl0(&before).wrapping_add(step as u8));
    }
}

/// Writes bits, the highest first.
fn bits(fields: &[(u32, u32)]) -> Vec<u8> {
    let all: Vec<bool> = fields
        .iter()
        .flat_map(|&(count, value)| (0..count).rev().map(move |bit| value >> bit & 1 == 1))
        .collect();
    all.chunks(8)
        .map(|chunk| chunk.iter().enumerate().fold(0, |byte, (at, &bit)| byte | u8::from(bit) << (7 - at)))
        .collect()
}

/// A descriptor of two templates, keyframe and not, for one layer.
fn descriptor(source: &Source, first_id: u32, keyframe: bool) -> Vec<u8> {
    let template = (first_id + u32::from(!keyframe)) % 64;
    let mandatory = [(2, 3), (6, template), (16, u32::from(source.picture))];
    if !keyframe {
        return bits(&mandatory);
    }
    let size = (u32::from(source.size.width) - 1, u32::from(source.size.height) - 1);
    let structure = [
        (5, 0b1_0000),
        (6, first_id),
        (5, 0),
        (2, 0),
        (2, 3),
        (2, 2),
        (2, 2),
        (1, 0),
        (1, 1),
        (4, 0),
        (1, 0),
        (1, 0),
        (1, 1),
        (16, size.0),
        (16, size.1),
    ];
    bits(&[&mandatory[..], &structure].concat())
}

fn av1_frame(source: &mut Source, now: u64, first_id: u32, keyframe: bool) -> Vec<u8> {
    source.picture = source.picture.wrapping_add(1);
    let descriptor = descriptor(source, first_id, keyframe);
    let extensions = [(Extension::DependencyDescriptor, &descriptor[..])];
    source.packet_with(now, true, (&[0x10, 0x30, 1, 2, 3], 0), &extensions)
}

/// Reads what the subscriber got as its decoder would.
fn described(call: &Call) -> Vec<(Descriptor, Option<u8>)> {
    let mut reader = Reader::default();
    let map = call.subscription.section().extensions;
    let read = |got: &Got| {
        let packet = RtpPacket::parse(&got.bytes).unwrap();
        let known = KnownExtensions::read(&packet, &map);
        let descriptor = reader.read(got.seq, known.dependency_descriptor.unwrap()).unwrap();
        let first = reader.structure().map(|structure| structure.first_template_id());
        (descriptor, first.filter(|_| descriptor.has_structure))
    };
    call.got.iter().map(read).collect()
}

#[test]
fn switches_between_av1_encodings_keep_frame_numbers_going_and_structures_apart() {
    let mut call = call(Codec::Av1, true);
    let mut sources =
        [0, 1, 2].map(|index| Source { picture: 65_500 - index as u16 * 99, ..source(Codec::Av1, index) });

    for frame in 0..240_u64 {
        prefer(&mut call, (frame / 30 % 3) as u8);
        for (index, source) in sources.iter_mut().enumerate() {
            let first_id = ((frame + 28) / 30 * 2 + index as u64 * 20) % 64;
            let packet = av1_frame(source, frame * 33, first_id as u32, frame % 30 == 2 || frame == 0);
            call.push(frame * 33, &packet);
        }
    }

    assert_is_gapless(&call);
    let described = described(&call);
    assert!(described.len() > 230);
    for pair in described.windows(2) {
        let numbers = [pair[0].0, pair[1].0].map(|descriptor| descriptor.mandatory.frame_number);
        assert_eq!(numbers[1], numbers[0].wrapping_add(1));
    }
    let structures: Vec<u8> = described.iter().filter_map(|(_, first)| *first).collect();
    let encodings: Vec<_> = call.got.iter().zip(&described).filter(|(_, known)| known.1.is_some()).collect();
    for (pair, ids) in encodings.windows(2).zip(structures.windows(2)) {
        let distance = ids[1].wrapping_sub(ids[0]) % 64;
        assert!(pair[0].0.from == pair[1].0.from || (2..=62).contains(&distance), "{ids:?}");
    }
}

#[test]
fn the_size_of_an_av1_picture_comes_from_its_structure() {
    let mut call = call(Codec::Av1, true);
    let mut source = source(Codec::Av1, 1);

    let packet = av1_frame(&mut source, 0, 0, true);
    let Some(Accepted::Packet { observed, .. }) = call.accept(0, &packet) else { panic!("accepted") };

    assert!(observed.keyframe_start && observed.frame_start);
    assert_eq!(observed.size, Some(source.size));
}

#[test]
fn an_av1_stream_without_descriptors_is_read_from_its_payload() {
    let mut call = call(Codec::Av1, true);
    let mut source = source(Codec::Av1, 0);
    // A new coded video sequence, one element: a frame.
    let packet = source.packet(0, true, &[0x18, 0x30, 1, 2, 3], 0);
    let next = source.packet(33, true, &[0x10, 0x30, 1, 2, 3], 0);

    call.push(0, &packet);
    call.push(33, &next);

    assert_eq!(call.got.len(), 2);
    assert_is_gapless(&call);
}

const SPS: [u8; 12] = [0x67, 0x42, 0xc0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe9, 0xa8, 0x08, 0x08];
const PPS: [u8; 4] = [0x68, 0xce, 0x3c, 0x80];

fn idr() -> Vec<u8> {
    [&[0x65, 0x88][..], &[9; 40]].concat()
}

fn slice() -> Vec<u8> {
    [&[0x41, 0x9a][..], &[9; 40]].concat()
}

/// SPS and PPS in one aggregate.
fn sets() -> Vec<u8> {
    [&[0x78, 0, SPS.len() as u8][..], &SPS, &[0, PPS.len() as u8], &PPS].concat()
}

#[test]
fn a_keyframe_of_h264_starts_at_its_parameter_sets() {
    let mut call = call(Codec::H264, true);
    let mut source = source(Codec::H264, 0);
    for payload in [slice(), sets(), idr(), slice()] {
        let packet = source.packet(0, false, &payload, 0);
        call.push(0, &packet);
    }

    let got: Vec<_> = call.got.iter().map(payload_of).collect();
    assert_eq!(got, [sets(), idr(), slice()]);
    assert_is_gapless(&call);
}

#[test]
fn an_encoder_that_sends_its_parameter_sets_once_serves_those_who_come_later() {
    let mut call = call(Codec::H264, true);
    let mut source = source(Codec::H264, 0);
    pause(&mut call, true);
    for payload in [&SPS[..], &PPS, &idr(), &slice()] {
        let packet = source.packet(0, false, payload, 0);
        call.push(0, &packet);
    }
    pause(&mut call, false);

    for (now, payload) in [(100, slice()), (133, idr()), (166, slice()), (200, idr())] {
        let packet = source.packet(now, true, &payload, 0);
        call.push(now, &packet);
    }

    let got: Vec<_> = call.got.iter().map(payload_of).collect();
    assert_eq!(got, [sets(), idr(), slice(), idr()]);
    assert_is_gapless(&call);
    assert_eq!(call.got[0].timestamp, call.got[1].timestamp);
    assert!(!call.got[0].marker && call.got[1].marker);
}

#[test]
fn introduced_parameter_sets_can_be_asked_for_again() {
    let mut call = call(Codec::H264, true);
    let mut source = source(Codec::H264, 0);
    pause(&mut call, true);
    for payload in [sets(), idr()] {
        let packet = source.packet(0, false, &payload, 0);
        call.push(0, &packet);
    }
    pause(&mut call, false);
    let packet = source.packet(133, true, &idr(), 0);
    call.push(133, &packet);

    let again = call.nack(200, call.got[0].seq.on_wire()).unwrap();

    let payload = payload_of(&again);
    let number = call.got[0].seq.on_wire().0.to_be_bytes();
    assert_eq!((&payload[..2], &payload[2..]), (&number[..], &sets()[..]));
}

#[test]
fn sound_in_red_reaches_those_who_know_it_under_their_numbers() {
    let mut call = call(Codec::Opus, true);
    let mut knowing = call.subscription.section().clone();
    knowing.codec.red = Some(PayloadType(33));
    call.subscription = Subscription::new(&knowing, Preference::default(), crate::testing::seeds());
    let mut source = Source { payload_type: Some(PayloadType(63)), ..source(Codec::Opus, 0) };

    for now in [0, 20, 40] {
        call.push(now, &source.packet(now, true, &red_payload(111), 0));
    }

    let [first, second, third] = &call.got[..] else { panic!("{:?}", call.got) };
    assert!(
        [first, second].iter().all(|got| payload_of(got) == [4, 5, 6]),
        "what was said before is not theirs"
    );
    let again = call.subscription.write_resend(
        second.seq,
        call.publication.cache(),
        Default::default(),
        &mut [0; 1_500],
    );
    assert_eq!(again.map(|again| again.len), Ok(second.bytes.len()));
    let packet = RtpPacket::parse(&third.bytes).unwrap();
    assert_eq!(packet.payload_type(), PayloadType(33));
    let red = red::Red::parse(packet.payload()).unwrap();
    let theirs = knowing.codec.payload_type;
    assert_eq!((red.primary(), red.primary_type()), (&[4, 5, 6][..], theirs));
    assert!(red.redundant().all(|block| block.payload_type == theirs && block.data == [1, 2, 3]));
}

#[test]
fn sound_in_red_is_unwrapped_for_the_others() {
    let mut call = call(Codec::Opus, true);
    let mut source = Source { payload_type: Some(PayloadType(63)), ..source(Codec::Opus, 0) };

    call.push(0, &source.packet(0, true, &red_payload(111), 0));
    call.push(20, &source.packet(20, false, &red_payload(9), 0));

    let packet = RtpPacket::parse(&call.got[0].bytes).unwrap();
    assert_eq!(packet.payload(), [4, 5, 6]);
    assert_eq!(packet.payload_type(), call.subscription.section().codec.payload_type);
    // What holds anything but Opus is nobody's sound.
    assert_eq!(call.got.len(), 1);
}

/// One redundant block of three bytes, and three new ones.
fn red_payload(payload_type: u8) -> Vec<u8> {
    let header = [0x80 | payload_type, 0x0f, 0x00, 3];
    [&header[..], &[payload_type], &[1, 2, 3], &[4, 5, 6]].concat()
}

#[test]
fn a_codec_that_was_not_negotiated_is_passed_over() {
    let mut call = call(Codec::Vp9, true);
    let other = receive_section(Codec::Vp8, "v", &RIDS);
    call.bindings = crate::publication::binding::Bindings::new(&switchyard_vocab::negotiated::Receiving {
        extensions: crate::testing::extension_map(),
        sections: vec![other],
    });
    let mut source = Source::video(0);

    let verdict = call.push(0, &source.frame(0, true, 1)[0]);

    assert_eq!(verdict, Verdict::Skip(SkipReason::OtherCodec));
}

#[test]
fn extensions_go_on_as_they_came_and_in_the_form_they_need() {
    for (mixed, color_len) in [(true, 28), (true, 4), (false, 4), (false, 28)] {
        let mut call = call(Codec::Vp9, mixed);
        let mut source = source(Codec::Vp9, 0);
        let [first, _] = &vp9_frame(&mut source, 0, true)[..] else { panic!() };
        let payload = RtpPacket::parse(first).unwrap().payload().to_vec();
        let color = vec![7; color_len];
        let capture_time = [1, 2, 3, 4, 5, 6, 7, 8];
        let delay = [0x00, 0x10, 0x02];
        let allocation = [0x01; 20];
        let packet = source.packet_with(
            0,
            true,
            (&payload, 0),
            &[
                (Extension::ColorSpace, &color),
                (Extension::AbsCaptureTime, &capture_time),
                (Extension::PlayoutDelay, &delay),
                (Extension::VideoLayersAllocation, &allocation),
            ],
        );

        call.push(0, &packet);

        let packet = RtpPacket::parse(&call.got[0].bytes).unwrap();
        let got: std::collections::BTreeMap<u8, Vec<u8>> =
            packet.extensions().map(|(id, data)| (id, data.to_vec())).collect();
        assert_eq!(got.get(&10).map(Vec::as_slice), Some(&capture_time[..]));
        assert_eq!(got.get(&6).map(Vec::as_slice), Some(&delay[..]));
        assert_eq!(got.get(&9).map(Vec::as_slice), Some(&b"out"[..]));
        let fits = mixed || color_len <= 16;
        assert_eq!(got.get(&8), fits.then_some(&color), "mixed: {mixed}, {color_len} bytes");
        assert!(!got.values().any(|data| data == &allocation));
    }
}
