use super::*;

#[test]
fn bitrates_are_read_with_their_units() {
    assert_eq!(bitrate("500kbps"), Ok(500_000));
    assert_eq!(bitrate("2.5Mbps"), Ok(2_500_000));
    assert_eq!(bitrate("64000"), Ok(64_000));
    assert_eq!(bitrate("0"), Ok(0));
}

#[test]
fn durations_are_read_with_their_units() {
    assert_eq!(duration("60s"), Ok(Duration::from_secs(60)));
    assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
    assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
    assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
}

#[test]
fn what_is_no_number_with_a_unit_is_refused() {
    for text in ["", "fast", "5kg", "-1kbps", "1.2.3s", "1e30", "99999999999999999999999h"] {
        assert!(bitrate(text).is_err(), "{text}");
        assert!(duration(text).is_err(), "{text}");
    }
}
