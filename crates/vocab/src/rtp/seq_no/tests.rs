use super::*;

#[test]
fn a_sequence_number_is_newer_across_the_wrap() {
    assert!(SeqNo(0).is_newer_than(SeqNo(65_535)));
    assert!(!SeqNo(65_535).is_newer_than(SeqNo(0)));
}

#[test]
fn no_number_is_newer_than_itself() {
    assert!(!SeqNo(7).is_newer_than(SeqNo(7)));
}

#[test]
fn extended_numbers_keep_rising_across_the_wrap() {
    let mut extender = SeqNoExtender::default();

    let before = extender.extend(SeqNo(65_534));
    let after = extender.extend(SeqNo(1));

    assert_eq!(after.since(before), 3);
    assert_eq!(after.on_wire(), SeqNo(1));
}

#[test]
fn a_late_packet_gets_its_old_place_and_does_not_move_the_highest() {
    let mut extender = SeqNoExtender::default();

    let first = extender.extend(SeqNo(2));
    let late = extender.extend(SeqNo(65_530));

    assert!(late < first);
    assert_eq!(extender.highest(), Some(first));
}
