use std::time::Duration;

use super::*;
use crate::clock::Clock;

#[test]
fn a_report_tells_what_was_lost_since_the_last_one() {
    let now = Clock::new().now();
    let mut reception = Reception::new(ClockRate::VIDEO);
    for seq in [65_534, 65_535, 0, 2] {
        reception.on_packet(now, SeqNo(seq), RtpTimestamp(0));
    }

    let first = reception.report(now, Ssrc(1)).unwrap();
    let second = reception.report(now, Ssrc(1)).unwrap();

    assert_eq!((first.cumulative_lost, first.fraction_lost), (1, 51));
    assert_eq!(first.highest_seq, 0x1_0002);
    assert_eq!((second.cumulative_lost, second.fraction_lost), (1, 0));
}

#[test]
fn media_time_becomes_wall_time_by_the_senders_clocks() {
    let clock = Clock::new();
    let mut reception = Reception::new(ClockRate::VIDEO);
    assert_eq!(reception.wall_time(RtpTimestamp(0)), None);

    let ntp = clock.wall().ntp(clock.now());
    let info = SenderInfo { ssrc: Ssrc(1), ntp, rtp: RtpTimestamp(90_000), packets: 1, octets: 1 };
    reception.on_sender_report(clock.now(), info);

    let second = Duration::from_secs(1).as_nanos() as i64;
    assert_eq!(reception.wall_time(RtpTimestamp(180_000)), Some(nanos(ntp) + second));
    assert_eq!(reception.wall_time(RtpTimestamp(0)), Some(nanos(ntp) - second));
}
