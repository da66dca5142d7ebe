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
fn the_last_sixteen_are_remembered_and_no_more() {
    let mut transactions = Transactions::default();
    for number in 0..=16 {
        assert_eq!(transactions.note(transaction(number), tuple(1)), Seen::Never);
    }

    assert_eq!(transactions.note(transaction(1), tuple(2)), Seen::Elsewhere, "the sixteenth from the end");
    assert_eq!(transactions.note(transaction(0), tuple(2)), Seen::Never, "the seventeenth");
    assert_eq!(transactions.last.len(), REMEMBERED);
}
