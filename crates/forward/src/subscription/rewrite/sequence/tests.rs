use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const ONE: EncodingIndex = EncodingIndex(1);
const TWO: EncodingIndex = EncodingIndex(2);

#[test]
fn the_first_number_lies_in_the_lower_half() {
    let mut map = SequenceMap::new(SeqNo(65_535));

    assert_eq!(map.begin(ONE, ExtSeqNo(99)).unwrap().on_wire(), SeqNo(32_767));
}

#[test]
fn a_switch_goes_on_without_a_gap() {
    let mut map = SequenceMap::new(SeqNo(10));
    let first = map.begin(ONE, ExtSeqNo(70_000)).unwrap();
    map.map(ONE, ExtSeqNo(70_003)).unwrap();

    assert_eq!(map.begin(TWO, ExtSeqNo(500_000)), Some(first.plus(4)));
    assert_eq!(map.map(ONE, ExtSeqNo(70_004)), None);
}

#[test]
fn a_loss_keeps_its_hole_and_a_late_packet_fills_it() {
    let mut map = SequenceMap::new(SeqNo(0));
    let first = map.begin(ONE, ExtSeqNo(70_000)).unwrap();

    assert_eq!(map.map(ONE, ExtSeqNo(70_002)), Some(first.plus(2)));
    assert_eq!(map.map(ONE, ExtSeqNo(70_001)), Some(first.plus(1)));
}

#[test]
fn an_omission_that_is_known_before_the_switch_is_released_counts_too() {
    let mut map = SequenceMap::new(SeqNo(0));
    map.begin(ONE, ExtSeqNo(70_000)).unwrap();
    map.omit(TWO, ExtSeqNo(80_001));

    let first = map.begin(TWO, ExtSeqNo(80_000)).unwrap();

    assert_eq!(map.map(TWO, ExtSeqNo(80_002)), Some(first.plus(1)));
    assert_eq!(map.map(TWO, ExtSeqNo(80_001)), None);
}

#[test]
fn what_lies_behind_many_omissions_is_dropped_rather_than_misplaced() {
    let mut map = SequenceMap::new(SeqNo(0));
    map.begin(ONE, ExtSeqNo(70_000)).unwrap();
    for seq in (70_002..71_000).step_by(2) {
        map.omit(ONE, ExtSeqNo(seq));
        map.map(ONE, ExtSeqNo(seq + 1)).unwrap();
    }

    assert_eq!(map.map(ONE, ExtSeqNo(70_001)), None);
}

/// What happens to one packet of the publisher.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Sent,
    Lost,
    Omitted,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![6 => Just(Fate::Sent), 1 => Just(Fate::Lost), 2 => Just(Fate::Omitted)]
}

proptest! {
    #[test]
    fn the_output_has_exactly_the_holes_of_the_input(
        fates in prop::collection::vec(fate(), 1..300),
        swaps in prop::collection::vec(0_usize..300, 0..20),
        start in 65_400_u64..65_600,
        switch_at in 1_usize..300,
    ) {
        let mut map = SequenceMap::new(SeqNo(32_700));
        let first = map.begin(ONE, ExtSeqNo(start)).unwrap();
        // In order of arrival: sent packets may change places, an omission becomes known before
        // anything behind it is released.
        let mut order: Vec<(u64, Fate)> =
            fates.iter().enumerate().map(|(n, &fate)| (start + 1 + n as u64, fate)).collect();
        for swap in swaps {
            if swap + 1 < order.len()
                && matches!((order[swap].1, order[swap + 1].1), (Fate::Sent, Fate::Sent))
            {
                order.swap(swap, swap + 1);
            }
        }
        let mut expected = BTreeMap::new();
        let mut next = first.plus(1);
        for (n, fate) in fates.iter().enumerate() {
            if !matches!(fate, Fate::Omitted) {
                expected.insert(start + 1 + n as u64, next);
                next = next.plus(1);
            }
        }

        let mut highest = first;
        for (n, (seq, fate)) in order.into_iter().enumerate() {
            match fate {
                Fate::Lost => {}
                Fate::Omitted => prop_assert!(map.omit(ONE, ExtSeqNo(seq))),
                Fate::Sent => {
                    let out = map.map(ONE, ExtSeqNo(seq)).unwrap();
                    prop_assert_eq!(out, expected[&seq]);
                    highest = highest.max(out);
                }
            }
            if n == switch_at {
                prop_assert_eq!(map.next(), highest.plus(1));
            }
        }

        prop_assert_eq!(map.begin(TWO, ExtSeqNo(7)), Some(highest.plus(1)));
    }

    #[test]
    fn any_calls_whatsoever_are_survived(calls in prop::collection::vec((0_u8..3, 0_u8..6, any::<u32>()), 0..500)) {
        let mut map = SequenceMap::new(SeqNo(0));

        for (call, encoding, seq) in calls {
            let (encoding, seq) = (EncodingIndex(encoding), ExtSeqNo(u64::from(seq) << (seq % 3)));
            match call {
                0 => drop(map.begin(encoding, seq)),
                1 => drop(map.map(encoding, seq)),
                _ => drop(map.omit(encoding, seq)),
            }
        }
    }
}
