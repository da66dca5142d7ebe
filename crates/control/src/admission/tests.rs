use super::*;

#[test]
fn a_name_is_something_short_without_control_characters() {
    assert_eq!(check_name("room", "Ω 4", 4), Ok(()));

    for bad in ["", "12345", "a\nb", "\u{85}"] {
        let refusal = check_name("room", bad, 4).unwrap_err();
        assert_eq!(refusal.code(), "bad_name", "{bad:?}");
    }
}

#[test]
fn a_refused_name_says_which_and_what_is_accepted() {
    let refusal = check_name("identity", "12345", 4).unwrap_err();

    assert_eq!(refusal.to_string(), "identity has 5 bytes, at most 4 are accepted");
}

#[test]
fn candidates_are_one_line_or_the_end_mark() {
    assert_eq!(check_candidate(""), Ok(()));
    assert_eq!(check_candidate("candidate:1 1 udp 2122260223 192.0.2.1 5000 typ host"), Ok(()));
    assert_eq!(check_candidate("a=candidate:1 1 udp 1 host.local 5000 typ host"), Ok(()));

    assert!(check_candidate("m=audio").is_err());
    assert!(check_candidate(&format!("candidate:{}", "1".repeat(100_000))).is_err());
}

#[test]
fn a_limit_refuses_what_would_cross_it_and_says_where_it_lies() {
    let limits = Limits { rooms: 7, ..Limits::default() };

    assert!(room_for_one_more("rooms", 6, limits.rooms).is_ok());
    assert_eq!(
        room_for_one_more("rooms", 7, limits.rooms),
        Err(Refusal::LimitReached { what: "rooms", limit: 7 })
    );
}

#[test]
fn a_key_that_is_no_limit_is_an_error_and_a_missing_one_keeps_its_default() {
    type Error = serde::de::value::Error;
    let read = |key: &'static str| {
        let pairs = [(key, 7_usize)].into_iter();
        Limits::deserialize(serde::de::value::MapDeserializer::<_, Error>::new(pairs))
    };

    assert_eq!(read("rooms").unwrap(), Limits { rooms: 7, ..Limits::default() });
    assert!(read("chambers").unwrap_err().to_string().contains("chambers"));
}
