use proptest::prelude::*;
use switchyard_vocab::layer::{PictureSize, SpatialLayer, TemporalLayer};
use switchyard_vocab::rtp::ExtSeqNo;

use super::*;
use crate::NoRoom;

/// L1T3 of the specification (A.10.2.1), with ids from 10 and one size; template 0, frame 100.
const L1T3_KEYFRAME: &str = "
    11 001010 0000000001100100 10000
    001010 00010 00 01 01 00 11
    101010 101010 100100 010000 010000
    0 100110 100010 100000 100000
    01 0000 0100 0010 0001 0011
    1 0000001001111111 0000000101100111";

/// Bytes of zeros and ones, spaces left out and the last byte filled with zeros.
fn bytes(bits: &str) -> Vec<u8> {
    let bits: Vec<u8> = bits.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let byte = |chunk: &[u8]| chunk.iter().enumerate().fold(0, |byte, (at, bit)| byte | (bit << (7 - at)));
    bits.chunks(8).map(byte).collect()
}

fn seq(number: u64) -> ExtSeqNo {
    ExtSeqNo(number)
}

/// A reader that has seen the keyframe above in packet 1000.
fn started() -> Reader {
    let mut reader = Reader::default();
    reader.read(seq(1000), &bytes(L1T3_KEYFRAME)).unwrap();
    reader
}

fn dtis(descriptor: &Descriptor) -> Vec<Dti> {
    descriptor.dtis.iter().collect()
}

#[test]
fn a_keyframe_brings_its_structure() {
    let mut reader = Reader::default();

    let keyframe = reader.read(seq(1000), &bytes(L1T3_KEYFRAME)).unwrap();

    assert!(keyframe.has_structure && keyframe.mandatory.frame_start && keyframe.mandatory.frame_end);
    assert_eq!(keyframe.mandatory.frame_number, 100);
    assert_eq!(dtis(&keyframe), [Dti::Switch; 3]);
    assert_eq!(keyframe.frame_diffs.as_slice(), []);
    assert_eq!(keyframe.chain_diffs.as_slice(), [0]);
    let size = Some(PictureSize { width: 640, height: 360 });
    assert_eq!((keyframe.size, keyframe.active_targets), (size, None));
    assert_eq!(reader.active_targets(), Some(0b111));
    let structure = reader.structure().unwrap();
    assert_eq!((structure.target_count(), structure.chain_count()), (3, 1));
    assert_eq!(structure.templates().len(), 5);
    assert_eq!(structure.first_template_id(), 10);
    assert_eq!((structure.size(SpatialLayer(0)), structure.size(SpatialLayer(1))), (size, None));
    assert_eq!(
        (0..4).map(|target| structure.chain_of(target)).collect::<Vec<_>>(),
        [Some(0), Some(0), Some(0), None]
    );
    let temporal: Vec<_> = (0..3).map(|target| structure.layers_of(target).1.0).collect();
    assert_eq!(temporal, [2, 1, 0]);
}

#[test]
fn three_bytes_are_enough_for_a_frame_that_follows_its_template() {
    let frame = started().read(seq(1001), &bytes("10 001101 0000000001100101")).unwrap();

    assert!(frame.mandatory.frame_start && !frame.mandatory.frame_end && !frame.has_structure);
    assert_eq!((frame.template_index, frame.temporal), (3, TemporalLayer(2)));
    assert_eq!(dtis(&frame), [Dti::Discardable, Dti::NotPresent, Dti::NotPresent]);
    assert_eq!((frame.dtis.present(), frame.dtis.get(7)), (0b001, Dti::NotPresent));
    assert_eq!(frame.frame_diffs.as_slice(), [1]);
    assert_eq!(frame.chain_diffs.as_slice(), [1]);
    assert!(frame.continues_chain(0, Some(100)));
    assert!(!frame.continues_chain(0, Some(99)) && !frame.continues_chain(0, None));
    assert!(!frame.continues_chain(1, Some(100)));
}

#[test]
fn a_chain_is_followed_across_the_wrap() {
    let frame = started().read(seq(1001), &bytes("10 001011 0000000000000001")).unwrap();

    assert_eq!(frame.chain_diffs.as_slice(), [4]);
    assert!(frame.continues_chain(0, Some(0xfffd)));
}

#[test]
fn a_frame_may_depart_from_its_template() {
    // Targets 0 and 1, other indications, references 1, 17 and 4096 back, the chain 200 back.
    let custom = bytes(
        "11 001100 0000000001100110 01111 110 110001
         01 0000 10 00010000 11 111111111111 00 11001000",
    );
    let mut reader = started();

    let frame = reader.read(seq(1001), &custom).unwrap();

    assert_eq!(dtis(&frame), [Dti::Required, Dti::NotPresent, Dti::Discardable]);
    assert_eq!(frame.frame_diffs.as_slice(), [1, 17, 4096]);
    assert_eq!(frame.chain_diffs.as_slice(), [200]);
    assert_eq!((frame.active_targets, reader.active_targets()), (Some(0b110), Some(0b110)));
}

#[test]
fn without_its_structure_nothing_but_the_front_is_read() {
    let frame = bytes("10 001101 0000000001100101");

    assert_eq!(Reader::default().read(seq(1), &frame), Err(DescriptorError::NoStructure));
    let front = Mandatory { frame_start: true, frame_end: false, template_id: 13, frame_number: 101 };
    assert_eq!(Mandatory::parse(&frame), Some(front));
    assert_eq!(front.bytes(), frame[..]);
    assert_eq!(Mandatory::parse(&frame[..2]), None);
}

#[test]
fn a_template_that_there_is_not_is_named() {
    for id in [9_u8, 15, 63] {
        let frame = [0x80 | id, 0, 101];
        let unknown = DescriptorError::UnknownTemplate { id, first: 10, count: 5 };
        assert_eq!(started().read(seq(1001), &frame), Err(unknown));
    }
}

#[test]
fn template_ids_wrap() {
    let wrapping = L1T3_KEYFRAME.replacen("001010", "111110", 2);
    let mut reader = Reader::default();
    reader.read(seq(1), &bytes(&wrapping)).unwrap();

    let frame = reader.read(seq(2), &bytes("10 000001 0000000001100101")).unwrap();

    assert_eq!(frame.template_index, 3);
}

#[test]
fn what_is_older_than_the_structure_neither_replaces_it_nor_is_read_with_it() {
    let mut reader = started();
    let older = bytes(&L1T3_KEYFRAME.replacen("001010", "111110", 2));

    assert!(reader.read(seq(999), &older).unwrap().has_structure);
    assert_eq!(reader.structure().unwrap().first_template_id(), 10);
    let late = reader.read(seq(999), &bytes("10 001101 0000000001100011"));
    assert_eq!(late, Err(DescriptorError::OlderThanStructure));

    assert!(reader.read(seq(1001), &older).unwrap().has_structure);
    assert_eq!(reader.structure().unwrap().first_template_id(), 62);
    reader.reset();
    assert_eq!((reader.structure(), reader.active_targets()), (None, None));
}

#[test]
fn of_two_lists_of_active_targets_the_newer_packet_counts() {
    let mut reader = started();
    let with = |targets| bytes(&format!("10 001011 0000000001100101 01000 {targets}"));

    reader.read(seq(1005), &with("001")).unwrap();
    reader.read(seq(1003), &with("011")).unwrap();

    assert_eq!(reader.active_targets(), Some(0b001));
}

#[test]
fn a_cut_descriptor_changes_nothing() {
    let keyframe = bytes(L1T3_KEYFRAME);
    for len in 0..keyframe.len() {
        let mut reader = Reader::default();
        assert!(reader.read(seq(1), &keyframe[..len]).is_err(), "{len}");
        assert!(reader.structure().is_none());
    }
    assert_eq!(started().read(seq(1001), &[0; MAX_LEN + 1]), Err(DescriptorError::TooShort(256)));
}

#[test]
fn structures_beyond_the_bounds_are_refused() {
    let front = "11 000000 0000000000000000 10000 000000 00000";
    let read = |bits: String| Reader::default().read(seq(1), &bytes(&bits)).unwrap_err();

    assert_eq!(read(format!("{front} {}", "00".repeat(64))), DescriptorError::TooManyTemplates);
    assert_eq!(read(format!("{front} {} 11", "01".repeat(8))), DescriptorError::TooManyLayers);
    assert_eq!(read(format!("{front} {} 11", "10".repeat(4))), DescriptorError::TooManyLayers);
    let diffs = "10000".repeat(17);
    assert_eq!(read(format!("{front} 11 10 {diffs}")), DescriptorError::TooManyFrameDiffs);
    let mut reader = started();
    let frame = bytes(&format!("10 001011 0000000001100101 00010 {}", "010000".repeat(17)));
    assert_eq!(reader.read(seq(1001), &frame), Err(DescriptorError::TooManyFrameDiffs));
}

#[test]
fn a_forwarded_frame_has_the_numbers_its_receiver_knows() {
    let mut reader = started();
    let frame = reader.read(seq(1001), &bytes("10 001101 0000000001100101")).unwrap();
    let structure = reader.structure().unwrap();
    let mut out = [0xff; 8];

    let plain =
        Rewrite { frame_number: 0x1234, first_template_id: 62, ..Rewrite::same_as(&frame, structure) };
    assert_eq!(frame.write(structure, &plain, &mut out), Ok(3));
    assert_eq!(out[..3], bytes("10 000001 0001001000110100"));

    let limited = Rewrite { active_targets: Some(0b110), ..plain };
    assert_eq!(frame.write(structure, &limited, &mut out), Ok(4));
    assert_eq!(out[..4], bytes("10 000001 0001001000110100 01000 110"));
    assert_eq!(frame.write(structure, &limited, &mut out[..3]), Err(NoRoom));
    let foreign = Descriptor { template_index: 5, ..frame };
    assert_eq!(foreign.write(structure, &plain, &mut out), Err(NoRoom));
}

#[test]
fn a_keyframe_is_written_as_it_was_read() {
    let source = bytes(L1T3_KEYFRAME);
    let mut reader = Reader::default();
    let keyframe = reader.read(seq(1), &source).unwrap();
    let structure = reader.structure().unwrap();
    let mut out = [0xff; MAX_LEN];

    let len = keyframe.write(structure, &Rewrite::same_as(&keyframe, structure), &mut out).unwrap();

    assert_eq!(out[..len], source);
}

/// Templates in an order that can be told, each layer either the same as the one before or the next.
fn any_layers() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec(0_u8..3, 0..8).prop_map(|steps| {
        let mut all = vec![(0, 0)];
        for step in steps {
            let &(spatial, temporal) = all.last().unwrap();
            let next = if step == 1 { (spatial, temporal + 1) } else { (spatial + step / 2, 0) };
            let stays = step == 0 || usize::from(next.0) == MAX_SPATIAL_LAYERS || next.1 == 8;
            all.push(if stays { (spatial, temporal) } else { next });
        }
        all
    })
}

prop_compose! {
    fn any_structure()(layers in any_layers(), targets in 1_u8..=32)(
        lists in prop::collection::vec(
            (prop::collection::vec(0_u8..4, 32), prop::collection::vec(1_u16..=16, 0..4), prop::array::uniform32(0_u8..16)),
            layers.len(),
        ),
        chains in 0..=targets,
        protected_by in prop::array::uniform32(0_u8..32),
        sizes in prop::option::of(prop::array::uniform4((1_u16.., 1_u16..))),
        first_id in 0_u8..64,
        layers in Just(layers),
        targets in Just(targets),
    ) -> Structure {
        let mut templates = [Template::default(); MAX_TEMPLATES];
        for ((template, (spatial, temporal)), (dtis, frames, chain_diffs)) in
            templates.iter_mut().zip(&layers).zip(lists)
        {
            (template.spatial, template.temporal) = (SpatialLayer(*spatial), TemporalLayer(*temporal));
            dtis.into_iter().take(usize::from(targets)).for_each(|dti| template.dtis.push(dti));
            frames.into_iter().for_each(|diff| template.frame_diffs.push(diff).unwrap());
            chain_diffs.into_iter().take(usize::from(chains)).for_each(|diff| template.chain_diffs.push(diff));
        }
        let mut structure = Structure {
            first_id,
            targets,
            chains,
            protected_by: [0; MAX_TARGETS],
            templates,
            template_count: layers.len() as u8,
            sizes: None,
        };
        if chains > 0 {
            let of_targets = structure.protected_by.iter_mut().take(usize::from(targets));
            of_targets.zip(protected_by).for_each(|(chain, any)| *chain = any % chains);
        }
        let spatial_layers = usize::from(structure.highest_spatial().0) + 1;
        structure.sizes = sizes.map(|sizes| {
            let mut kept = [PictureSize::default(); MAX_SPATIAL_LAYERS];
            for (size, (width, height)) in kept.iter_mut().zip(sizes).take(spatial_layers) {
                *size = PictureSize { width, height };
            }
            kept
        });
        structure
    }
}

prop_compose! {
    /// A frame of that structure which departs from its template at random.
    fn any_descriptor(structure: Structure)(
        flags: [bool; 5],
        frame_number: u16,
        index in 0..structure.template_count,
        dtis in prop::collection::vec(0_u8..4, usize::from(structure.targets)),
        frames in prop::collection::vec(1_u16..=4096, 0..=MAX_FRAME_DIFFS),
        chains in prop::collection::vec(any::<u8>(), usize::from(structure.chains)),
        active: Option<u32>,
    ) -> Descriptor {
        let template = structure.templates[usize::from(index)];
        let mut own = Template::default();
        dtis.iter().for_each(|&dti| own.dtis.push(dti));
        frames.iter().for_each(|&diff| own.frame_diffs.push(diff).unwrap());
        chains.iter().for_each(|&diff| own.chain_diffs.push(diff));
        let [frame_start, frame_end, has_dtis, has_frames, has_chains] = flags;
        let template_id = (structure.first_id + index) % 64;
        Descriptor {
            mandatory: Mandatory { frame_start, frame_end, template_id, frame_number },
            template_index: index,
            spatial: template.spatial,
            temporal: template.temporal,
            dtis: if has_dtis { own.dtis } else { template.dtis },
            frame_diffs: if has_frames { own.frame_diffs } else { template.frame_diffs },
            chain_diffs: if has_chains { own.chain_diffs } else { template.chain_diffs },
            size: structure.size(template.spatial),
            has_structure: false,
            active_targets: active.map(|active| active & structure.all_targets()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_written_is_read_again(
        (structure, keyframe, frame) in any_structure().prop_flat_map(|structure| {
            let descriptor = any_descriptor(structure.clone());
            (Just(structure.clone()), any_descriptor(structure), descriptor)
        }),
    ) {
        let keyframe = Descriptor { has_structure: true, ..keyframe };
        let mut reader = Reader::default();
        let mut out = [0xa5; 1024];

        let len = keyframe.write(&structure, &Rewrite::same_as(&keyframe, &structure), &mut out).unwrap();
        if len > MAX_LEN {
            return Ok(());
        }
        prop_assert_eq!(reader.read(seq(1), &out[..len]), Ok(keyframe));
        prop_assert_eq!(reader.structure(), Some(&structure));
        let said = keyframe.active_targets.unwrap_or_else(|| structure.all_targets());
        prop_assert_eq!(reader.active_targets(), Some(said));

        let len = frame.write(&structure, &Rewrite::same_as(&frame, &structure), &mut out).unwrap();
        prop_assert_eq!(reader.read(seq(2), &out[..len]), Ok(frame));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        mut keyframe in prop::collection::vec(any::<u8>(), 0..=MAX_LEN),
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8),
    ) {
        if let Some(flags) = keyframe.get_mut(3) {
            *flags |= 0x80;
        }
        let mut reader = started();
        let _ = reader.read(seq(1001), &keyframe);
        let mut out = [0; 1024];
        for frame in frames {
            let Ok(read) = reader.read(seq(1002), &frame) else { continue };
            let structure = reader.structure().unwrap();
            let _ = read.write(structure, &Rewrite::same_as(&read, structure), &mut out);
        }
    }
}
