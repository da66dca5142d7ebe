use proptest::prelude::*;
use switchyard_vocab::layer::TemporalLayer;

use super::*;

fn descriptor(picture: PictureId, tl0: u8, key: u8) -> Descriptor {
    Descriptor {
        len: 6,
        non_reference: false,
        partition_start: true,
        partition: 0,
        picture_id: Some(picture),
        tl0_picture_index: Some(tl0),
        temporal: Some(TemporalLayer(0)),
        layer_sync: false,
        key_index: Some(key),
    }
}

fn long(picture: u16, tl0: u8, key: u8) -> Descriptor {
    descriptor(PictureId::Long(picture), tl0, key)
}

#[test]
fn counts_go_on_at_a_switch_across_every_wrap() {
    let mut map = Vp8Map::new();
    let before = map.begin(&long(32_766, 254, 30));
    let last = map.map(&long(32_767, 255, 31));

    let after = map.begin(&long(5, 77, 0));
    let then = map.map(&long(6, 78, 0));

    let pictures = [before, last, after, then].map(|numbers| numbers.picture_id);
    assert!(pictures.windows(2).all(|pair| pair[1] == (pair[0] + 1) & 0x7fff), "{pictures:?}");
    assert_eq!(after.tl0_picture_index, last.tl0_picture_index.wrapping_add(1));
    assert_eq!(after.key_index, (last.key_index + 1) & 0x1f);
    assert_eq!(then.tl0_picture_index, after.tl0_picture_index.wrapping_add(1));
    assert_eq!(then.key_index, after.key_index);
}

#[test]
fn a_late_picture_has_the_number_it_would_have_had() {
    let mut map = Vp8Map::new();
    let first = map.begin(&long(100, 0, 0));
    map.map(&long(103, 3, 0));

    assert_eq!(map.map(&long(101, 1, 0)).picture_id, first.picture_id + 1);
    assert_eq!(map.begin(&long(9, 0, 0)).picture_id, first.picture_id + 4);
}

#[test]
fn seven_bits_become_fifteen_across_their_wrap() {
    let mut map = Vp8Map::new();
    let first = map.begin(&descriptor(PictureId::Short(126), 0, 0));

    let ids: Vec<u16> = [127_u8, 0, 1, 2]
        .map(|id| map.map(&descriptor(PictureId::Short(id), 0, 0)).picture_id - first.picture_id)
        .to_vec();

    assert_eq!(ids, [1, 2, 3, 4]);
}

#[test]
fn a_source_without_numbers_disturbs_nothing() {
    let mut map = Vp8Map::new();
    let first = map.begin(&long(10, 20, 3));
    let bare = Descriptor { picture_id: None, tl0_picture_index: None, key_index: None, ..long(0, 0, 0) };
    map.begin(&bare);
    map.map(&bare);

    let again = map.begin(&long(900, 90, 9));

    assert_eq!(again.picture_id, first.picture_id + 1);
    assert_eq!(again.tl0_picture_index, first.tl0_picture_index + 1);
}

proptest! {
    #[test]
    fn within_a_segment_distances_are_kept(start: u16, begin: u16, steps in prop::collection::vec(0_u16..100, 1..50)) {
        let mut map = Vp8Map::new();
        map.begin(&long(begin & 0x7fff, 0, 0));
        let first = map.begin(&long(start & 0x7fff, 0, 0)).picture_id;

        let mut distance = 0_u16;
        for step in steps {
            distance += step;
            let out = map.map(&long(start.wrapping_add(distance) & 0x7fff, 0, 0)).picture_id;
            prop_assert_eq!(out, first.wrapping_add(distance) & 0x7fff);
        }
    }
}
