use std::time::Duration;

use switchyard_wire::payload::{av1 as wire_av1, h264 as wire_h264, vp9 as wire_vp9};

use super::*;
use crate::seed::Seed;

const CODECS: [Codec; 4] = [Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1];

fn frame(key: bool, len: usize) -> Frame {
    let captured = Duration::from_millis(40);
    let depends_on = (!key).then_some(6);
    let stamp = Stamp { encoding: 1, frame: 7, depends_on, captured, part: 0, parts: 0 };
    let size = PictureSize { width: 1280, height: 720 };
    Frame { key, tid: 0, layers: 1, sync: false, droppable: false, size, len, stamp }
}

fn packetizer(codec: Codec) -> Packetizer {
    Packetizer::new(codec, &mut Seed(1).generator("packets"))
}

#[test]
fn every_packet_is_read_as_it_was_written() {
    for codec in CODECS {
        for (key, len) in [(true, 5_000), (true, 300), (false, 4_000), (false, 500)] {
            let packets = packetizer(codec).packets(&frame(key, len));

            for (packet, part) in packets.iter().zip(0..) {
                let (claim, rest) = read(codec, &packet.payload, packet.descriptor.as_deref()).unwrap();
                let stamp = Stamp::read(rest).unwrap();
                assert_eq!((stamp.part, stamp.parts), (part, packets.len() as u16), "{codec:?}");
                assert_eq!(claim.starts, part == 0, "{codec:?}");
                assert_eq!(claim.is_key(), key && part == 0, "{codec:?}");
            }
        }
    }
}

#[test]
fn numbers_go_on_by_one_from_frame_to_frame() {
    for codec in [Codec::Vp8, Codec::Vp9, Codec::Av1] {
        let mut packetizer = packetizer(codec);
        let mut number = || {
            let packets = packetizer.packets(&frame(false, 100));
            read(codec, &packets[0].payload, packets[0].descriptor.as_deref()).unwrap().0.number.unwrap()
        };

        assert_eq!(number().next(), number(), "{codec:?}");
    }
}

#[test]
fn the_server_reads_keyframes_and_their_sizes() {
    let first = |codec| packetizer(codec).packets(&frame(true, 3_000)).swap_remove(0).payload;
    let size = Some(PictureSize { width: 1280, height: 720 });

    assert!(wire_h264::is_keyframe_start(&first(Codec::H264)));
    assert_eq!(wire_h264::picture_size(&first(Codec::H264)), size);
    assert!(wire_vp9::is_keyframe_start(&first(Codec::Vp9)));
    assert_eq!(wire_vp9::picture_size(&first(Codec::Vp9)), size);
    assert!(wire_av1::is_keyframe_start(&first(Codec::Av1)));
    assert_eq!(wire_av1::picture_size(&first(Codec::Av1)), size);
}

#[test]
fn templates_are_found_by_ids_that_wrap() {
    let templates = av1::Templates::new(63, &[0, 1]);

    assert_eq!(templates.diff(63), Some(0));
    assert_eq!(templates.diff(0), Some(1));
    assert_eq!(templates.diff(1), None);
}
