use switchyard_vocab::codec::Codec;
use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::rtp::{PayloadType, Ssrc};
use switchyard_wire::rtp::RtpPacket;
use switchyard_wire::rtp::extension::{KnownExtensions, VideoOrientation};

use crate::testing::{Call, Source, extension_map, mid, send_section};

#[test]
fn a_packet_speaks_the_subscribers_language() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    call.push_all(0, &source.frame(0, true, 1));
    let section = send_section(Codec::Vp8, true);

    let packet = RtpPacket::parse(&call.got[0].bytes).unwrap();
    let known = KnownExtensions::read(&packet, &section.extensions);

    assert_eq!((packet.ssrc(), packet.payload_type()), (Ssrc(0xabcd), PayloadType(120)));
    assert_eq!(known.mid, Some(mid("out")));
    assert_eq!(known.rid, None);
    assert_eq!(known.transport_seq.unwrap().0, 1);
    assert_eq!(known.orientation, Some(VideoOrientation(0)));
    assert_eq!(packet.extensions().count(), 3, "nothing that was not negotiated");
}

#[test]
fn padding_behind_media_is_taken_off_and_the_header_says_so() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    let frame = source.frame(0, true, 1);
    let payload = RtpPacket::parse(&frame[0]).unwrap().payload().to_vec();

    let padded = source.packet(0, true, &payload, 40);
    call.push(0, &padded);

    let packet = RtpPacket::parse(&call.got[0].bytes).unwrap();
    assert_eq!(packet.padding_len(), 0);
    assert_eq!(packet.payload().len(), payload.len());
}

#[test]
fn every_packet_of_a_stream_has_a_header_of_one_length() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    call.push_all(0, &source.frame(0, true, 4));
    call.push_all(33, &source.frame(33, false, 4));

    let lengths: Vec<_> =
        call.got.iter().map(|got| RtpPacket::parse(&got.bytes).unwrap().header_len()).collect();

    assert!(lengths.iter().all(|len| *len == lengths[0]));
}

#[test]
fn what_was_said_of_the_camera_is_said_on_every_packet_after() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    let map = extension_map();
    let turned = {
        let plain = source.frame(0, true, 1).remove(0);
        let packet = RtpPacket::parse(&plain).unwrap();
        let mut bytes = vec![0; 1_500];
        let id = map.id(Extension::VideoOrientation).unwrap();
        let len = packet.header().write(&[(1, b"v"), (2, b"h"), (id, &[3])], &mut bytes).unwrap();
        bytes[len..len + packet.payload().len()].copy_from_slice(packet.payload());
        bytes.truncate(len + packet.payload().len());
        bytes
    };

    call.push(0, &turned);
    call.push_all(33, &source.frame(33, false, 1));

    let section = send_section(Codec::Vp8, true);
    for got in &call.got {
        let packet = RtpPacket::parse(&got.bytes).unwrap();
        let known = KnownExtensions::read(&packet, &section.extensions);
        assert_eq!(known.orientation, Some(VideoOrientation(3)));
    }
}
