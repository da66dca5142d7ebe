use super::*;

#[test]
fn timestamps_measure_across_the_wrap() {
    assert_eq!(RtpTimestamp(10).since(RtpTimestamp(u32::MAX - 9)), 20);
    assert_eq!(RtpTimestamp(u32::MAX - 9).since(RtpTimestamp(10)), -20);
}

#[test]
fn a_frame_at_thirty_per_second_is_three_thousand_video_ticks() {
    assert_eq!(ClockRate::VIDEO.ticks(Duration::from_millis(100)), 9_000);
    assert_eq!(ClockRate::VIDEO.duration(3_000), Duration::from_nanos(33_333_333));
    assert_eq!(ClockRate::OPUS.duration(-1), Duration::ZERO);
}
