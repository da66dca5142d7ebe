use switchyard_control::notice::Notice;
use switchyard_vocab::ids::SessionId;

use super::*;

fn kilobytes(kilobytes: usize) -> Addressed {
    let notice = Notice::Kicked { message: Some("x".repeat(kilobytes * 1024)) };
    Addressed { session: SessionId(1), in_reply_to: None, notice, at_fault: None }
}

#[tokio::test]
async fn no_more_waits_than_its_bytes_allow_however_few_they_are() {
    let (waiting, mut notices) = queue(1_000);

    let accepted = (0..100).take_while(|_| waiting.push(kilobytes(1_000)).is_ok()).count();
    assert_eq!((accepted, waiting.len()), (8, 8));

    notices.recv().await.expect("one waits");
    assert_eq!(waiting.push(kilobytes(1_000)), Ok(()));
    assert_eq!(waiting.push(kilobytes(1_000)), Err(NotQueued::Full));
}

#[tokio::test]
async fn a_single_notice_may_be_of_any_length_and_nothing_follows_until_it_is_read() {
    let (waiting, mut notices) = queue(1_000);

    assert_eq!(waiting.push(kilobytes(20_000)), Ok(()));
    assert_eq!(waiting.push(kilobytes(1)), Err(NotQueued::Full));
    notices.recv().await.expect("it waits");
    assert_eq!(waiting.push(kilobytes(1)), Ok(()));
}
