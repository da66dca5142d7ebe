use std::time::Duration;

use super::*;

#[test]
fn a_long_text_weighs_as_much_as_it_is_long_wherever_it_stands() {
    let long = "x".repeat(100_000);
    let message = Message { number: 1, from: None, to: None, text: long.as_str().into(), at: Duration::ZERO };
    let notices = [
        Notice::Message(message),
        Notice::Kicked { message: Some(long.clone()) },
        Notice::Answer { sdp: long.clone(), publications: Vec::new() },
        Notice::RoomChanged {
            metadata: Some(long.as_str().into()),
            locked: false,
            codecs: Default::default(),
        },
    ];

    for notice in notices {
        let over = notice.weight() - long.len();

        assert!((1..1_000).contains(&over), "{over} {}", notice.weight());
    }
    assert!(Notice::Done.weight() < 1_000);
}
