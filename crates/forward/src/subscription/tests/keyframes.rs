//! What subscribers ask for.

use super::*;

#[test]
fn a_keyframe_request_that_crossed_a_keyframe_is_ignored() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    call.push_all(0, &source.frame(0, true, 1));

    assert_eq!(call.subscription.handle_pli(at(60), RTT), KeyframeOutcome::Served);
    assert_eq!(call.subscription.handle_pli(at(160), RTT), KeyframeOutcome::Ask(EncodingIndex(1)));
    assert_eq!(call.subscription.handle_pli(at(170), RTT), KeyframeOutcome::Served, "asked for already");
}

#[test]
fn a_repeated_fir_is_one_request() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    call.push_all(0, &source.frame(0, true, 1));

    assert_eq!(call.subscription.handle_fir(at(2_000), 4, RTT), KeyframeOutcome::Ask(EncodingIndex(1)));
    assert_eq!(call.subscription.handle_fir(at(4_000), 4, RTT), KeyframeOutcome::Served);
    assert_eq!(call.subscription.handle_fir(at(6_000), 5, RTT), KeyframeOutcome::Ask(EncodingIndex(1)));
}

#[test]
fn a_subscriber_that_asks_too_often_gets_its_keyframe_when_the_budget_has_room() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    call.push_all(0, &source.frame(0, true, 1));
    for now in [1_000, 1_500, 2_000] {
        assert_eq!(call.subscription.handle_pli(at(now), RTT), KeyframeOutcome::Ask(EncodingIndex(1)));
        call.push_all(now + 50, &source.frame(now + 50, true, 1));
    }

    assert_eq!(call.subscription.handle_pli(at(2_500), RTT), KeyframeOutcome::Suppressed);

    let mut poll =
        |now| call.subscription.poll_keyframe(at(now), RTT, call.publication.layers()).map(|of| of.0);
    let asked: Vec<_> = (2_500..20_000).filter_map(|now| poll(now).map(|of| (now, of))).collect();
    assert_eq!(asked, [(4_000, 1)]);
}
