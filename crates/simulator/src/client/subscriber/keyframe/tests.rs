use super::*;
use crate::clock::Clock;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn a_keyframe_is_asked_for_every_200_ms_until_the_first_frame() {
    let start = Clock::new().now();
    let mut watch = KeyframeWatch::default();
    watch.on_packet(start);

    assert!(!watch.take_due(start + ms(199)));
    assert!(watch.take_due(start + ms(200)));
    assert!(!watch.take_due(start + ms(399)));
    assert!(watch.take_due(start + ms(400)));

    watch.on_decoded(start + ms(450));
    assert!(!watch.take_due(start + ms(1_000)));
}

#[test]
fn a_stream_that_was_decodable_is_given_three_seconds() {
    let start = Clock::new().now();
    let mut watch = KeyframeWatch::default();
    watch.on_packet(start);
    watch.on_decoded(start);
    watch.on_packet(start + ms(2_900));

    assert!(!watch.take_due(start + ms(2_999)));
    assert!(watch.take_due(start + ms(3_000)));
}

#[test]
fn nobody_is_asked_while_nothing_arrives() {
    let start = Clock::new().now();
    let mut watch = KeyframeWatch::default();
    assert_eq!(watch.poll_timeout(start), None);

    watch.on_packet(start);
    watch.on_decoded(start);

    assert!(!watch.take_due(start + ms(6_000)));
    assert_eq!(watch.poll_timeout(start + ms(6_000)), None);

    watch.on_packet(start + ms(7_000));
    assert!(!watch.take_due(start + ms(7_001)), "it begins to wait anew");
}
