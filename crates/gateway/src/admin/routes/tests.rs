use super::*;
use crate::admin::call::Reply;

#[test]
fn an_act_that_was_done_is_written_down_as_done_although_nothing_is_left_to_show() {
    let gone = || problem::not_found("unknown_participant", "identity", "\"ada\" is not in the room");
    let answered = Ok(Reply::showing(Err::<(), _>(gone())).detail("changed=grants"));

    assert!(matches!(outcome(&answered), Outcome::Done { detail: Some("changed=grants") }));

    let response = answered.map(IntoResponse::into_response).unwrap_or_else(|_| unreachable!());
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    assert!(matches!(outcome(&Err(gone())), Outcome::Refused { status: 404, code: "unknown_participant" }));
}

#[test]
fn an_act_of_which_control_says_nothing_is_written_down_as_unknown() {
    assert!(matches!(outcome(&Err(problem::silent())), Outcome::Unknown));
}
