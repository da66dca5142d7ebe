use super::*;
use crate::wake::Flag;

#[test]
fn values_arrive_in_order_and_a_full_lane_gives_them_back() {
    let (mut sender, mut receiver) = lane(2, Arc::new(Flag::default()));

    assert_eq!(sender.send(1), Ok(()));
    assert_eq!(sender.send(2), Ok(()));
    assert_eq!(sender.send(3), Err(Full(3)));

    assert_eq!(receiver.depth(), 2);
    assert_eq!(receiver.recv(), Some(1));
    assert_eq!(receiver.recv(), Some(2));
    assert_eq!(receiver.recv(), None);
}

#[test]
fn a_reader_is_woken_once_per_flush_and_not_without_news() {
    let flag = Arc::new(Flag::default());
    let (mut sender, _receiver) = lane(8, flag.clone());

    sender.flush();
    assert!(!flag.take());

    sender.send('a').unwrap();
    sender.send('b').unwrap();
    assert!(!flag.take());
    sender.flush();
    assert!(flag.take());
}

#[test]
fn what_was_sent_before_the_writer_went_is_still_read() {
    let (mut sender, mut receiver) = lane(2, Arc::new(Flag::default()));
    sender.send(1).unwrap();
    drop(sender);

    assert_eq!(receiver.recv(), Some(1));
    assert_eq!(receiver.recv(), None);
}
