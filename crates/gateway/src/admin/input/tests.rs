use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outer {
    #[serde(default)]
    _inner: Option<Inner>,
    #[serde(default)]
    _list: Vec<u8>,
    _needed: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    #[serde(default)]
    _count: u8,
}

#[track_caller]
fn assert_fault(body: &str, code: &str, field: Option<&str>) {
    let error = read::<Outer>(body.as_bytes()).expect_err("it is refused");

    assert_eq!((error.code, error.field.as_deref()), (code, field), "{body}: {}", error.message);
}

#[test]
fn the_field_at_fault_is_named_with_the_way_to_it() {
    assert_fault(r#"{"_needed":true,"more":1}"#, "unknown_field", Some("more"));
    assert_fault(r#"{"_needed":true,"_inner":{"more":1}}"#, "unknown_field", Some("_inner.more"));
    assert_fault(r#"{"_needed":1}"#, "bad_field", Some("_needed"));
    assert_fault(r#"{"_needed":true,"_inner":{"_count":-1}}"#, "bad_field", Some("_inner._count"));
    assert_fault(r#"{"_needed":true,"_list":[1,"x"]}"#, "bad_field", Some("_list[1]"));
    assert_fault("{}", "bad_field", Some("_needed"));
}

#[test]
fn what_is_no_json_or_no_object_is_told_so() {
    for body in ["", "{", "nonsense", r#"{"_needed":true} more"#, "\u{0}"] {
        assert_fault(body, "bad_json", None);
    }
    for body in ["[]", "7", "null", "\"text\""] {
        assert!(read::<Outer>(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn a_body_nested_without_end_is_refused() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));

    assert!(read::<serde_json::Value>(deep.as_bytes()).is_err());
}

#[test]
fn a_complaint_is_not_as_long_as_what_it_is_about() {
    let body = format!(r#"{{"_needed":true,"{}":1}}"#, "x".repeat(10_000));

    let error = read::<Outer>(body.as_bytes()).expect_err("it is refused");

    assert!(error.message.len() < 400, "{}", error.message.len());
    assert!(error.field.is_none_or(|field| field.len() < 400));
}
