use super::*;

#[test]
fn a_size_over_a_time_is_a_rate() {
    assert_eq!(DataSize::bytes(125_000) / Duration::from_secs(1), Bitrate::mbps(1));
    assert_eq!(DataSize::bytes(1) / Duration::ZERO, Bitrate::default());
}

#[test]
fn rates_print_as_people_say_them() {
    assert_eq!(Bitrate::mbps(2).to_string(), "2000kbps");
    assert_eq!(Bitrate::bps(999).to_string(), "999bps");
}
