use std::time::Duration;

use switchyard_vocab::codec::MediaKind;

use super::*;

fn stamp(encoding: u8, count: u64) -> Stamp {
    let source = Source { publisher: 1, kind: MediaKind::Video, encoding };
    Stamp { source, count, sent: Duration::ZERO }
}

/// Enters packets of encoding 0: (sequence number, count).
fn ledger_of(packets: &[(u16, u64)]) -> StreamLedger {
    let mut ledger = StreamLedger::default();
    for &(seq, count) in packets {
        ledger.enter(SeqNo(seq), Some(&stamp(0, count)));
    }
    ledger
}

#[test]
fn what_comes_once_and_in_order_is_faultless_even_across_the_wrap() {
    let ledger = ledger_of(&[(65534, 70), (65535, 71), (0, 72), (1, 73)]);

    assert_eq!(ledger.account(|_| Some(74)), Account { received: 4, ..Account::default() });
}

#[test]
fn a_packet_that_the_server_never_numbered_is_lost_all_the_same() {
    let ledger = ledger_of(&[(10, 0), (11, 1), (12, 3)]);

    assert_eq!(ledger.account(|_| None), Account { received: 3, lost: 1, ..Account::default() });
}

#[test]
fn a_gap_in_both_numberings_counts_once() {
    let ledger = ledger_of(&[(10, 0), (12, 2)]);

    assert_eq!(ledger.account(|_| None).lost, 1);
}

#[test]
fn what_is_lost_at_the_very_end_is_lost() {
    let ledger = ledger_of(&[(10, 0), (11, 1)]);

    assert_eq!(ledger.account(|_| Some(5)).lost, 3);
}

#[test]
fn doubles_and_stragglers_are_told_apart() {
    let ledger = ledger_of(&[(10, 0), (12, 2), (11, 1), (12, 2), (12, 2)]);

    let expected = Account { received: 3, duplicated: 2, reordered: 1, ..Account::default() };
    assert_eq!(ledger.account(|_| Some(3)), expected);
}

#[test]
fn a_change_of_the_encoding_begins_a_new_run() {
    let mut ledger = ledger_of(&[(10, 500), (11, 501)]);

    ledger.enter(SeqNo(12), Some(&stamp(2, 90)));
    ledger.enter(SeqNo(13), Some(&stamp(2, 91)));
    ledger.enter(SeqNo(14), Some(&stamp(0, 700)));

    let expected = Account { received: 5, switches: 2, ..Account::default() };
    assert_eq!(ledger.account(|_| Some(701)), expected);
}

#[test]
fn padding_takes_a_number_and_is_no_media() {
    let mut ledger = ledger_of(&[(10, 0)]);

    ledger.enter(SeqNo(11), None);
    ledger.enter(SeqNo(12), Some(&stamp(0, 1)));

    assert_eq!(ledger.account(|_| Some(2)), Account { received: 2, ..Account::default() });
}

#[test]
fn a_retransmission_fills_its_gap() {
    let mut ledger = ledger_of(&[(10, 0), (11, 1), (12, 3)]);

    ledger.enter_resent(&stamp(0, 2));

    assert_eq!(ledger.account(|_| Some(4)).received, 4);
    assert_eq!(ledger.account(|_| Some(4)).lost, 0);
}

#[test]
fn a_long_silence_is_counted_and_not_walked() {
    let mut sequence = Sequence::default();
    sequence.enter(0);

    assert_eq!(sequence.enter(1 << 40), Entered::Newest);
    assert_eq!(sequence.lost(), (1 << 40) - 1);
    assert_eq!(sequence.enter(5), Entered::Again);
}
