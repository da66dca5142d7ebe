use super::*;
use crate::testing::{epoch, ms};

/// Sends 1 000 bytes every so many milliseconds for two seconds where 1 Mbit/s is allowed.
fn send_every(limit: &mut ApplicationLimit, from: Instant, millis: u64) -> Instant {
    let mut now = from;
    while now < from + ms(2_000) {
        limit.on_sent(now, DataSize::bytes(1_000), Bitrate::mbps(1));
        now += ms(millis);
    }
    now
}

#[test]
fn sending_a_third_is_a_limit_and_sending_all_is_none() {
    let t0 = epoch();
    let mut limit = ApplicationLimit::default();
    let now = send_every(&mut limit, t0, 8);
    assert_eq!(limit.since(), None);

    let now = send_every(&mut limit, now, 24);
    assert!(limit.since().is_some());

    send_every(&mut limit, now, 7);
    assert_eq!(limit.since(), None);
    assert!(limit.ended_at().is_some());
}
