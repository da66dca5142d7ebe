use super::{Ledger, Sequence};

fn account(numbers: &[u16]) -> Sequence {
    let mut ledger = Ledger::default();
    for &number in numbers {
        ledger.enter("video", 7, number, &[0; 40]);
    }
    ledger.streams.remove(&7).expect("entered").rtp
}

#[test]
fn an_unbroken_run_across_the_wrap_loses_nothing() {
    let sequence = account(&[65_534, 65_535, 0, 1]);

    assert_eq!((sequence.unique, sequence.lost(), sequence.reordered), (4, 0, 0));
}

#[test]
fn a_gap_is_lost_until_it_is_filled() {
    assert_eq!(account(&[10, 12]).lost(), 1);

    let filled = account(&[10, 12, 11]);
    assert_eq!((filled.lost(), filled.reordered), (0, 1));
}

#[test]
fn a_number_seen_twice_is_doubled() {
    assert_eq!(account(&[5, 6, 6, 5]).doubled, 2);
}

#[test]
fn a_number_before_the_first_one_belongs_to_the_run() {
    let sequence = account(&[0, 65_535, 1]);

    assert_eq!((sequence.unique, sequence.lost(), sequence.reordered), (3, 0, 1));
}

#[test]
fn each_stream_has_its_own_account() {
    let mut ledger = Ledger::default();
    ledger.enter("audio", 1, 100, &[]);
    ledger.enter("video", 2, 900, &[]);

    assert_eq!(ledger.packets(), 2);
    assert!(ledger.streams.values().all(|stream| stream.rtp.lost() == 0));
}
