use super::*;

#[test]
fn what_may_work_later_says_when() {
    let busy = refused(&Refusal::Overloaded, None);

    assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(busy.retry_after.is_some());
}

#[test]
fn each_refusal_has_the_status_that_tells_a_client_what_to_do() {
    let no_codec = Refusal::NoUsableCodec { offered: "G722".into(), accepted: "opus".into() };
    let expected = [
        (Refusal::BadDescription("x".into()), 400),
        (Refusal::TokenRevoked, 401),
        (Refusal::RoomLocked, 403),
        (Refusal::UnknownParticipant("ada".into()), 404),
        (Refusal::NothingPublished("ada".into()), 409),
        (no_codec, 422),
        (Refusal::RestartNotAsked, 428),
        (Refusal::NotYours(1), 403),
    ];
    for (refusal, status) in expected {
        assert_eq!(refused(&refusal, None).status.as_u16(), status, "{refusal}");
    }
}
