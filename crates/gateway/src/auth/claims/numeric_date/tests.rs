use super::super::Claims;

fn times(exp: &str, nbf: &str) -> Option<(u64, Option<u64>)> {
    let json = format!(r#"{{"sub":"ada","room":"lab","exp":{exp},"nbf":{nbf}}}"#);
    serde_json::from_str::<Claims>(&json).ok().map(|claims| (claims.exp, claims.nbf))
}

#[test]
fn fractions_of_seconds_never_make_a_token_hold_for_longer_than_it_says() {
    assert_eq!(times("100", "50"), Some((100, Some(50))));
    assert_eq!(times("100.9", "50.1"), Some((100, Some(51))));
    assert_eq!(times("1.8e9", "0.0"), Some((1_800_000_000, Some(0))));
    assert_eq!(times("1e300", "null"), Some((u64::MAX, None)));
}

#[test]
fn what_is_no_time_since_1970_is_refused() {
    for time in ["-1", "-0.5", "\"100\"", "true", "[]"] {
        assert_eq!(times(time, "0"), None, "{time}");
        assert_eq!(times("100", time), None, "{time}");
    }
    assert_eq!(times("null", "0"), None);
}
