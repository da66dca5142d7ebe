use rtc::rtp::codec::vp8::Vp8Packet;
use rtc::rtp::packetizer::Depacketizer;

use super::{Audio, Pattern, Video};
use crate::mark::Mark;

fn depacketized(payload: &bytes::Bytes) -> (Vp8Packet, bytes::Bytes) {
    let mut packet = Vp8Packet::default();
    let frame = packet.depacketize(payload).expect("a VP8 payload");
    (packet, frame)
}

#[test]
fn a_keyframe_says_so_and_names_its_size() {
    let payloads = Video::new(Pattern::default()).next_frame(true);
    let (packet, frame) = depacketized(&payloads[0]);

    assert_eq!(packet.s, 1, "starts a partition");
    assert_eq!(frame[0] & 1, 0, "is a keyframe");
    assert_eq!(frame[3..6], [0x9d, 0x01, 0x2a]);
    assert_eq!(u16::from_le_bytes([frame[6], frame[7]]), 320);
}

#[test]
fn a_frame_has_the_bytes_that_its_bitrate_asks_for() {
    let pattern = Pattern { video_bitrate: 500_000, frame_rate: 25 };
    let payloads = Video::new(pattern).next_frame(false);
    let bytes: usize = payloads.iter().map(bytes::Bytes::len).sum();

    assert_eq!(payloads.len(), 3);
    assert!((2_490..=2_500).contains(&bytes), "{bytes} bytes");
}

#[test]
fn the_first_partition_fits_into_the_frame() {
    let payloads = Video::new(Pattern::default()).next_frame(true);
    let frame: Vec<u8> = payloads.iter().flat_map(|payload| depacketized(payload).1).collect();
    let tag = u32::from_le_bytes([frame[0], frame[1], frame[2], 0]);

    assert!((tag >> 5) as usize + 10 < frame.len());
}

#[test]
fn pictures_and_packets_are_numbered_without_a_gap() {
    let mut video = Video::new(Pattern::default());
    let frames: Vec<_> = (0..3).map(|index| video.next_frame(index == 0)).collect();

    let pictures: Vec<u16> = frames.iter().map(|frame| depacketized(&frame[0]).0.picture_id).collect();
    let marks: Vec<u32> = frames.iter().flatten().filter_map(|p| Some(Mark::parse(p)?.number)).collect();
    assert_eq!(pictures, [0, 1, 2]);
    assert_eq!(marks, (0..9).collect::<Vec<_>>());
}

#[test]
fn sound_is_marked_as_well() {
    let mut audio = Audio::default();
    audio.next_packet();

    assert_eq!(Mark::parse(&audio.next_packet()).map(|mark| mark.number), Some(1));
}
