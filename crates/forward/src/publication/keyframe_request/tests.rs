use super::*;
use crate::testing::at;

#[test]
fn ten_impatient_subscribers_cause_one_request() {
    let mut request = KeyframeRequest::default();

    let asked = (0..10).filter(|&n| request.handle_input(at(n * 20), Input::Needed).is_some()).count();

    assert_eq!(asked, 1);
}

#[test]
fn an_unanswered_request_is_repeated_and_then_given_up() {
    let mut request = KeyframeRequest::default();
    let _ = request.handle_input(at(0), Input::Needed);

    let outputs: Vec<_> = (1..20_000).filter_map(|now| request.handle_input(at(now), Input::Tick)).collect();

    assert_eq!(outputs.len(), usize::from(MAX_ATTEMPTS));
    assert_eq!(outputs.last(), Some(&Output::GiveUp));
}

#[test]
fn an_answer_ends_it() {
    let mut request = KeyframeRequest::default();
    let _ = request.handle_input(at(0), Input::Needed);

    assert_eq!(request.handle_input(at(100), Input::Arrived), None);

    assert_eq!(request.poll_timeout(), None);
    assert!((100..5_000).all(|now| request.handle_input(at(now), Input::Tick).is_none()));
}

#[test]
fn a_need_soon_after_an_answer_waits_for_the_quiet_time() {
    let mut request = KeyframeRequest::default();
    let _ = request.handle_input(at(0), Input::Needed);
    let _ = request.handle_input(at(100), Input::Arrived);

    assert_eq!(request.handle_input(at(200), Input::Needed), None);

    assert_eq!(request.poll_timeout(), Some(at(500)));
    assert_eq!(request.handle_input(at(500), Input::Tick), Some(Output::Ask));
}

#[test]
fn what_came_along_with_another_answer_is_not_asked_for_again_at_once() {
    let mut request = KeyframeRequest::default();
    assert_eq!(request.handle_input(at(50), Input::Arrived), None);
    request.handle_companion(at(0));

    assert_eq!(request.handle_input(at(400), Input::Needed), None);

    assert_eq!(request.poll_timeout(), Some(at(500)));
    assert_eq!(request.handle_input(at(500), Input::Tick), Some(Output::Ask));
}

#[test]
fn what_came_along_long_after_another_was_asked_for_does_not_rest() {
    let mut request = KeyframeRequest::default();
    assert_eq!(request.handle_input(at(2_000), Input::Arrived), None);
    request.handle_companion(at(0));

    assert_eq!(request.handle_input(at(2_001), Input::Needed), Some(Output::Ask));
}

#[test]
fn a_larger_layer_rests_longer_once_it_was_answered() {
    let mut request = KeyframeRequest::default();
    request.set_smallest(false);
    assert_eq!(request.handle_input(at(0), Input::Needed), Some(Output::Ask));
    assert_eq!(request.handle_input(at(500), Input::Tick), Some(Output::Ask), "no answer, no rest");
    let _ = request.handle_input(at(600), Input::Arrived);

    let _ = request.handle_input(at(700), Input::Needed);

    assert_eq!(request.poll_timeout(), Some(at(1_500)));
}

#[test]
fn a_keyframe_that_comes_unasked_serves_a_waiting_need() {
    let mut request = KeyframeRequest::default();
    let _ = request.handle_input(at(0), Input::Needed);
    let _ = request.handle_input(at(100), Input::Arrived);
    let _ = request.handle_input(at(200), Input::Needed);

    let _ = request.handle_input(at(300), Input::Arrived);

    assert_eq!(request.poll_timeout(), None);
}

#[test]
fn requests_are_never_closer_than_the_gap_whatever_happens() {
    let inputs = [Input::Needed, Input::Tick, Input::Arrived, Input::Needed, Input::Needed, Input::Arrived];
    let mut request = KeyframeRequest::default();
    let mut last = None;

    for now in 0..20_000_usize {
        let input = inputs[(now * now / 7) % inputs.len()];
        if request.handle_input(at(now as u64), input) == Some(Output::Ask) {
            assert!(last.is_none_or(|last| now - last >= MIN_GAP.as_millis() as usize));
            last = Some(now);
        }
    }
}
