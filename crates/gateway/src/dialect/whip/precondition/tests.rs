use axum::http::HeaderValue;

use super::*;

fn of(value: &'static str) -> Precondition {
    let mut headers = HeaderMap::new();
    headers.insert(header::IF_MATCH, HeaderValue::from_static(value));
    Precondition::of(&headers)
}

#[test]
fn without_a_precondition_nothing_is_restarted() {
    let unsaid = Precondition::of(&HeaderMap::new());

    assert_eq!(unsaid, Precondition::Unsaid);
    assert!(unsaid.check("\"x\"").is_ok());
    assert!(!unsaid.may_restart());
}

#[test]
fn a_star_is_for_whichever_session_there_is_however_it_is_written() {
    for star in ["*", "\"*\""] {
        assert_eq!(of(star), Precondition::Any);
        assert!(of(star).may_restart());
    }
}

#[test]
fn a_tag_is_for_its_own_session_alone() {
    assert!(of("\"a\", \"b\"").check("\"b\"").is_ok());
    assert_eq!(of("\"a\"").check("\"b\"").unwrap_err().status, StatusCode::PRECONDITION_FAILED);
    assert!(of("W/\"b\"").check("\"b\"").is_err(), "a weak tag matches nothing (RFC 9110 §13.1.1)");
}
