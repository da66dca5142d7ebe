use super::*;
use crate::testing::tuple;

const fn transaction(number: u8) -> TransactionId {
    TransactionId([number; 12])
}

#[test]
fn a_request_is_known_again_by_the_path_it_came_on() {
    let mut transactions = Transactions::default();

    assert_eq!(transactions.note(transaction(1), tuple(1)), Seen::Never);
    assert_eq!(transactions.note(transaction(1), tuple(1)), Seen::Here);
    assert_eq!(transactions.note(transaction(1), tuple(2)), Seen::Elsewhere);
    assert_eq!(transactions.note(transaction(2), tuple(2)), Seen::Never);
}

#[test]
fn the_last_hundred_and_twenty_eight_are_remembered_and_no_more() {
    let mut transactions = Transactions::default();
    for number in 0..=128 {
        assert_eq!(transactions.note(transaction(number), tuple(1)), Seen::Never);
    }

    assert_eq!(transactions.note(transaction(1), tuple(2)), Seen::Elsewhere, "the last but 127");
    assert_eq!(transactions.note(transaction(0), tuple(2)), Seen::Never, "the one before it");
    assert_eq!(transactions.last.len(), REMEMBERED);
}

#[test]
fn requests_that_are_only_counted_up_are_told_apart() {
    let mut transactions = Transactions::default();
    for number in 0..100_u32 {
        let mut id = [0; 12];
        id[8..].copy_from_slice(&number.to_be_bytes());
        assert_eq!(transactions.note(TransactionId(id), tuple(1)), Seen::Never, "{number}");
    }
}
