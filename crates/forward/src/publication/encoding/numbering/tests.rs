use proptest::prelude::*;

use super::*;

fn numbering_at(seq: u16) -> Numbering {
    let mut numbering = Numbering::default();
    numbering.handle(SeqNo(seq)).unwrap();
    numbering
}

#[test]
fn numbers_go_on_across_the_wrap() {
    let mut numbering = numbering_at(65_535);

    let next = numbering.handle(SeqNo(0)).unwrap();

    assert_eq!((next.seq, next.skipped, next.newest), (ExtSeqNo(0x2_0000), 0, true));
}

#[test]
fn a_gap_counts_what_is_missing_and_a_late_packet_fills_it() {
    let mut numbering = numbering_at(10);

    let after = numbering.handle(SeqNo(14)).unwrap();
    let late = numbering.handle(SeqNo(12)).unwrap();

    assert_eq!(after.skipped, 3);
    assert_eq!((late.seq, late.newest), (ExtSeqNo(0x1_000c), false));
    assert_eq!(numbering.handle(SeqNo(12)), Err(DropReason::Duplicate));
    assert_eq!(numbering.handle(SeqNo(14)), Err(DropReason::Duplicate));
}

#[test]
fn one_far_jump_is_a_stray_and_two_in_a_row_are_a_restart() {
    let mut numbering = numbering_at(10);

    assert_eq!(numbering.handle(SeqNo(20_000)), Err(DropReason::TooOld));
    assert_eq!(numbering.handle(SeqNo(11)).unwrap().seq, ExtSeqNo(0x1_000b));
    assert_eq!(numbering.handle(SeqNo(40_000)), Err(DropReason::TooOld));
    let restart = numbering.handle(SeqNo(40_001)).unwrap();

    assert!(restart.restarted);
    assert_eq!(restart.seq.on_wire(), SeqNo(40_001));
    assert_eq!(incarnation(restart.seq), 1);
}

#[test]
fn an_expected_restart_takes_the_first_packet_whatever_its_number() {
    let mut numbering = numbering_at(10);

    numbering.expect_restart();
    let restart = numbering.handle(SeqNo(11)).unwrap();

    assert!(restart.restarted && restart.newest);
    assert!(restart.seq > ExtSeqNo(1 << 32));
}

#[test]
fn a_retransmission_never_restarts_the_source() {
    let mut numbering = numbering_at(10);

    assert_eq!(numbering.handle_repair(SeqNo(30_000)), Err(DropReason::TooOld));
    assert_eq!(numbering.handle_repair(SeqNo(30_001)), Err(DropReason::TooOld));
    assert_eq!(numbering.handle_repair(SeqNo(12)).unwrap().skipped, 1);
}

proptest! {
    #[test]
    fn any_numbers_whatsoever_are_survived_and_none_is_given_twice(seqs in prop::collection::vec(any::<u16>(), 0..400)) {
        let mut numbering = Numbering::default();
        let mut given = std::collections::BTreeSet::new();

        for seq in seqs {
            if let Ok(numbered) = numbering.handle(SeqNo(seq)) {
                prop_assert_eq!(numbered.seq.on_wire(), SeqNo(seq));
                prop_assert!(given.insert(numbered.seq));
            }
        }
    }
}
