use super::*;

#[test]
fn bitrates_are_read_with_their_units() {
    assert_eq!(bitrate("500kbps"), Ok(Bitrate::kbps(500)));
    assert_eq!(bitrate("2.5Mbps"), Ok(Bitrate::kbps(2_500)));
    assert_eq!(bitrate("64000"), Ok(Bitrate::bps(64_000)));
    assert_eq!(bitrate("0"), Ok(Bitrate::bps(0)));
}

#[test]
fn what_is_no_number_with_a_unit_is_refused() {
    for text in ["", "fast", "5kg", "-1kbps", "1.2.3s"] {
        assert!(bitrate(text).is_err(), "{text}");
        assert!(duration(text).is_err(), "{text}");
    }
    assert!(per_second("many/s").is_err());
}

#[test]
fn durations_and_ramps_are_read() {
    assert_eq!(duration("60s"), Ok(Duration::from_secs(60)));
    assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
    assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
    assert_eq!(per_second("20/s"), Ok(20));
    assert_eq!(per_second("7"), Ok(7));
}
