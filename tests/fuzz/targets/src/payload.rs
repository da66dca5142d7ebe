//! Fronts of payloads, codec by codec.

use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::rtp::PayloadType;
use switchyard_wire::payload::nal::{MAX_PARAMETER_SET_LEN, MAX_PARAMETER_SETS, MAX_UNITS, ParameterSets};
use switchyard_wire::payload::red::{MAX_REDUNDANT, Red};
use switchyard_wire::payload::{av1, h264, h265, red, vp8, vp9};

use crate::input::Input;

/// Longest aggregate of all parameter sets that are kept.
const MAX_AGGREGATE: usize = 2 + MAX_PARAMETER_SETS * (2 + MAX_PARAMETER_SET_LEN);

/// The first byte names the codec, the rest is a payload.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let codec = input.u8();
    let payload = input.rest();
    match codec % 6 {
        0 => of_vp8(payload),
        1 => of_vp9(payload),
        2 => of_h264(payload),
        3 => of_h265(payload),
        4 => of_av1(payload),
        _ => of_red(payload),
    }
}

fn of_vp8(payload: &[u8]) {
    let is_keyframe = vp8::is_keyframe_start(payload);
    let size = vp8::picture_size(payload);
    let Ok(descriptor) = vp8::Descriptor::parse(payload) else {
        assert!(!is_keyframe);
        return;
    };
    assert!(descriptor.len <= payload.len());
    assert!(size.is_none() || is_keyframe);
    let numbers = vp8::Numbers { picture_id: 0x7fff, tl0_picture_index: 9, key_index: 31 };
    let mut out = [0; 8];
    let len = descriptor.write(&numbers, &mut out).expect("there is room");
    assert!(len <= descriptor.len + vp8::MAX_GROWTH);
    let again = vp8::Descriptor::parse(&out).expect("what we write can be read");
    assert_eq!(again.len, len);
    assert_eq!(
        (again.is_frame_start(), again.temporal, again.layer_sync, again.picture_id.is_some()),
        (
            descriptor.is_frame_start(),
            descriptor.temporal,
            descriptor.layer_sync,
            descriptor.picture_id.is_some()
        )
    );
}

fn of_vp9(payload: &[u8]) {
    let is_keyframe = vp9::is_keyframe_start(payload);
    vp9::picture_size(payload);
    let Ok(descriptor) = vp9::Descriptor::parse(payload) else {
        assert!(!is_keyframe);
        return;
    };
    assert!(descriptor.len <= payload.len());
    assert!(descriptor.references.as_slice().len() <= 3);
    if let Some(structure) = descriptor.structure(payload) {
        assert!(structure.spatial_layers() <= 8);
        for layer in 0..=255 {
            structure.size(SpatialLayer(layer));
        }
        assert!(structure.group().into_iter().flatten().count() <= 255);
    }
    let mut renumbered = payload.to_vec();
    let numbers = vp9::Numbers { picture_id: 0x7fff, tl0_picture_index: 9 };
    descriptor.renumber(&numbers, &mut renumbered).expect("it is as long");
    let again = vp9::Descriptor::parse(&renumbered).expect("what we write can be read");
    assert_eq!(again.len, descriptor.len);
    assert_eq!(
        (again.layer, again.frame_start, again.frame_end),
        (descriptor.layer, descriptor.frame_start, descriptor.frame_end)
    );
}

fn of_h264(payload: &[u8]) {
    let facts = h264::facts(payload);
    h264::picture_size(payload);
    assert!(facts.is_ok() || !h264::is_keyframe_start(payload));
    assert!(h264::units(payload).into_iter().flatten().count() <= MAX_UNITS);
    let mut sets = ParameterSets::default();
    h264::collect(payload, &mut sets);
    let mut out = [0; MAX_AGGREGATE];
    let len = h264::write_stap_a(&sets, &mut out).expect("there is room");
    let mut again = ParameterSets::default();
    h264::collect(&out[..len], &mut again);
    assert_eq!(again.iter().count(), sets.iter().count());
}

fn of_h265(payload: &[u8]) {
    let facts = h265::facts(payload);
    h265::picture_size(payload);
    assert!(facts.is_ok() || !h265::is_keyframe_start(payload));
    assert!(h265::units(payload).into_iter().flatten().count() <= MAX_UNITS);
    let mut sets = ParameterSets::default();
    h265::collect(payload, &mut sets);
    let mut out = [0; MAX_AGGREGATE];
    let len = h265::write_aggregate(&sets, &mut out).expect("there is room");
    let mut again = ParameterSets::default();
    h265::collect(&out[..len], &mut again);
    assert_eq!(again.iter().count(), sets.iter().count());
}

fn of_av1(payload: &[u8]) {
    let facts = av1::facts(payload);
    av1::picture_size(payload);
    assert!(facts.is_ok() || !av1::is_keyframe_start(payload));
    let Ok(elements) = av1::elements(payload) else { return };
    let mut count = 0;
    for element in elements {
        count += 1;
        assert!(element.bytes.len() <= payload.len());
        element.layers();
    }
    assert!(count <= av1::MAX_ELEMENTS);
}

fn of_red(payload: &[u8]) {
    let Ok(read) = Red::parse(payload) else { return };
    let blocks: Vec<_> = read.redundant().collect();
    assert!(blocks.len() <= MAX_REDUNDANT);
    let all = blocks.iter().map(|block| block.data.len()).sum::<usize>() + read.primary().len();
    assert_eq!(all + 4 * blocks.len() + 1, payload.len());
    let mut renamed = payload.to_vec();
    red::rename(&mut renamed, |_| Some(PayloadType(63))).expect("it was read");
    let again = Red::parse(&renamed).expect("what we write can be read");
    assert_eq!((again.primary(), again.primary_type()), (read.primary(), PayloadType(63)));
    assert!(again.redundant().all(|block| block.payload_type == PayloadType(63)));
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let hex = |codec: u8, digits: &str| {
        let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap_or("0"), 16).unwrap_or(0);
        std::iter::once(codec).chain(digits.chunks(2).map(byte)).collect::<Vec<u8>>()
    };
    vec![
        // VP8: short and long descriptors before a keyframe of 640 by 360, and a delta frame.
        hex(0, "10 50 42 00 9d 01 2a 80 02 68 01"),
        hex(0, "90 f0 81 23 07 65 50 42 00 9d 01 2a 80 02 68 01"),
        hex(0, "90 80 12 51 00 00"),
        // VP9: flexible with references, and a structure of three layers with a group.
        hex(1, "bd 92 34 24 05 03 82 49 83 42"),
        hex(1, "8a 81 23 08 58 01 40 00 b4 02 80 01 68 05 00 02 d0 82 49 83 42 00"),
        hex(1, "ab 92 34 20 07 38 02 01 08 41 0c 49 83 42 00 77 f0"),
        // H.264: STAP-A of SPS and PPS with an IDR slice, fragments, a single slice.
        hex(
            2,
            "78 00 0f 67 42 c0 1f 8c 8d 40 50 17 fc b0 0f 08 84 6a 00 04 68 ce 3c 80 00 05 65 88 84 00 10",
        ),
        hex(2, "7c 85 88 84 00 10 ff"),
        hex(2, "41 9a 02 04"),
        // H.265: aggregate of VPS, SPS and PPS; a fragment; a single unit.
        hex(
            3,
            "60 01 00 18 40 01 0c 01 ff ff 01 60 00 00 03 00 b0 00 00 03 00 00 03 00 5d ac 59 00 \
                00 1e 42 01 01 01 60 00 00 03 00 b0 00 00 03 00 00 03 00 5d a0 02 80 80 2d 16 59 59 a4 93 2b 9a \
                00 07 44 01 c1 72 b4 62 40",
        ),
        hex(3, "62 01 93 af 00"),
        hex(3, "26 01 af 00"),
        // AV1: a new sequence with its header and a frame, three counted elements, a continuation.
        hex(4, "18 0b 0a 09 00 00 00 02 af ff 9b 5f 30 32 10 00"),
        hex(4, "30 02 12 00 03 36 00 01 32 10 22 33"),
        hex(4, "90 10 11 12 13"),
        // RED: nothing redundant, two blocks.
        hex(5, "6f 01 02 03"),
        hex(5, "ef 0f 00 03 ef 07 80 02 6f 01 02 03 04 05 06 07"),
    ]
}
