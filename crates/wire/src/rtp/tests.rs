use std::time::Duration;

use proptest::prelude::*;
use switchyard_vocab::negotiated::{Extension, ExtensionMap};
use switchyard_vocab::observed::AudioLevel;
use switchyard_vocab::rtp::{Mid, PayloadType, Rid, RtpTimestamp, SeqNo, Ssrc};

use super::extension::{
    AbsCaptureTime, AbsSendTime, KnownExtensions, PlayoutDelay, TransportSeq, VideoOrientation,
    audio_level_bytes, parse_audio_level,
};
use super::*;
use crate::NoRoom;

const HEADER: RtpHeader = RtpHeader {
    marker: true,
    padding: false,
    payload_type: PayloadType(96),
    seq: SeqNo(0xfffe),
    timestamp: RtpTimestamp(0x0102_0304),
    ssrc: Ssrc(0xdead_beef),
};

fn packet_with(extensions: &[(u8, &[u8])], payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0; MAX_HEADER_LEN + payload.len()];
    let len = HEADER.write(extensions, &mut out).unwrap();
    out.truncate(len);
    out.extend(payload);
    out
}

/// A packet with this extension block, byte for byte.
fn packet_with_block(profile: u16, block: &[u8]) -> Vec<u8> {
    assert!(block.len().is_multiple_of(4));
    let mut out = packet_with(&[], &[]);
    out[0] |= 0x10;
    out.extend(profile.to_be_bytes());
    out.extend((block.len() as u16 / 4).to_be_bytes());
    out.extend(block);
    out
}

fn elements(bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    RtpPacket::parse(bytes).unwrap().extensions().map(|(id, data)| (id, data.to_vec())).collect()
}

#[test]
fn a_header_is_read_as_it_was_written() {
    let bytes = packet_with(&[(1, b"0"), (5, &[1, 2])], b"media");

    let packet = RtpPacket::parse(&bytes).unwrap();

    assert_eq!(packet.header(), HEADER);
    assert_eq!(packet.payload(), b"media");
    assert_eq!(packet.extension(5), Some(&[1, 2][..]));
    assert_eq!(packet.extension(6), None);
    assert_eq!(packet.header_len() + 5, bytes.len());
    assert_eq!(header_len(&bytes), Ok(packet.header_len()));
    assert_eq!(ssrc_of(&bytes), Some(HEADER.ssrc));
    assert_eq!(seq_of(&bytes), Some(HEADER.seq));
}

#[test]
fn short_values_with_small_ids_travel_in_the_one_byte_form() {
    let bytes = packet_with(&[(1, b"0"), (14, &[7; 16])], &[]);

    assert_eq!(bytes[12..14], [0xbe, 0xde]);
    assert_eq!(elements(&bytes), [(1, b"0".to_vec()), (14, vec![7; 16])]);
}

#[test]
fn one_value_too_long_or_empty_or_one_high_id_changes_the_form_of_all() {
    for odd in [(2, &[9; 17][..]), (2, &[]), (15, &[9]), (255, &[9; 200])] {
        let bytes = packet_with(&[(1, b"0"), odd], &[]);

        assert_eq!(bytes[12..14], [0x10, 0x00]);
        assert_eq!(elements(&bytes), [(1, b"0".to_vec()), (odd.0, odd.1.to_vec())]);
    }
}

#[test]
fn what_no_form_can_say_is_no_room() {
    let mut out = [0; 1024];

    assert_eq!(HEADER.write(&[(0, &[1])], &mut out), Err(NoRoom));
    assert_eq!(HEADER.write(&[(1, &[1; 256])], &mut out), Err(NoRoom));
    assert_eq!(HEADER.write(&[(1, &[1; 200]), (2, &[1; 200])], &mut out), Err(NoRoom));
    assert_eq!(HEADER.write(&[(1, &[1])], &mut out[..19]), Err(NoRoom));
    assert_eq!(HEADER.write(&[(1, &[1])], &mut out[..20]), Ok(20));
}

#[test]
fn padding_between_elements_is_stepped_over() {
    let one_byte = packet_with_block(0xbede, &[0x10, 0xaa, 0, 0, 0x20, 0xbb, 0, 0]);
    assert_eq!(elements(&one_byte), [(1, vec![0xaa]), (2, vec![0xbb])]);

    let two_byte = packet_with_block(0x100f, &[1, 1, 0xaa, 0, 2, 0, 0, 0]);
    assert_eq!(elements(&two_byte), [(1, vec![0xaa]), (2, vec![])]);
}

#[test]
fn nothing_behind_id_15_or_a_long_id_0_is_believed() {
    let id_15 = packet_with_block(0xbede, &[0x10, 0xaa, 0xf0, 0xff, 0x20, 0xbb, 0, 0]);
    assert_eq!(elements(&id_15), [(1, vec![0xaa])]);

    let id_0 = packet_with_block(0xbede, &[0x10, 0xaa, 0x01, 0xff, 0xff, 0x20, 0xbb, 0]);
    assert_eq!(elements(&id_0), [(1, vec![0xaa])]);
}

#[test]
fn an_element_that_reaches_behind_the_block_ends_the_walk() {
    assert_eq!(elements(&packet_with_block(0xbede, &[0x10, 0xaa, 0x2f, 0xbb])), [(1, vec![0xaa])]);
    assert_eq!(elements(&packet_with_block(0x1000, &[1, 1, 0xaa, 2])), [(1, vec![0xaa])]);
}

#[test]
fn a_block_of_an_unknown_profile_has_no_elements_but_a_length() {
    let mut bytes = packet_with_block(0xabcd, &[0x10, 0xaa, 0, 0]);
    bytes.push(1);

    assert!(elements(&bytes).is_empty());
    assert_eq!(RtpPacket::parse(&bytes).unwrap().payload(), [1]);
}

#[test]
fn csrcs_belong_to_the_header() {
    let mut bytes = packet_with(&[], &[0; 61]);
    bytes[0] |= 0x0f;

    let packet = RtpPacket::parse(&bytes).unwrap();

    assert_eq!(packet.header_len(), 72);
    assert_eq!(packet.payload().len(), 1);
    assert!(matches!(RtpPacket::parse(&bytes[..71]), Err(RtpError::TooShort { len: 71, need: 72 })));
}

#[test]
fn padding_is_no_payload() {
    let mut bytes = packet_with(&[], b"media\0\0\x03");
    bytes[0] |= 0x20;

    let packet = RtpPacket::parse(&bytes).unwrap();

    assert_eq!(packet.payload(), b"media");
    assert_eq!(packet.padding_len(), 3);
    assert!(packet.header().padding);
    assert!(!packet.is_padding_only());
}

#[test]
fn a_packet_of_nothing_but_padding_is_padding_only() {
    let header = RtpHeader { padding: true, ..HEADER };
    let mut out = [0xff; 300];
    let header_len = header.write(&[], &mut out).unwrap();
    let padding = write_padding(255, &mut out[header_len..]).unwrap();

    let packet = RtpPacket::parse(&out[..header_len + padding]).unwrap();

    assert!(packet.is_padding_only());
    assert_eq!(packet.padding_len(), 255);
}

#[test]
fn padding_that_contradicts_itself_is_refused() {
    for (payload, count) in [(&b"x\0"[..], 0), (b"x\x03", 3), (b"", 0)] {
        let mut bytes = packet_with(&[], payload);
        bytes[0] |= 0x20;

        let refused = RtpPacket::parse(&bytes).unwrap_err();

        assert_eq!(refused, RtpError::Padding { count, room: payload.len() });
    }
}

#[test]
fn more_extensions_than_the_limit_are_refused() {
    let most = packet_with_block(0x1000, &[0; MAX_EXTENSION_BYTES]);
    assert!(RtpPacket::parse(&most).is_ok());

    let more = packet_with_block(0x1000, &[0; MAX_EXTENSION_BYTES + 4]);
    assert_eq!(header_len(&more), Err(RtpError::ExtensionsTooLong(MAX_EXTENSION_BYTES + 4)));
}

#[test]
fn only_version_2_is_rtp() {
    let mut bytes = packet_with(&[], &[]);
    bytes[0] = 0x40;

    assert_eq!(RtpPacket::parse(&bytes).unwrap_err(), RtpError::Version(1));
}

#[test]
fn all_that_was_negotiated_is_read_at_once() {
    let mut map = ExtensionMap::default();
    for (id, extension) in (1..).zip(Extension::ALL) {
        map.set(extension, id);
    }
    let level = AudioLevel { minus_dbov: 42, voice: true };
    let time = AbsSendTime::at(Duration::from_millis(1_500));
    let delay = PlayoutDelay::between(Duration::ZERO, Duration::from_millis(200));
    let bytes = packet_with(
        &[
            (1, b"a0"),
            (2, b"hi"),
            (3, b"lo"),
            (4, &TransportSeq(SeqNo(0xfffe)).bytes()),
            (5, &time.bytes()),
            (6, &audio_level_bytes(level)),
            (7, &VideoOrientation(3).bytes()),
            (8, b"dependencies"),
            (9, &delay.bytes()),
            (10, &[1; 16]),
            (11, b"layers"),
            (12, &[2; 28]),
            (13, b"not negotiated"),
        ],
        &[],
    );

    let known = KnownExtensions::read(&RtpPacket::parse(&bytes).unwrap(), &map);

    assert_eq!(known.mid, Mid::parse(b"a0").ok());
    assert_eq!(known.rid, Rid::parse(b"hi").ok());
    assert_eq!(known.repaired_rid, Rid::parse(b"lo").ok());
    assert_eq!(known.transport_seq, Some(SeqNo(0xfffe)));
    assert_eq!(known.abs_send_time, Some(time));
    assert_eq!(known.audio_level, Some(level));
    assert_eq!(known.orientation, Some(VideoOrientation(3)));
    assert_eq!(known.dependency_descriptor, Some(&b"dependencies"[..]));
    assert_eq!(known.playout_delay, Some(delay));
    assert_eq!(known.capture_time, AbsCaptureTime::parse(&[1; 16]));
    assert_eq!(known.layers_allocation, Some(&b"layers"[..]));
    assert_eq!(known.color_space, Some(&[2; 28][..]));
}

#[test]
fn a_send_time_wraps_after_64_seconds_and_keeps_microseconds() {
    assert_eq!(AbsSendTime::at(Duration::from_secs(1)).bytes(), [0x04, 0, 0]);
    assert_eq!(AbsSendTime::at(Duration::from_secs(64)).bytes(), [0, 0, 0]);

    let kept = AbsSendTime::at(Duration::new(1_000_063, 999_999_999)).since_origin();
    assert!(Duration::from_secs(64) - kept < Duration::from_micros(5) || kept < Duration::from_secs(64));
}

#[test]
fn a_retransmission_starts_with_the_original_number() {
    let mut payload = [0; 4];
    rtx::write_osn(SeqNo(0x1234), &mut payload).unwrap();
    payload[2..].copy_from_slice(b"ab");

    assert_eq!(rtx::split(&payload), Some((SeqNo(0x1234), &b"ab"[..])));
    assert_eq!(rtx::split(&[1]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_the_reader_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..400), likely: bool) {
        if let Some(first) = bytes.first_mut().filter(|_| likely) {
            *first = 0x80 | (*first & 0x3f);
        }
        if let Ok(packet) = RtpPacket::parse(&bytes) {
            let parts = packet.header_len() + packet.payload().len() + packet.padding_len();
            prop_assert_eq!(parts, bytes.len());
            prop_assert!(packet.extensions().count() <= MAX_EXTENSION_BYTES);
            let map = ExtensionMap::default();
            prop_assert_eq!(KnownExtensions::read(&packet, &map), KnownExtensions::default());
        }
    }

    #[test]
    fn no_extension_block_makes_the_walk_panic(
        two_byte: bool,
        words in prop::collection::vec(any::<[u8; 4]>(), 0..64),
    ) {
        let profile = if two_byte { 0x1003 } else { 0xbede };
        let bytes = packet_with_block(profile, &words.concat());
        for (_, data) in RtpPacket::parse(&bytes).unwrap().extensions() {
            prop_assert!(data.len() <= 255);
            let _ = (parse_audio_level(data), TransportSeq::parse(data), AbsSendTime::parse(data));
        }
    }
}
